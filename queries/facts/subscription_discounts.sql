-- Discounts of Stripe subscriptions as they lower MRR, item by item while both are in force: a
-- percentage of it, or an amount off each bill (in cents, all of it at most) shared by price.
WITH bills AS (
    SELECT subscription_id, SUM(billed) AS billed
    FROM fact.stripe_mrr_periods
    GROUP BY subscription_id
),
discounts AS (
    SELECT
        id,
        subscription,
        percent_off,
        amount_off,
        LOCAL_DAY(starts_at) AS starts_on,
        LOCAL_DAY(ends_at) AS ends_on
    FROM source.stripe_discounts
    WHERE starts_at IS NOT NULL
),
lowered AS (
    SELECT
        d.id AS discount_id,
        i.item_id,
        i.customer_id,
        i.mrr * CASE
            WHEN d.percent_off IS NOT NULL THEN d.percent_off / 100.0
            WHEN d.amount_off * 0.01 > b.billed THEN 1.0
            ELSE d.amount_off * 0.01 / NULLIF(b.billed, 0)
        END AS discount,
        CASE WHEN d.starts_on > i.valid_from THEN d.starts_on ELSE i.valid_from END AS valid_from,
        CASE
            WHEN i.valid_to IS NULL OR d.ends_on < i.valid_to THEN d.ends_on
            ELSE i.valid_to
        END AS valid_to
    FROM discounts AS d
    JOIN fact.stripe_mrr_periods AS i ON i.subscription_id = d.subscription
    JOIN bills AS b ON b.subscription_id = d.subscription
)
SELECT discount_id, item_id, customer_id, discount, valid_from, valid_to
FROM lowered
WHERE discount > 0 AND (valid_to IS NULL OR valid_to > valid_from)
