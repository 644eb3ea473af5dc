-- The first day ever on which a customer pays, and what a year at that day's price brings.
WITH paid AS (
    SELECT customer_id, mrr, valid_from
    FROM fact.subscription_periods
    WHERE customer_id IS NOT NULL
        AND (valid_to IS NULL OR valid_to > valid_from)
),
firsts AS (
    SELECT customer_id, MIN(valid_from) AS paid_on
    FROM paid
    GROUP BY customer_id
)
SELECT
    f.customer_id,
    f.paid_on,
    12 * SUM(p.mrr) AS first_year_revenue
FROM firsts AS f
JOIN paid AS p ON p.customer_id = f.customer_id AND p.valid_from = f.paid_on
GROUP BY f.customer_id, f.paid_on
