-- One row per deal: what the CRM says of it now. A deal that was closed says when. The key has a
-- name that no fact uses, because facts do not rest on it: nothing is split by what may change.
SELECT
    d.id AS deal,
    d.dealname AS deal_name,
    d.closedate AS closes_on,
    SUBSTRING(CAST(d.closedate AS TEXT) FROM 1 FOR 7) AS closes_in,
    LOWER(TRIM(d.dealstage)) AS stage_now,
    o.owner_name AS owner_now
FROM source.hubspot_deals AS d
LEFT JOIN entity.owners AS o ON o.owner_id = d.properties ->> 'hubspot_owner_id'
