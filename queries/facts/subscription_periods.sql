-- Time a subscription spent at one plan and price. Every change starts a new period, a pause leaves
-- a gap until it is resumed; before the first change the subscription's own row stands.
WITH paid AS (
    SELECT id, customer_id, plan_name, monthly_price, start_date, end_date
    FROM source.subscriptions
    WHERE COALESCE(LOWER(status), '') NOT IN ('trial', 'trialing')
),
steps AS (
    SELECT
        id AS subscription_id,
        customer_id,
        'start' AS step_id,
        0 AS step_order,
        start_date AS step_date,
        end_date,
        plan_name AS new_plan,
        monthly_price AS new_price,
        0 AS new_pause
    FROM paid
    UNION ALL
    SELECT
        c.subscription_id,
        p.customer_id,
        c.id,
        1,
        CASE WHEN c.effective_date < p.start_date THEN p.start_date ELSE c.effective_date END,
        p.end_date,
        CASE WHEN LOWER(c.change_type) = 'pause' THEN NULL ELSE c.plan_name END,
        CASE WHEN LOWER(c.change_type) = 'pause' THEN NULL ELSE c.monthly_price END,
        CASE LOWER(c.change_type) WHEN 'pause' THEN 1 WHEN 'resume' THEN 0 END
    FROM source.subscription_changes AS c
    JOIN paid AS p ON p.id = c.subscription_id
    WHERE c.effective_date IS NOT NULL
        AND (p.end_date IS NULL OR c.effective_date < p.end_date)
),
-- How often plan, price and pause were told so far: steps with the same number share the last value.
counted AS (
    SELECT
        steps.*,
        COUNT(new_plan) OVER so_far AS plan_number,
        COUNT(new_price) OVER so_far AS price_number,
        COUNT(new_pause) OVER so_far AS pause_number,
        LEAD(step_date) OVER so_far AS next_date
    FROM steps
    WINDOW so_far AS (
        PARTITION BY subscription_id ORDER BY step_date, step_order, step_id COLLATE "C"
    )
),
filled AS (
    SELECT
        subscription_id,
        customer_id,
        step_id,
        step_date,
        next_date,
        end_date,
        MAX(new_plan) OVER (PARTITION BY subscription_id, plan_number) AS plan_name,
        MAX(new_price) OVER (PARTITION BY subscription_id, price_number) AS monthly_price,
        MAX(new_pause) OVER (PARTITION BY subscription_id, pause_number) AS is_paused
    FROM counted
)
SELECT
    subscription_id || ':' || step_id AS period_id,
    subscription_id,
    customer_id,
    LOWER(plan_name) AS plan,
    COALESCE(LOWER(plan_name) = 'enterprise', FALSE) AS is_enterprise,
    monthly_price AS mrr,
    step_date AS valid_from,
    COALESCE(next_date, end_date) AS valid_to
FROM filled
WHERE monthly_price > 0
    AND is_paused = 0
    AND (next_date IS NULL OR next_date > step_date)
