-- How long a device kept a status: from the event that told it to the device's next event. A
-- repeated row would end its own interval, so each counts once.
WITH told AS (
    SELECT DISTINCT id, device_id, LOWER(TRIM(status)) AS status, at
    FROM source.device_status_events
)
SELECT
    id AS status_id,
    device_id,
    status,
    status = 'online' AS is_online,
    COALESCE(status = 'offline', FALSE) AS is_down,
    at AS valid_from,
    LEAD(at) OVER (PARTITION BY device_id ORDER BY at, id COLLATE "C") AS valid_to
FROM told
