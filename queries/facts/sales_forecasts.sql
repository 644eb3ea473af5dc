-- What each owner expects to close in a period, from the day it was submitted (or the period began)
-- to the owner's next word on it or the period's end.
WITH submitted AS (
    SELECT
        owner_id,
        period_start,
        period_end,
        forecast_amount,
        LOCAL_DAY(submitted_at) AS submitted_on,
        LOCAL_DAY(LEAD(submitted_at) OVER (
            PARTITION BY owner_id, period_start, period_end ORDER BY submitted_at, forecast_amount
        )) AS replaced_on
    FROM source.sales_forecasts
    WHERE submitted_at IS NOT NULL
        AND forecast_amount IS NOT NULL
),
in_force AS (
    SELECT
        owner_id,
        period_start,
        period_end,
        forecast_amount,
        CASE WHEN submitted_on > period_start THEN submitted_on ELSE period_start END AS valid_from,
        CASE WHEN replaced_on < period_end THEN replaced_on ELSE period_end END AS valid_to
    FROM submitted
)
SELECT owner_id, period_start, period_end, forecast_amount AS amount, valid_from, valid_to
FROM in_force
WHERE valid_to > valid_from
