-- Deals while they are open, stage by stage.
SELECT
    deal_id, company_id, owner_id, deal_type, size_band, stage, amount, start_day, valid_from, valid_to
FROM fact.deal_stages
