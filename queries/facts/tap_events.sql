-- What taps reported. Only a pour has a volume; one outside 2 to 6 degrees or 10 to 15 psi is odd.
-- What is not told stays empty: a pour without a reading is neither odd nor in order.
WITH readings AS (
    SELECT
        id,
        device_id,
        location_id,
        LOWER(event_type) AS event_type,
        LOWER(event_type) IN ('pour', 'dispense') AS is_pour,
        LOWER(event_type) LIKE '%alert%' OR LOWER(event_type) LIKE '%alarm%' AS is_alert,
        CAST(metrics ->> 'volume_ml' AS DOUBLE PRECISION) AS volume_ml,
        CAST(metrics ->> 'temperature_c' AS DOUBLE PRECISION) AS temperature_c,
        CAST(metrics ->> 'pressure_psi' AS DOUBLE PRECISION) AS pressure_psi,
        timestamp AS occurred_at
    FROM source.tap_events
),
judged AS (
    SELECT
        readings.*,
        CASE WHEN is_pour THEN temperature_c < 2 OR temperature_c > 6 END AS is_temperature_anomaly,
        CASE WHEN is_pour THEN pressure_psi < 10 OR pressure_psi > 15 END AS is_pressure_anomaly
    FROM readings
)
SELECT
    id AS event_id,
    device_id,
    location_id,
    event_type,
    is_pour,
    is_alert,
    CASE WHEN is_pour THEN volume_ml END AS volume_ml,
    temperature_c,
    pressure_psi,
    is_temperature_anomaly,
    is_pressure_anomaly,
    CASE
        WHEN is_temperature_anomaly OR is_pressure_anomaly THEN TRUE
        WHEN is_temperature_anomaly IS NOT NULL OR is_pressure_anomaly IS NOT NULL THEN FALSE
    END AS is_anomaly,
    occurred_at
FROM judged
