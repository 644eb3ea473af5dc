-- First entries into a stage, on the moment the deal entered a later one.
SELECT entry_id, company_id, owner_id, deal_type, stage, advanced_at
FROM fact.stage_entries
WHERE advanced_at IS NOT NULL
