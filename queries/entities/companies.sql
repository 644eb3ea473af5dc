-- One row per company of the CRM, customers and prospects alike. What an account says of itself
-- goes before what sales noted down.
SELECT
    c.id AS company_id,
    c.properties ->> 'account_id' AS customer_id,
    COALESCE(a.industry, c.properties ->> 'industry') AS industry,
    COALESCE(a.business_type, c.business_type) AS business_type
FROM source.hubspot_companies AS c
LEFT JOIN entity.customers AS a ON a.customer_id = c.properties ->> 'account_id'
