-- Deals while they are open, where nothing tells which stages they went through.
SELECT
    deal_id,
    company_id,
    owner_id,
    deal_type,
    size_band,
    CAST(NULL AS TEXT) AS stage,
    amount,
    valid_from - DATE '1970-01-01' AS start_day,
    valid_from,
    valid_to
FROM fact.deals
WHERE valid_to IS NULL OR valid_to > valid_from
