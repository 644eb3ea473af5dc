-- The open life of each deal cut at the days it entered another stage. A deal is in its first known
-- stage from its creation, whatever it passed through on one day counts for nothing, and an open
-- deal ends up in the stage it says it has. A deal that was closed and reopened kept its stage.
WITH moves AS (
    SELECT DISTINCT h.id, h.deal_id, LOWER(TRIM(h.stage)) AS stage, h.entered_at
    FROM source.hubspot_deal_stage_history AS h
    LEFT JOIN entity.stages AS s ON s.stage = LOWER(TRIM(h.stage))
    WHERE h.entered_at IS NOT NULL
        AND h.stage IS NOT NULL
        AND COALESCE(s.is_open, TRUE)
),
numbered AS (
    SELECT
        d.deal_id,
        d.valid_from AS created_on,
        d.valid_to AS closed_on,
        LOCAL_DAY(m.entered_at) AS moved_on,
        m.stage,
        CASE WHEN d.outcome = 'open' THEN d.current_stage END AS last_stage,
        ROW_NUMBER() OVER (
            PARTITION BY d.deal_id
            ORDER BY m.entered_at, m.id COLLATE "C", m.stage COLLATE "C"
        ) AS place,
        COUNT(*) OVER (PARTITION BY d.deal_id) AS places
    FROM fact.deals AS d
    LEFT JOIN moves AS m ON m.deal_id = d.deal_id
),
-- Days outside the deal's own life are brought to its ends.
placed AS (
    SELECT
        deal_id,
        closed_on,
        place,
        CASE WHEN place = places THEN COALESCE(last_stage, stage) ELSE stage END AS stage,
        CASE
            WHEN place = 1 OR moved_on < created_on THEN created_on
            WHEN moved_on > closed_on THEN closed_on
            ELSE moved_on
        END AS entered_on
    FROM numbered
),
daily AS (
    SELECT
        placed.*,
        ROW_NUMBER() OVER (PARTITION BY deal_id, entered_on ORDER BY place DESC) AS from_last
    FROM placed
    WHERE closed_on IS NULL OR entered_on < closed_on
),
compared AS (
    SELECT
        daily.*,
        ROW_NUMBER() OVER in_time AS step,
        LAG(stage) OVER in_time AS stage_before
    FROM daily
    WHERE from_last = 1
    WINDOW in_time AS (PARTITION BY deal_id ORDER BY entered_on)
),
visits AS (
    SELECT
        deal_id,
        stage,
        entered_on,
        COALESCE(LEAD(entered_on) OVER (PARTITION BY deal_id ORDER BY entered_on), closed_on)
            AS left_on
    FROM compared
    WHERE step = 1 OR stage <> stage_before
),
-- What open deals say of their chances in each stage, for deals that were in it before.
chances AS (
    SELECT current_stage AS stage, AVG(probability) AS probability
    FROM fact.deals
    WHERE outcome = 'open'
    GROUP BY current_stage
),
weighed AS (
    SELECT
        v.deal_id,
        v.stage,
        v.entered_on,
        v.left_on,
        CASE WHEN v.left_on IS NULL THEN COALESCE(d.probability, c.probability) ELSE c.probability END
            AS probability,
        d.company_id,
        d.owner_id,
        d.deal_type,
        d.size_band,
        d.amount,
        d.valid_from AS created_on
    FROM visits AS v
    JOIN fact.deals AS d ON d.deal_id = v.deal_id
    LEFT JOIN chances AS c ON c.stage = v.stage
)
SELECT
    w.deal_id,
    w.company_id,
    w.owner_id,
    w.deal_type,
    w.size_band,
    w.stage,
    COALESCE(s.is_qualified, FALSE) AS is_qualified,
    w.amount,
    w.probability,
    w.amount * w.probability AS weighted_amount,
    w.created_on - DATE '1970-01-01' AS start_day,
    w.entered_on AS valid_from,
    w.left_on AS valid_to
FROM weighed AS w
LEFT JOIN entity.stages AS s ON s.stage = w.stage
