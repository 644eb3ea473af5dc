-- Where a platform's list of campaigns is missing, those that any day of advertising names.
SELECT DISTINCT
    LOWER(platform) AS platform,
    campaign_id,
    CAST(NULL AS TEXT) AS campaign_name,
    CAST(NULL AS TEXT) AS objective
FROM source.ad_performance_daily
WHERE campaign_id IS NOT NULL
