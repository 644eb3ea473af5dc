-- How far the forecast of a period was off, on the period's last day: what all owners had submitted
-- by the end of its first week against what was won in it.
WITH by_then AS (
    SELECT
        period_start,
        period_end,
        forecast_amount,
        ROW_NUMBER() OVER (
            PARTITION BY owner_id, period_start, period_end
            ORDER BY submitted_at DESC, forecast_amount DESC
        ) AS place
    FROM source.sales_forecasts
    WHERE LOCAL_DAY(submitted_at) < period_start + 7
        AND forecast_amount IS NOT NULL
),
expected AS (
    SELECT period_start, period_end, SUM(forecast_amount) AS forecast
    FROM by_then
    WHERE place = 1
    GROUP BY period_start, period_end
),
won AS (
    SELECT e.period_start, e.period_end, SUM(d.amount) AS amount
    FROM expected AS e
    JOIN fact.closed_deals AS d
        ON d.is_won AND d.closed_on >= e.period_start AND d.closed_on < e.period_end
    GROUP BY e.period_start, e.period_end
)
SELECT
    e.period_start,
    e.period_end,
    e.forecast,
    COALESCE(w.amount, 0) AS actual,
    ABS(e.forecast - COALESCE(w.amount, 0)) AS off_by,
    e.period_end - 1 AS ended_on
FROM expected AS e
LEFT JOIN won AS w ON w.period_start = e.period_start AND w.period_end = e.period_end
