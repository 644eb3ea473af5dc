-- Features the product lists, with their kind: from the release, or from the first use where that
-- is earlier or no release is told.
WITH first_used AS (
    SELECT feature_name, MIN(LOCAL_DAY(used_at)) AS day
    FROM fact.feature_use
    GROUP BY feature_name
)
SELECT
    f.feature_name,
    LOWER(f.category) AS category,
    CASE
        WHEN f.released_at IS NULL OR u.day < f.released_at THEN u.day
        ELSE f.released_at
    END AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM source.features AS f
LEFT JOIN first_used AS u ON u.feature_name = f.feature_name
WHERE f.released_at IS NOT NULL OR u.day IS NOT NULL
