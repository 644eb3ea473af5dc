-- Contracts on the day they are due for renewal, and whether they were renewed, early or late.
SELECT contract_id, customer_id, renewed_at IS NOT NULL AS is_renewed, due_date
FROM source.contract_renewals
