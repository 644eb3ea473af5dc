-- Campaigns of all ad platforms, from their first day to the day after their last.
SELECT 'google' AS platform, campaign_id, budget, valid_from, valid_to
FROM fact.google_campaigns
UNION ALL
SELECT 'facebook', campaign_id, budget, valid_from, valid_to
FROM fact.facebook_campaigns
UNION ALL
SELECT 'linkedin', campaign_id, budget, valid_from, valid_to
FROM fact.linkedin_campaigns
