-- Without a list of features, those that anybody used; their category is not known.
SELECT DISTINCT feature_name, CAST(NULL AS TEXT) AS category
FROM source.feature_usage
WHERE feature_name IS NOT NULL
