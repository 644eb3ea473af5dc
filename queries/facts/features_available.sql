-- Features from the day they were released; one used earlier, or not listed, from its first use.
WITH known AS (
    SELECT feature_name, released_at AS day FROM source.features
    UNION ALL
    SELECT feature_name, LOCAL_DAY(used_at) FROM fact.feature_use
)
SELECT
    feature_name,
    MIN(day) AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM known
WHERE feature_name IS NOT NULL AND day IS NOT NULL
GROUP BY feature_name
