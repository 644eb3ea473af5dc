-- Users from the day they were created.
SELECT
    user_id,
    customer_id,
    role,
    created_date AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM entity.users
