-- Uses of a feature, as counted by the product.
SELECT
    usage_id,
    NULLIF(user_id, '0') AS user_id,
    customer_id,
    feature_name,
    usage_count,
    timestamp AS used_at
FROM source.feature_usage
