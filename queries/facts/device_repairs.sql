-- Outages: from the event that took a device down to the first that did not leave it down.
WITH turned AS (
    SELECT
        status_id,
        device_id,
        is_down,
        valid_from,
        LAG(is_down) OVER in_time AS was_down
    FROM fact.device_status
    WINDOW in_time AS (PARTITION BY device_id ORDER BY valid_from, status_id COLLATE "C")
),
turns AS (
    SELECT
        status_id,
        device_id,
        is_down,
        valid_from,
        LEAD(valid_from) OVER in_time AS next_turn
    FROM turned
    WHERE was_down IS NULL OR was_down <> is_down
    WINDOW in_time AS (PARTITION BY device_id ORDER BY valid_from, status_id COLLATE "C")
)
SELECT
    status_id AS repair_id,
    device_id,
    valid_from AS failed_at,
    next_turn AS repaired_at
FROM turns
WHERE is_down
