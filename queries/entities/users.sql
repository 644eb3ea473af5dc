-- One row per user of an account.
SELECT
    id AS user_id,
    customer_id,
    role,
    COALESCE(created_date, LOCAL_DAY(created_at)) AS created_date
FROM source.users
