-- Invoices past their due day and not paid: from the day after it to the day they were paid. An
-- invoice without a due day is never overdue.
WITH owed AS (
    SELECT
        r.invoice_id,
        r.customer_id,
        r.balance,
        CASE
            WHEN LOCAL_DAY(i.due_date) < r.valid_from THEN r.valid_from
            ELSE LOCAL_DAY(i.due_date) + 1
        END AS valid_from,
        r.valid_to
    FROM fact.receivables AS r
    JOIN source.stripe_invoices AS i ON i.id = r.invoice_id
    WHERE i.due_date IS NOT NULL
)
SELECT invoice_id, customer_id, balance, valid_from, valid_to
FROM owed
WHERE valid_to IS NULL OR valid_to > valid_from
