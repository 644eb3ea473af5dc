-- Leads on the moment their company got its first deal after they were qualified. The way from a
-- lead to its company leads over its contact; the account number of a lead joins nothing.
WITH linked AS (
    SELECT
        l.mql_id,
        l.lead_source,
        l.campaign_id,
        d.deal_id,
        d.created_at,
        ROW_NUMBER() OVER (
            PARTITION BY l.mql_id ORDER BY d.created_at, d.deal_id COLLATE "C"
        ) AS place
    FROM fact.leads AS l
    JOIN source.marketing_qualified_leads AS q ON q.id = l.mql_id
    JOIN source.hubspot_contacts AS c ON c.id = CAST(q.contact_id AS TEXT)
    JOIN fact.deals AS d ON d.company_id = c.properties ->> 'company_id'
    WHERE d.created_at >= l.qualified_at
)
SELECT mql_id, lead_source, campaign_id, deal_id, created_at AS converted_at
FROM linked
WHERE place = 1
