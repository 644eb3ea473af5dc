-- The first time a deal entered each open stage, and the first later stage it entered afterwards.
-- Skipped stages count as passed; the way back and the loss of a deal pass nothing.
WITH moves AS (
    SELECT h.deal_id, s.stage, s.stage_order, s.is_open, h.entered_at
    FROM source.hubspot_deal_stage_history AS h
    JOIN entity.stages AS s ON s.stage = LOWER(TRIM(h.stage))
    WHERE h.entered_at IS NOT NULL
        AND s.stage_order IS NOT NULL
),
entries AS (
    SELECT deal_id, stage, stage_order, MIN(entered_at) AS entered_at
    FROM moves
    WHERE is_open
    GROUP BY deal_id, stage, stage_order
),
advances AS (
    SELECT e.deal_id, e.stage, MIN(m.entered_at) AS advanced_at
    FROM entries AS e
    JOIN moves AS m
        ON m.deal_id = e.deal_id
        AND m.stage_order > e.stage_order
        AND m.entered_at >= e.entered_at
    GROUP BY e.deal_id, e.stage
)
SELECT
    e.deal_id || ':' || e.stage AS entry_id,
    e.deal_id,
    d.company_id,
    d.owner_id,
    d.deal_type,
    e.stage,
    a.advanced_at,
    e.entered_at
FROM entries AS e
JOIN fact.deals AS d ON d.deal_id = e.deal_id
LEFT JOIN advances AS a ON a.deal_id = e.deal_id AND a.stage = e.stage
