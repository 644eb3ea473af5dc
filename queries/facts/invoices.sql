-- Invoices that were sent; drafts, voided and test ones are none. Stripe counts in cents.
SELECT
    i.id AS invoice_id,
    c.metadata ->> 'account_id' AS customer_id,
    LOWER(i.status) AS status,
    LOWER(i.status) = 'paid' AS is_paid,
    i.amount_due * 0.01 AS amount_due,
    i.created AS created_at
FROM source.stripe_invoices AS i
LEFT JOIN source.stripe_customers AS c ON c.id = i.customer
WHERE COALESCE(i.livemode, TRUE)
    AND COALESCE(LOWER(i.status), '') NOT IN ('void', 'draft')
