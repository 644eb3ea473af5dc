-- What a campaign cost and brought on one day.
SELECT
    COALESCE(LOWER(platform), '') || ':' || COALESCE(campaign_id, '') || ':' || CAST(date AS TEXT)
        AS spend_id,
    LOWER(platform) AS platform,
    campaign_id,
    date,
    impressions,
    clicks,
    cost,
    conversions,
    conversion_value
FROM source.ad_performance_daily
