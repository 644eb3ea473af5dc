-- Attempts to collect money, failed ones included. Stripe counts in cents.
SELECT
    h.id AS charge_id,
    c.metadata ->> 'account_id' AS customer_id,
    LOWER(h.status) AS status,
    LOWER(h.status) = 'succeeded' AS is_succeeded,
    h.amount * 0.01 AS amount,
    h.amount_refunded * 0.01 AS refunded,
    h.created AS created_at
FROM source.stripe_charges AS h
LEFT JOIN source.stripe_customers AS c ON c.id = h.customer
WHERE COALESCE(h.livemode, TRUE)
