-- Devices from the day they were installed; nothing records that one was taken away.
SELECT
    e.device_id,
    e.customer_id,
    e.location_id,
    d.energy_consumption_watts AS watts,
    e.installed_date AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM entity.devices AS e
JOIN source.devices AS d ON d.id = e.device_id
