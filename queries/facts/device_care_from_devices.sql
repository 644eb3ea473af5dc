-- Without a maintenance log: installation and the last maintenance are all that is known.
WITH cared AS (
    SELECT device_id, installed_date AS day FROM entity.devices WHERE installed_date IS NOT NULL
    UNION
    SELECT id, last_maintenance_date FROM source.devices WHERE last_maintenance_date IS NOT NULL
)
SELECT
    device_id,
    day AS valid_from,
    LEAD(day) OVER (PARTITION BY device_id ORDER BY day) AS valid_to
FROM cared
