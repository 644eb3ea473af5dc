-- Sessions the crash monitor watched. An error the app handled itself is no crash.
SELECT
    session_id,
    LOWER(platform) AS app_platform,
    app_version,
    COALESCE(crashed AND NOT COALESCE(handled, FALSE), FALSE) AS has_crashed,
    started_at
FROM source.session_health
