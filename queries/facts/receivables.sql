-- What customers owed: an invoice's whole amount until the day it was paid, what is left of an
-- open one (all of it where that is not told) until today. A paid invoice without a charge never
-- was owed.
WITH sent AS (
    SELECT
        id, customer, charge, created, amount_due, amount_remaining,
        LOWER(status) = 'paid' AS is_paid
    FROM source.stripe_invoices
    WHERE COALESCE(livemode, TRUE)
        AND COALESCE(LOWER(status), '') NOT IN ('void', 'draft', 'uncollectible')
),
succeeded AS (
    SELECT id, invoice, created
    FROM source.stripe_charges
    WHERE LOWER(status) = 'succeeded'
),
-- A charge names its invoice, or the invoice its charge.
payments AS (
    SELECT invoice AS invoice_id, created FROM succeeded WHERE invoice IS NOT NULL
    UNION ALL
    SELECT s.id, p.created
    FROM sent AS s
    JOIN succeeded AS p ON p.id = s.charge
),
paid AS (
    SELECT invoice_id, MIN(created) AS paid_at
    FROM payments
    GROUP BY invoice_id
)
SELECT
    s.id AS invoice_id,
    c.metadata ->> 'account_id' AS customer_id,
    CASE WHEN s.is_paid THEN s.amount_due ELSE COALESCE(s.amount_remaining, s.amount_due) END * 0.01
        AS balance,
    LOCAL_DAY(s.created) AS valid_from,
    CASE WHEN s.is_paid THEN LOCAL_DAY(COALESCE(p.paid_at, s.created)) END AS valid_to
FROM sent AS s
LEFT JOIN paid AS p ON p.invoice_id = s.id
LEFT JOIN source.stripe_customers AS c ON c.id = s.customer
