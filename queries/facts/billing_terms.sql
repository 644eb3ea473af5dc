-- Terms that invoices of subscriptions bill: each is in force until it ends, or until its
-- subscription was cancelled, for then nothing is left to renew.
WITH billed AS (
    SELECT
        i.id AS invoice_id,
        c.metadata ->> 'account_id' AS customer_id,
        LOCAL_DAY(i.period_start) AS valid_from,
        LOCAL_DAY(i.period_end) AS renews_on,
        LOCAL_DAY(
            CASE
                WHEN s.canceled_at IS NULL OR s.ended_at < s.canceled_at THEN s.ended_at
                ELSE s.canceled_at
            END
        ) AS cancelled_on
    FROM source.stripe_invoices AS i
    LEFT JOIN source.stripe_customers AS c ON c.id = i.customer
    LEFT JOIN source.stripe_subscriptions AS s ON s.id = i.subscription
    WHERE COALESCE(i.livemode, TRUE)
        AND COALESCE(LOWER(i.status), '') NOT IN ('void', 'draft')
        AND LOWER(i.billing_reason) IN ('subscription_create', 'subscription_cycle')
)
SELECT
    invoice_id,
    customer_id,
    renews_on,
    valid_from,
    CASE
        WHEN cancelled_on < valid_from THEN valid_from
        WHEN cancelled_on < renews_on THEN cancelled_on
        ELSE renews_on
    END AS valid_to
FROM billed
WHERE renews_on > valid_from
