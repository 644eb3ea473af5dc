-- Everything known users did: the one set that "active" means.
SELECT
    'session:' || session_id AS activity_id,
    user_id,
    customer_id,
    started_at AS occurred_at,
    'session' AS kind
FROM fact.sessions
WHERE user_id IS NOT NULL
UNION ALL
SELECT 'page_view:' || page_view_id, user_id, customer_id, viewed_at, 'page_view'
FROM fact.page_views
WHERE user_id IS NOT NULL
UNION ALL
SELECT 'feature:' || usage_id, user_id, customer_id, used_at, 'feature'
FROM fact.feature_use
WHERE user_id IS NOT NULL
