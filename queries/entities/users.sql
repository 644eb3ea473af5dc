-- One row per user of an account.
SELECT
    id AS user_id,
    customer_id,
    role,
    COALESCE(created_date, CAST(created_at AS DATE)) AS created_date
FROM source.users
