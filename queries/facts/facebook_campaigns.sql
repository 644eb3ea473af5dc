-- Facebook's campaigns from the day of their start to the day after their stop.
SELECT
    id AS campaign_id,
    CASE WHEN lifetime_budget > 0 THEN lifetime_budget END AS budget,
    LOCAL_DAY(start_time) AS valid_from,
    LOCAL_DAY(stop_time) + 1 AS valid_to
FROM source.facebook_ads_campaigns
