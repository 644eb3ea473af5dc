-- Visits to the product. User '0' is nobody in particular; a negative duration is unknown.
SELECT
    session_id,
    NULLIF(user_id, '0') AS user_id,
    customer_id,
    LOWER(device_type) AS device_type,
    browser,
    COALESCE(user_id = '0', TRUE) AS is_anonymous,
    CASE WHEN duration_seconds >= 0 THEN duration_seconds END AS duration_seconds,
    page_views,
    actions_taken AS actions,
    start_time AS started_at
FROM source.user_sessions
