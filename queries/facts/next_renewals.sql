-- The next renewal of each customer: of all its terms in force the one that ends first, from each
-- day on which that may change to the next.
WITH terms AS (
    SELECT customer_id, renews_on, valid_from, valid_to
    FROM fact.billing_terms
    WHERE customer_id IS NOT NULL AND valid_to > valid_from
),
moments AS (
    SELECT customer_id, valid_from AS day FROM terms
    UNION
    SELECT customer_id, valid_to FROM terms
),
spans AS (
    SELECT
        customer_id,
        day AS valid_from,
        LEAD(day) OVER (PARTITION BY customer_id ORDER BY day) AS valid_to
    FROM moments
)
SELECT
    s.customer_id,
    MIN(t.renews_on) - CAST('1970-01-01' AS DATE) AS renewal_day,
    s.valid_from,
    s.valid_to
FROM spans AS s
JOIN terms AS t
    ON t.customer_id = s.customer_id
    AND t.valid_from <= s.valid_from
    AND t.valid_to > s.valid_from
GROUP BY s.customer_id, s.valid_from, s.valid_to
