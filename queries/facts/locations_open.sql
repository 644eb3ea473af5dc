-- Locations from the day they were set up.
SELECT
    location_id,
    customer_id,
    installed_date AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM entity.locations
