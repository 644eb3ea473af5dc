-- Companies of the CRM where the accounts of the application are not known.
SELECT
    id AS company_id,
    properties ->> 'account_id' AS customer_id,
    properties ->> 'industry' AS industry,
    business_type
FROM source.hubspot_companies
