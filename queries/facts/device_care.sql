-- Time since a device was last looked after: from its installation or a finished maintenance to
-- the next one.
WITH cared AS (
    SELECT device_id, installed_date AS day FROM entity.devices WHERE installed_date IS NOT NULL
    UNION
    SELECT device_id, LOCAL_DAY(ended_at) FROM source.device_maintenance
    WHERE ended_at IS NOT NULL
)
SELECT
    device_id,
    day AS valid_from,
    LEAD(day) OVER (PARTITION BY device_id ORDER BY day) AS valid_to
FROM cared
