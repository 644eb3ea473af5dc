-- The status of each device at the end of every day on which it changed.
SELECT
    device_id,
    LOCAL_DAY(valid_from) AS valid_from,
    status AS device_status
FROM fact.device_status
WHERE valid_to IS NULL OR LOCAL_DAY(valid_to) > LOCAL_DAY(valid_from)
