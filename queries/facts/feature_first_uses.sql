-- How long users took to a feature: from the day the user was created to its first use. Those
-- created before records of use begin may have used it unseen, so they are left out.
WITH uses AS (
    SELECT user_id, feature_name, LOCAL_DAY(used_at) AS day
    FROM fact.feature_use
)
SELECT
    f.user_id,
    f.feature_name,
    u.created_date AS created_on,
    MIN(f.day) AS first_used_on
FROM uses AS f
JOIN entity.users AS u ON u.user_id = f.user_id
WHERE f.feature_name IS NOT NULL
    AND u.created_date >= (SELECT MIN(day) FROM uses)
GROUP BY f.user_id, f.feature_name, u.created_date
