-- One row per campaign of the ad platforms.
SELECT 'google' AS platform, id AS campaign_id, name AS campaign_name
FROM source.google_ads_campaigns
UNION ALL
SELECT 'facebook', id, name
FROM source.facebook_ads_campaigns
UNION ALL
SELECT 'linkedin', id, name
FROM source.linkedin_ads_campaigns
