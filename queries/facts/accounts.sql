-- Accounts from the day they were created; nothing records that one was deleted.
SELECT
    customer_id,
    created_date AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM entity.customers
