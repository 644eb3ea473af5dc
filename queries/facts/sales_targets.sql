-- What sales is to win in new business in a period; the end is the first day after it.
SELECT amount, period_start AS valid_from, period_end AS valid_to
FROM source.targets
WHERE LOWER(metric) = 'new_business'
