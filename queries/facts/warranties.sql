-- Devices from the day their warranty ran out.
SELECT
    id AS device_id,
    warranty_expiry AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM source.devices
WHERE warranty_expiry IS NOT NULL
