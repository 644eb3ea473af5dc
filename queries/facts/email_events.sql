-- What became of each e-mail: delivered, opened, clicked or unsubscribed from.
SELECT
    campaign_id,
    recipient_id,
    CASE LOWER(event)
        WHEN 'delivery' THEN 'delivered'
        WHEN 'open' THEN 'opened'
        WHEN 'click' THEN 'clicked'
        WHEN 'unsubscribe' THEN 'unsubscribed'
        ELSE LOWER(event)
    END AS event,
    occurred_at
FROM source.email_events
