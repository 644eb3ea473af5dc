-- One row per account. A customer's place is that of its first location.
WITH placed AS (
    SELECT
        customer_id,
        state,
        region,
        ROW_NUMBER() OVER (
            PARTITION BY customer_id ORDER BY installed_date NULLS LAST, location_id COLLATE "C"
        ) AS place
    FROM entity.locations
)
SELECT
    a.id AS customer_id,
    a.name AS customer_name,
    a.industry,
    a.business_type,
    a.employee_count,
    a.created_date,
    SUBSTRING(CAST(a.created_date AS TEXT) FROM 1 FOR 7) AS cohort,
    p.state,
    p.region
FROM source.accounts AS a
LEFT JOIN placed AS p ON p.customer_id = a.id AND p.place = 1
