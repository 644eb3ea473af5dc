-- What the whole market of a region could pay a year, from the day it was estimated to the next.
WITH estimates AS (
    SELECT region, valid_from, MAX(annual_amount) AS annual_amount
    FROM source.market_size
    WHERE valid_from IS NOT NULL
    GROUP BY region, valid_from
)
SELECT
    region,
    annual_amount,
    valid_from,
    LEAD(valid_from) OVER (PARTITION BY region ORDER BY valid_from) AS valid_to
FROM estimates
