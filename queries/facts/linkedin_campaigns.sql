-- LinkedIn's campaigns from their first day to the day after their last.
SELECT
    id AS campaign_id,
    CASE WHEN total_budget > 0 THEN total_budget END AS budget,
    start_date AS valid_from,
    end_date + 1 AS valid_to
FROM source.linkedin_ads_campaigns
