-- What sales did, with the stage the deal was in on that day; closed deals and none have no stage.
SELECT
    e.engagement_id,
    e.owner_id,
    e.deal_id,
    e.company_id,
    d.deal_type,
    d.stage,
    e.occurred_at
FROM fact.engagements AS e
LEFT JOIN fact.open_deals AS d
    ON d.deal_id = e.deal_id
    AND d.valid_from <= LOCAL_DAY(e.occurred_at)
    AND (d.valid_to IS NULL OR d.valid_to > LOCAL_DAY(e.occurred_at))
WHERE e.is_activity
