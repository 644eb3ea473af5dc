-- Invoices past their due day and not paid: from the day after it to the day they were paid. One
-- that never was overdue has an empty interval on the day of the invoice; whether one without a due
-- day is overdue nobody knows.
WITH owed AS (
    SELECT
        r.invoice_id,
        r.customer_id,
        r.balance,
        r.valid_from AS invoiced_on,
        r.valid_to AS paid_on,
        CASE
            WHEN LOCAL_DAY(i.due_date) < r.valid_from THEN r.valid_from
            ELSE LOCAL_DAY(i.due_date) + 1
        END AS overdue_on
    FROM fact.receivables AS r
    JOIN source.stripe_invoices AS i ON i.id = r.invoice_id
    WHERE i.due_date IS NOT NULL
),
judged AS (
    SELECT
        owed.*,
        overdue_on < paid_on OR paid_on IS NULL AS is_overdue
    FROM owed
)
SELECT
    invoice_id,
    customer_id,
    balance,
    CASE WHEN is_overdue THEN overdue_on ELSE invoiced_on END AS valid_from,
    CASE WHEN is_overdue THEN paid_on ELSE invoiced_on END AS valid_to
FROM judged
