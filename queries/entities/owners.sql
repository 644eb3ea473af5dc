-- One row per person of the CRM who owns records. Two people of one name are told apart by their ids.
WITH named AS (
    SELECT DISTINCT
        id,
        COALESCE(
            NULLIF(TRIM(COALESCE(firstname, '') || ' ' || COALESCE(lastname, '')), ''), email, id
        ) AS name
    FROM source.hubspot_owners
)
SELECT
    id AS owner_id,
    CASE
        WHEN COUNT(*) OVER (PARTITION BY name) > 1 THEN name || ' (' || id || ')'
        ELSE name
    END AS owner_name
FROM named
