-- Leads from their qualification to the first time a person reached out to them.
WITH touched AS (
    SELECT
        l.mql_id,
        a.owner_id,
        a.activity_at,
        ROW_NUMBER() OVER (
            PARTITION BY l.mql_id ORDER BY a.activity_at, a.owner_id COLLATE "C" NULLS LAST
        ) AS place
    FROM fact.leads AS l
    JOIN source.lead_activities AS a
        ON a.mql_id = l.mql_id AND a.activity_at >= l.qualified_at
    WHERE LOWER(TRIM(a.actor_type)) = 'human'
)
SELECT
    l.mql_id,
    l.lead_source,
    l.campaign_id,
    t.owner_id,
    l.qualified_at,
    t.activity_at AS touched_at
FROM fact.leads AS l
LEFT JOIN touched AS t ON t.mql_id = l.mql_id AND t.place = 1
