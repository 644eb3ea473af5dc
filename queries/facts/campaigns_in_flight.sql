-- Campaigns from their first day to the day after their last; one without an end still runs. The
-- status column is not read: it tells today's state only, and says nothing of any day before.
SELECT
    'google' AS platform,
    id AS campaign_id,
    CASE WHEN budget_amount > 0 THEN budget_amount END AS budget,
    start_date AS valid_from,
    end_date + 1 AS valid_to
FROM source.google_ads_campaigns
UNION ALL
SELECT
    'facebook',
    id,
    CASE WHEN lifetime_budget > 0 THEN lifetime_budget END,
    LOCAL_DAY(start_time),
    LOCAL_DAY(stop_time) + 1
FROM source.facebook_ads_campaigns
UNION ALL
SELECT
    'linkedin',
    id,
    CASE WHEN total_budget > 0 THEN total_budget END,
    start_date,
    end_date + 1
FROM source.linkedin_ads_campaigns
