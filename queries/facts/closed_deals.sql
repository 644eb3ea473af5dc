-- Deals on the day they were won or lost.
SELECT
    deal_id,
    company_id,
    owner_id,
    deal_type,
    competitor,
    lost_reason,
    size_band,
    outcome = 'won' AS is_won,
    competitor IS NOT NULL AS has_competitor,
    amount IS NOT NULL AS has_amount,
    amount,
    valid_to - valid_from AS cycle_days,
    valid_to AS closed_on
FROM fact.deals
WHERE valid_to IS NOT NULL
