-- Leads on the day marketing called them qualified.
SELECT
    id AS mql_id,
    CAST(contact_id AS TEXT) AS contact_id,
    lead_source,
    campaign_id,
    mql_score AS score,
    engagement_score,
    conversion_probability,
    days_to_mql,
    mql_date AS qualified_at
FROM source.marketing_qualified_leads
