-- What each owner is to close in a period; the end is the first day after it.
SELECT owner_id, amount, period_start AS valid_from, period_end AS valid_to
FROM source.sales_quotas
