-- Support tickets that got an answer: from their creation to the first public comment of an agent.
-- Automatic messages and internal notes are no answer.
WITH replies AS (
    SELECT c.ticket_id, MIN(c.created_at) AS replied_at
    FROM source.ticket_conversations AS c
    JOIN fact.tickets AS t ON t.ticket_id = c.ticket_id AND t.valid_from <= c.created_at
    WHERE LOWER(c.author_type) = 'agent'
        AND COALESCE(c.is_public, TRUE)
        AND NOT COALESCE(c.is_automatic, FALSE)
    GROUP BY c.ticket_id
)
SELECT
    t.ticket_id,
    t.customer_id,
    t.priority,
    t.category,
    t.owner_id,
    t.valid_from AS created_at,
    r.replied_at
FROM fact.tickets AS t
JOIN replies AS r ON r.ticket_id = t.ticket_id
