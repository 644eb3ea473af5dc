-- Google's campaigns from their first day to the day after their last; one without an end still
-- runs. The status is not read: it tells today's state only, and nothing of any day before.
SELECT
    id AS campaign_id,
    CASE WHEN budget_amount > 0 THEN budget_amount END AS budget,
    start_date AS valid_from,
    end_date + 1 AS valid_to
FROM source.google_ads_campaigns
