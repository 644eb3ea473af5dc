-- Calls, e-mails, meetings and the rest of what sales did, on the moment it took place, which
-- HubSpot tells in milliseconds since 1970.
WITH told AS (
    SELECT
        id,
        LOWER(engagement ->> 'type') AS activity_type,
        REPLACE(LOWER(COALESCE(metadata ->> 'meetingOutcome', metadata ->> 'status')), '-', '_')
            AS outcome,
        engagement ->> 'ownerId' AS owner_id,
        (associations -> 'dealIds') ->> 0 AS deal_id,
        (associations -> 'companyIds') ->> 0 AS company_id,
        CAST(engagement ->> 'timestamp' AS DOUBLE PRECISION) AS milliseconds,
        createdat
    FROM source.hubspot_engagements
)
SELECT
    id AS engagement_id,
    activity_type,
    outcome,
    activity_type IN ('call', 'email') OR (activity_type = 'meeting' AND outcome = 'completed')
        AS is_activity,
    owner_id,
    deal_id,
    company_id,
    CASE
        WHEN milliseconds BETWEEN 0 AND 4102444800000
            THEN TO_TIMESTAMP(milliseconds / 1000) AT TIME ZONE 'UTC'
        ELSE createdat
    END AS occurred_at
FROM told
