-- One row per user of an account.
WITH dated AS (
    SELECT
        id,
        customer_id,
        role,
        COALESCE(created_date, LOCAL_DAY(created_at)) AS created_date,
        created_at
    FROM source.users
)
SELECT
    id AS user_id,
    customer_id,
    role,
    created_date,
    SUBSTRING(CAST(created_date AS TEXT) FROM 1 FOR 7) AS signup_cohort,
    created_at
FROM dated
