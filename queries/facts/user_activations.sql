-- The day a user had tried three features and come twice, whatever came first.
WITH tried AS (
    SELECT user_id, feature_name, MIN(used_at) AS first_used_at
    FROM fact.feature_use
    WHERE user_id IS NOT NULL AND feature_name IS NOT NULL
    GROUP BY user_id, feature_name
),
features AS (
    SELECT
        user_id,
        first_used_at,
        ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY first_used_at) AS place
    FROM tried
),
visits AS (
    SELECT
        user_id,
        started_at,
        ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY started_at) AS place
    FROM fact.sessions
    WHERE user_id IS NOT NULL
)
SELECT
    f.user_id,
    GREATEST(LOCAL_DAY(f.first_used_at), LOCAL_DAY(v.started_at)) AS activated_on
FROM features AS f
JOIN visits AS v ON v.user_id = f.user_id AND v.place = 2
WHERE f.place = 3
