-- One row per device. A device without a customer of its own belongs to its location's customer.
SELECT
    d.id AS device_id,
    d.location_id,
    COALESCE(d.customer_id, l.customer_id) AS customer_id,
    d.device_type,
    d.category,
    d.model,
    d.manufacturer,
    COALESCE(d.install_date, d.installation_date) AS installed_date,
    LOWER(COALESCE(d.device_type, '') || ' ' || COALESCE(d.category, '')) LIKE '%tap%' AS is_tap
FROM source.devices AS d
LEFT JOIN source.locations AS l ON l.id = d.location_id
