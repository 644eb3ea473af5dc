-- Visits to the website by day. The source gives a rate and a mean per day; multiplied by the
-- day's sessions they add up. Days without them are left out of both sides.
SELECT
    date,
    sessions,
    users,
    new_users,
    page_views,
    goal_completions AS goals,
    bounce_rate * sessions AS bounced_sessions,
    CASE WHEN bounce_rate IS NOT NULL THEN sessions END AS sessions_with_bounces,
    avg_session_duration * sessions AS session_seconds,
    CASE WHEN avg_session_duration IS NOT NULL THEN sessions END AS sessions_with_duration
FROM source.google_analytics_sessions
