-- Without a list of features: each from the day anybody first used it.
SELECT
    feature_name,
    MIN(LOCAL_DAY(used_at)) AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM fact.feature_use
WHERE feature_name IS NOT NULL
GROUP BY feature_name
