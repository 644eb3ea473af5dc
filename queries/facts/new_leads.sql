-- Contacts when they were created; those of a company that already pays by then are no leads.
WITH known AS (
    SELECT
        p.id AS contact_id,
        c.properties ->> 'account_id' AS account_id,
        COALESCE(p.properties ->> 'source', p.properties ->> 'hs_analytics_source') AS lead_source,
        p.createdat AS created_at
    FROM source.hubspot_contacts AS p
    LEFT JOIN source.hubspot_companies AS c
        ON c.id = COALESCE(p.properties ->> 'company_id', p.properties ->> 'associatedcompanyid')
)
SELECT
    k.contact_id,
    k.account_id,
    k.lead_source,
    CASE LOWER(k.lead_source)
        WHEN 'google_ads' THEN 'google'
        WHEN 'facebook_ads' THEN 'facebook'
        WHEN 'linkedin_ads' THEN 'linkedin'
    END AS platform,
    k.created_at
FROM known AS k
LEFT JOIN fact.first_payments AS v ON v.customer_id = k.account_id
WHERE v.paid_on IS NULL
    OR k.created_at IS NULL
    OR LOCAL_DAY(k.created_at) < v.paid_on
