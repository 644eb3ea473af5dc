-- How long pages took to load; the page is its address without the part after the question mark.
SELECT
    page_load_id,
    customer_id,
    SPLIT_PART(page_url, '?', 1) AS page,
    LOWER(device_type) AS device_type,
    CASE WHEN load_time_ms >= 0 THEN load_time_ms END AS load_ms,
    loaded_at
FROM source.page_loads
