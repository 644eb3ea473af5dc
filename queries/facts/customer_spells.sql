-- Time a customer paid without a gap, whatever subscriptions and prices it was made of.
WITH paid AS (
    SELECT
        customer_id,
        period_id,
        valid_from,
        COALESCE(valid_to, CAST('9999-12-31' AS DATE)) AS valid_to
    FROM fact.subscription_periods
    WHERE customer_id IS NOT NULL AND (valid_to IS NULL OR valid_to > valid_from)
),
reached AS (
    SELECT
        customer_id,
        period_id,
        valid_from,
        valid_to,
        MAX(valid_to) OVER (
            PARTITION BY customer_id
            ORDER BY valid_from, period_id COLLATE "C"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS paid_until
    FROM paid
),
numbered AS (
    SELECT
        customer_id,
        valid_from,
        valid_to,
        SUM(CASE WHEN paid_until >= valid_from THEN 0 ELSE 1 END) OVER (
            PARTITION BY customer_id ORDER BY valid_from, period_id COLLATE "C"
        ) AS spell
    FROM reached
)
SELECT
    customer_id,
    spell = 1 AS is_first,
    MIN(valid_from) AS valid_from,
    NULLIF(MAX(valid_to), CAST('9999-12-31' AS DATE)) AS valid_to
FROM numbered
GROUP BY customer_id, spell
