-- Who was active in the 30 days up to the seventh day of a feature, and whether they used it by
-- then. Only releases around which sessions and feature use are known.
WITH visits AS (
    SELECT user_id, LOCAL_DAY(started_at) AS day
    FROM fact.sessions
),
uses AS (
    SELECT user_id, feature_name, LOCAL_DAY(used_at) AS day
    FROM fact.feature_use
),
known AS (
    SELECT MIN(day) AS first_day, MAX(day) AS last_day
    FROM visits
),
released AS (
    SELECT feature_name, MIN(released_at) AS first_day
    FROM source.features
    WHERE feature_name IS NOT NULL
    GROUP BY feature_name
),
releases AS (
    SELECT r.feature_name, r.first_day, r.first_day + 6 AS seventh_day
    FROM released AS r
    CROSS JOIN known AS k
    WHERE r.first_day - 23 >= k.first_day
        AND r.first_day + 6 <= k.last_day
        AND r.first_day >= (SELECT MIN(day) FROM uses)
),
audience AS (
    SELECT DISTINCT r.feature_name, r.seventh_day, v.user_id
    FROM releases AS r
    JOIN visits AS v ON v.day BETWEEN r.first_day - 23 AND r.seventh_day
    WHERE v.user_id IS NOT NULL
),
adopters AS (
    SELECT DISTINCT r.feature_name, u.user_id
    FROM releases AS r
    JOIN uses AS u
        ON u.feature_name = r.feature_name
        AND u.day BETWEEN r.first_day AND r.seventh_day
)
SELECT
    a.feature_name,
    a.user_id,
    p.user_id IS NOT NULL AS has_adopted,
    a.seventh_day AS judged_on
FROM audience AS a
LEFT JOIN adopters AS p ON p.feature_name = a.feature_name AND p.user_id = a.user_id
