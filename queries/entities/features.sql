-- One row per feature of the product.
SELECT feature_name, LOWER(category) AS category
FROM source.features
