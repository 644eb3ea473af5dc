-- Subscriptions that will end: from the day the cancellation was asked for to the day it takes
-- effect. One that ended at once has no day in between. Stripe forgets a cancellation that was taken
-- back.
SELECT
    s.id AS subscription_id,
    c.metadata ->> 'account_id' AS customer_id,
    LOCAL_DAY(s.canceled_at) AS valid_from,
    LOCAL_DAY(
        COALESCE(
            s.ended_at,
            CASE WHEN s.cancel_at_period_end THEN s.cancel_at ELSE s.canceled_at END
        )
    ) AS valid_to
FROM source.stripe_subscriptions AS s
LEFT JOIN source.stripe_customers AS c ON c.id = s.customer
WHERE s.canceled_at IS NOT NULL
    AND COALESCE(s.livemode, TRUE)
    AND COALESCE(LOWER(s.status), '') NOT IN ('incomplete', 'incomplete_expired')
