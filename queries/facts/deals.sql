-- Deals from the day they were created to the day they were won or lost. HubSpot archives live
-- records too, so all count. A close dated after the deal's last change (by more than what time
-- zones explain) is only a hope: the deal was closed by that change.
WITH told AS (
    SELECT
        id AS deal_id,
        COALESCE((associations -> 'company_ids') ->> 0, associations ->> 'company_ids')
            AS company_id,
        properties ->> 'hubspot_owner_id' AS owner_id,
        LOWER(properties ->> 'dealtype') AS deal_type,
        NULLIF(TRIM(properties ->> 'competitor'), '') AS competitor,
        properties ->> 'closed_lost_reason' AS lost_reason,
        CAST(properties ->> 'hs_deal_stage_probability' AS DOUBLE PRECISION) AS probability,
        LOWER(TRIM(dealstage)) AS current_stage,
        amount,
        closedate,
        createdat,
        LOCAL_DAY(createdat) AS created_on,
        LOCAL_DAY(updatedat) AS changed_on
    FROM source.hubspot_deals
),
judged AS (
    SELECT
        t.*,
        CASE
            WHEN s.is_open IS NULL OR s.is_open THEN 'open'
            WHEN s.stage_order IS NULL THEN 'lost'
            ELSE 'won'
        END AS outcome
    FROM told AS t
    LEFT JOIN entity.stages AS s ON s.stage = t.current_stage
)
SELECT
    deal_id,
    company_id,
    owner_id,
    deal_type,
    CASE WHEN LOWER(competitor) <> 'none' THEN competitor END AS competitor,
    CASE WHEN outcome = 'lost' THEN lost_reason END AS lost_reason,
    CASE
        WHEN amount < 5000 THEN 'under 5k'
        WHEN amount < 20000 THEN '5k to 20k'
        WHEN amount < 100000 THEN '20k to 100k'
        WHEN amount >= 100000 THEN '100k and more'
    END AS size_band,
    current_stage,
    outcome,
    amount,
    CASE WHEN probability BETWEEN 0 AND 1 THEN probability END AS probability,
    closedate AS close_date,
    createdat AS created_at,
    created_on AS valid_from,
    CASE
        WHEN outcome = 'open' THEN NULL
        WHEN closedate > changed_on + 1 THEN changed_on
        ELSE COALESCE(closedate, changed_on, created_on)
    END AS valid_to
FROM judged
