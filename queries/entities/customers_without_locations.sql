-- Accounts of a warehouse that knows no locations: no customer has a place.
SELECT
    id AS customer_id,
    name AS customer_name,
    industry,
    business_type,
    employee_count,
    created_date,
    SUBSTRING(CAST(created_date AS TEXT) FROM 1 FOR 7) AS cohort,
    CAST(NULL AS TEXT) AS state,
    CAST(NULL AS TEXT) AS region
FROM source.accounts
