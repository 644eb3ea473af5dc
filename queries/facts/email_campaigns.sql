-- E-mail campaigns when they went out; drafts and scheduled ones were sent to nobody yet.
SELECT
    id AS campaign_id,
    name AS campaign_name,
    labels AS email_label,
    send_size AS recipients,
    start_at AS started_at
FROM source.iterable_campaigns
WHERE COALESCE(LOWER(status), '') NOT IN ('draft', 'ready', 'scheduled')
