-- Readings of a device's own load, in percent.
SELECT
    device_id,
    cpu_usage,
    memory_usage,
    errors AS error_count,
    timestamp AS read_at
FROM source.device_telemetry
