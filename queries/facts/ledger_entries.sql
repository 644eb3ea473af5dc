-- Lines of the finance ledger. Revenue and costs are positive; cash is positive when it comes in.
SELECT
    entry_id,
    REPLACE(LOWER(TRIM(account_type)), ' ', '_') AS account_type,
    COALESCE(LOWER(activity) = 'financing', FALSE) AS is_financing,
    amount,
    posted_on
FROM source.finance_ledger
