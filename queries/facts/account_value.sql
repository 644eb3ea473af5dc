-- Accounts that reached a milestone agreed with them: from their creation to the first one.
WITH reached AS (
    SELECT customer_id, MIN(reached_on) AS day
    FROM fact.milestones
    GROUP BY customer_id
)
SELECT
    c.customer_id,
    c.created_date AS valid_from,
    r.day AS valid_to
FROM entity.customers AS c
JOIN reached AS r ON r.customer_id = c.customer_id
