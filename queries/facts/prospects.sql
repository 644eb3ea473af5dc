-- Companies of the CRM from the day it knew them to the first day they paid. Of several companies
-- of one account the first known stands for it.
WITH first_paid AS (
    SELECT customer_id, MIN(valid_from) AS paid_on
    FROM fact.subscriptions
    GROUP BY customer_id
),
known AS (
    SELECT
        id AS company_id,
        properties ->> 'account_id' AS customer_id,
        COALESCE(LOCAL_DAY(createdat), created_date) AS known_on
    FROM source.hubspot_companies
),
ranked AS (
    SELECT
        known.*,
        ROW_NUMBER() OVER (
            PARTITION BY customer_id ORDER BY known_on NULLS LAST, company_id COLLATE "C"
        ) AS place
    FROM known
)
SELECT r.company_id, r.known_on AS valid_from, p.paid_on AS valid_to
FROM ranked AS r
LEFT JOIN first_paid AS p ON p.customer_id = r.customer_id
WHERE r.customer_id IS NULL OR r.place = 1
