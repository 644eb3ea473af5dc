-- The last rating of each support ticket, 1 to 5.
WITH ranked AS (
    SELECT
        ticket_id,
        score,
        responded_at,
        ROW_NUMBER() OVER (
            PARTITION BY ticket_id ORDER BY responded_at DESC, response_id COLLATE "C" DESC
        ) AS place
    FROM source.ticket_surveys
    WHERE score BETWEEN 1 AND 5 AND responded_at IS NOT NULL
)
SELECT
    t.ticket_id,
    t.customer_id,
    t.priority,
    t.category,
    t.owner_id,
    r.score,
    r.responded_at
FROM ranked AS r
JOIN fact.tickets AS t ON t.ticket_id = r.ticket_id
WHERE r.place = 1
