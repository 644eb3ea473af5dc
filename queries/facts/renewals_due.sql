-- The last 90 days of each term of about a year or longer (a year may be billed as 360 days). Every
-- term also has an empty interval on its first day: from then on it is known that none is due yet.
SELECT invoice_id, customer_id, valid_from, valid_from AS valid_to
FROM fact.billing_terms
UNION ALL
SELECT invoice_id, customer_id, renews_on - 90, valid_to
FROM fact.billing_terms
WHERE renews_on - valid_from >= 300 AND valid_to > renews_on - 90
