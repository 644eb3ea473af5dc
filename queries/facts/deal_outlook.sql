-- Deals that are open now, with the day they are expected to close.
SELECT deal_id, company_id, owner_id, deal_type, current_stage AS stage, amount, close_date
FROM fact.deals
WHERE outcome = 'open'
