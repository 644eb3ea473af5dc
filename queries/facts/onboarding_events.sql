-- What users did on their way into the product.
SELECT
    event_id,
    NULLIF(user_id, '0') AS user_id,
    event_name,
    COALESCE(is_key_action, FALSE) AS is_key_action,
    occurred_at
FROM source.onboarding_events
