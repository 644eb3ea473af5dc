-- What a campaign cost and brought on one day.
SELECT
    LOWER(platform) || ':' || campaign_id || ':' || CAST(date AS TEXT) AS spend_id,
    LOWER(platform) AS platform,
    campaign_id,
    date,
    impressions,
    clicks,
    cost,
    conversions
FROM source.ad_performance_daily
