-- New users whose first 60 days have passed, and whether they came back from day 30 on. Only those
-- whose days are covered by sessions and feature use from the first to the last.
WITH visits AS (
    SELECT user_id, LOCAL_DAY(started_at) AS day
    FROM fact.sessions
),
known AS (
    SELECT MIN(day) AS first_day, MAX(day) AS last_day
    FROM visits
),
returned AS (
    SELECT DISTINCT v.user_id
    FROM visits AS v
    JOIN entity.users AS u ON u.user_id = v.user_id
    WHERE v.day - u.created_date BETWEEN 30 AND 60
)
SELECT
    u.user_id,
    u.created_date AS created_on,
    r.user_id IS NOT NULL AS has_returned,
    u.created_date + 60 AS decided_on
FROM entity.users AS u
CROSS JOIN known AS k
LEFT JOIN returned AS r ON r.user_id = u.user_id
WHERE u.created_date >= k.first_day
    AND u.created_date + 60 <= k.last_day
    AND u.created_date >= (SELECT MIN(LOCAL_DAY(used_at)) FROM fact.feature_use)
