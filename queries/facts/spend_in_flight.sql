-- A day's cost of a campaign for as long as the campaign runs, so that the level on a day is what
-- the campaigns in flight have cost so far.
SELECT
    s.spend_id,
    s.platform,
    s.campaign_id,
    s.cost,
    c.budget IS NOT NULL AS has_budget,
    CASE WHEN s.date < c.valid_from THEN c.valid_from ELSE s.date END AS valid_from,
    c.valid_to
FROM fact.ad_spend AS s
JOIN fact.campaigns_in_flight AS c ON c.platform = s.platform AND c.campaign_id = s.campaign_id
WHERE c.valid_to IS NULL OR c.valid_to > s.date
