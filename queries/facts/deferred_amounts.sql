-- Invoiced amounts that are not earned yet: from the day of the invoice to that of recognition.
SELECT
    s.line_id,
    s.invoice_id,
    i.customer_id,
    s.amount,
    LOCAL_DAY(i.created_at) AS valid_from,
    s.recognized_on AS valid_to
FROM source.revenue_recognition_schedule AS s
JOIN fact.invoices AS i ON i.invoice_id = s.invoice_id
WHERE s.recognized_on > LOCAL_DAY(i.created_at)
