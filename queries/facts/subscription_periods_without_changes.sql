-- Without a record of changes every subscription kept the plan and price it has.
SELECT
    id || ':start' AS period_id,
    id AS subscription_id,
    customer_id,
    LOWER(plan_name) AS plan,
    COALESCE(LOWER(plan_name) = 'enterprise', FALSE) AS is_enterprise,
    monthly_price AS mrr,
    start_date AS valid_from,
    end_date AS valid_to
FROM source.subscriptions
WHERE monthly_price > 0
    AND COALESCE(LOWER(status), '') NOT IN ('trial', 'trialing')
