-- The last 90 days of each term of about a year or longer (a year may be billed as 360 days).
SELECT
    invoice_id,
    customer_id,
    CASE WHEN renews_on - 90 > valid_from THEN renews_on - 90 ELSE valid_from END AS valid_from,
    valid_to
FROM fact.billing_terms
WHERE renews_on - valid_from >= 300 AND valid_to > renews_on - 90
