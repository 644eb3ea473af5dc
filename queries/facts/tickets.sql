-- Support tickets from creation to their close, which is an ISO instant inside JSON; one that is
-- closed without it was last changed then. HubSpot archives live records too, so all count.
WITH staged AS (
    SELECT
        id,
        COALESCE((associations -> 'company_ids') ->> 0, associations ->> 'company_ids') AS company_id,
        UPPER(hs_ticket_priority) AS priority,
        COALESCE(properties ->> 'category', properties ->> 'hs_ticket_category') AS category,
        properties ->> 'hubspot_owner_id' AS owner_id,
        REPLACE(REPLACE(LOWER(TRIM(hs_pipeline_stage)), '-', '_'), ' ', '_') AS status,
        createdate,
        COALESCE(CAST(properties ->> 'closed_date' AS TIMESTAMP), hs_lastmodifieddate) AS closed_at
    FROM source.hubspot_tickets
)
SELECT
    t.id AS ticket_id,
    c.properties ->> 'account_id' AS customer_id,
    t.priority,
    LOWER(t.category) AS category,
    t.owner_id,
    t.status,
    t.createdate AS valid_from,
    CASE WHEN t.status IN ('closed', 'resolved', 'solved') THEN t.closed_at END AS valid_to
FROM staged AS t
LEFT JOIN source.hubspot_companies AS c ON c.id = t.company_id
