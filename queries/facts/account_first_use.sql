-- Accounts from creation to their first use of a feature. Those created before records of use
-- begin may have used one unseen, so they are left out.
WITH used AS (
    SELECT customer_id, LOCAL_DAY(used_at) AS day
    FROM fact.feature_use
),
first_used AS (
    SELECT customer_id, MIN(day) AS day
    FROM used
    GROUP BY customer_id
)
SELECT
    c.customer_id,
    c.created_date AS valid_from,
    u.day AS valid_to
FROM entity.customers AS c
LEFT JOIN first_used AS u ON u.customer_id = c.customer_id
WHERE c.created_date >= (SELECT MIN(day) FROM used)
