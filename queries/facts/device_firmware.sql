-- The firmware each device runs now. Versions are compared part by part as numbers, which padded
-- text does for any spelling (1.10.0 is later than 1.9.0) when compared byte by byte.
WITH padded AS (
    SELECT
        id,
        model,
        firmware_version,
        (
            LPAD(SPLIT_PART(bare_version, '.', 1), 8, '0')
            || LPAD(SPLIT_PART(bare_version, '.', 2), 8, '0')
            || LPAD(SPLIT_PART(bare_version, '.', 3), 8, '0')
            || LPAD(SPLIT_PART(bare_version, '.', 4), 8, '0')
        ) COLLATE "C" AS rank_text
    FROM (
        SELECT id, model, firmware_version, REPLACE(LOWER(firmware_version), 'v', '') AS bare_version
        FROM source.devices
        WHERE firmware_version IS NOT NULL
    ) AS versions
)
SELECT
    id AS device_id,
    model,
    firmware_version,
    rank_text = MAX(rank_text) OVER (PARTITION BY model) AS is_latest
FROM padded
