-- What Stripe bills a month per subscription item, from the end of its trial to its end. A
-- cancellation at the end of the period counts from then, not from the day it was asked for. The
-- price written on the item goes before the list of prices: it is what this customer pays.
WITH priced AS (
    SELECT
        i.id AS item_id,
        i.subscription,
        COALESCE(i.quantity, 1) AS quantity,
        COALESCE(CAST(i.price ->> 'unit_amount' AS INTEGER), p.unit_amount) AS unit_amount,
        LOWER(COALESCE((i.price -> 'recurring') ->> 'interval', p.recurring_interval)) AS unit,
        COALESCE(
            CAST((i.price -> 'recurring') ->> 'interval_count' AS INTEGER),
            p.recurring_interval_count,
            1
        ) AS units
    FROM source.stripe_subscription_items AS i
    LEFT JOIN source.stripe_prices AS p ON p.id = i.price ->> 'id'
)
SELECT
    i.item_id,
    s.id AS subscription_id,
    c.metadata ->> 'account_id' AS customer_id,
    i.unit_amount * 0.01 * i.quantity AS billed,
    CAST(i.unit_amount AS DOUBLE PRECISION) * i.quantity / 100.0 / i.units
        * CASE i.unit
            WHEN 'month' THEN 1.0
            WHEN 'year' THEN CAST(1 AS DOUBLE PRECISION) / 12.0
            WHEN 'week' THEN CAST(52 AS DOUBLE PRECISION) / 12.0
            WHEN 'day' THEN CAST(365 AS DOUBLE PRECISION) / 12.0
        END AS mrr,
    LOCAL_DAY(COALESCE(s.trial_end, s.start_date, s.created)) AS valid_from,
    LOCAL_DAY(
        COALESCE(
            s.ended_at,
            CASE WHEN s.cancel_at_period_end THEN s.cancel_at ELSE s.canceled_at END
        )
    ) AS valid_to
FROM priced AS i
JOIN source.stripe_subscriptions AS s ON s.id = i.subscription
LEFT JOIN source.stripe_customers AS c ON c.id = s.customer
WHERE COALESCE(s.livemode, TRUE)
    AND COALESCE(LOWER(s.status), '') NOT IN ('trialing', 'incomplete', 'incomplete_expired')
