-- The plan in force: one row per customer and change of plan, good until the customer's next row.
-- Of several plans at once the dearest counts; a customer who leaves keeps the last plan.
WITH moments AS (
    SELECT customer_id, valid_from AS day FROM fact.subscription_periods
    UNION
    SELECT customer_id, valid_to AS day FROM fact.subscription_periods WHERE valid_to IS NOT NULL
),
ranked AS (
    SELECT
        m.customer_id,
        m.day,
        p.plan,
        ROW_NUMBER() OVER (
            PARTITION BY m.customer_id, m.day
            ORDER BY p.mrr DESC, p.plan COLLATE "C", p.period_id COLLATE "C"
        ) AS place
    FROM moments AS m
    JOIN fact.subscription_periods AS p
        ON p.customer_id = m.customer_id
        AND p.valid_from <= m.day
        AND (p.valid_to IS NULL OR p.valid_to > m.day)
    WHERE p.plan IS NOT NULL
),
in_force AS (
    SELECT
        customer_id,
        day,
        plan,
        LAG(plan) OVER (PARTITION BY customer_id ORDER BY day) AS plan_before
    FROM ranked
    WHERE place = 1
)
SELECT
    customer_id,
    day AS valid_from,
    plan,
    CASE plan
        WHEN 'starter' THEN 'Small'
        WHEN 'professional' THEN 'Medium'
        WHEN 'business' THEN 'Large'
        WHEN 'enterprise' THEN 'Enterprise'
        ELSE 'Other'
    END AS tier
FROM in_force
WHERE plan_before IS NULL OR plan_before <> plan
