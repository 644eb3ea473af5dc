-- Touches of marketing. Words come in any case and spelling; whether a touch was paid, organic or
-- direct is read off its channel, and where that does not say off its medium.
WITH words AS (
    SELECT
        id,
        mql_id,
        campaign_id,
        NULLIF(REPLACE(REPLACE(LOWER(TRIM(channel)), ' ', '_'), '-', '_'), '') AS channel,
        NULLIF(REPLACE(REPLACE(LOWER(TRIM(medium)), ' ', '_'), '-', '_'), '') AS medium,
        NULLIF(LOWER(TRIM(source)), '') AS touch_source,
        content,
        touchpoint_date
    FROM source.attribution_touchpoints
)
SELECT
    id AS touch_id,
    mql_id,
    campaign_id,
    channel,
    medium,
    touch_source,
    content,
    CASE
        WHEN channel LIKE 'paid%' OR channel IN ('display', 'retargeting') THEN 'paid'
        WHEN channel LIKE 'organic%' THEN 'organic'
        WHEN channel = 'direct' THEN 'direct'
        WHEN medium LIKE 'paid%' OR medium IN ('cpc', 'ppc', 'cpm', 'display') THEN 'paid'
        WHEN medium LIKE 'organic%' THEN 'organic'
        ELSE 'other'
    END AS traffic,
    touchpoint_date AS touched_at
FROM words
