-- Leads on the day marketing called them qualified.
SELECT
    id AS mql_id,
    lead_source,
    campaign_id,
    mql_score AS score,
    mql_date AS qualified_at
FROM source.marketing_qualified_leads
