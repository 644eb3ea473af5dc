-- Times a support ticket was passed on to a higher level.
SELECT ticket_id, escalated_at
FROM source.ticket_escalations
WHERE ticket_id IS NOT NULL
