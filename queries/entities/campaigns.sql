-- One row per campaign of the ad platforms.
SELECT
    'google' AS platform,
    id AS campaign_id,
    name AS campaign_name,
    COALESCE(campaign_type, advertising_channel_type) AS objective
FROM source.google_ads_campaigns
UNION ALL
SELECT 'facebook', id, name, objective
FROM source.facebook_ads_campaigns
UNION ALL
SELECT 'linkedin', id, name, objective_type
FROM source.linkedin_ads_campaigns
