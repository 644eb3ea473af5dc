-- Uses of a feature, as counted by the product. User '0' is nobody in particular.
SELECT
    usage_id,
    NULLIF(user_id, '0') AS user_id,
    customer_id,
    feature_name,
    COALESCE(user_id = '0', TRUE) AS is_anonymous,
    usage_count,
    timestamp AS used_at
FROM source.feature_usage
