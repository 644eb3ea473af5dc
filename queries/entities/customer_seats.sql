-- Whether a customer has contracted seats, from every day on which that may change.
WITH moments AS (
    SELECT customer_id, valid_from AS day FROM fact.contracted_seats
    UNION
    SELECT customer_id, valid_to FROM fact.contracted_seats WHERE valid_to IS NOT NULL
)
SELECT
    m.customer_id,
    m.day AS valid_from,
    CASE WHEN COUNT(c.customer_id) > 0 THEN 'contracted' ELSE 'none' END AS seat_contract
FROM moments AS m
LEFT JOIN fact.contracted_seats AS c
    ON c.customer_id = m.customer_id
    AND c.valid_from <= m.day
    AND (c.valid_to IS NULL OR c.valid_to > m.day)
GROUP BY m.customer_id, m.day
