-- What owners did: deals they opened or closed, and everything they logged.
SELECT 'opened:' || deal_id AS activity_id, owner_id, valid_from AS happened_on
FROM fact.deals
WHERE owner_id IS NOT NULL
UNION ALL
SELECT 'closed:' || deal_id, owner_id, closed_on
FROM fact.closed_deals
WHERE owner_id IS NOT NULL
UNION ALL
SELECT 'logged:' || engagement_id, owner_id, LOCAL_DAY(occurred_at)
FROM fact.engagements
WHERE owner_id IS NOT NULL
