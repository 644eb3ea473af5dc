-- Paid subscriptions from start to end, whatever their price was in between.
SELECT
    id AS subscription_id,
    customer_id,
    LOWER(plan_name) AS plan,
    REPLACE(REPLACE(LOWER(TRIM(status)), '-', '_'), ' ', '_') AS status,
    start_date AS valid_from,
    end_date AS valid_to
FROM source.subscriptions
WHERE monthly_price > 0
    AND COALESCE(LOWER(status), '') NOT IN ('trial', 'trialing')
