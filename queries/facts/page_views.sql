-- Pages looked at; the page is its address without the part after the question mark.
SELECT
    page_view_id,
    session_id,
    NULLIF(user_id, '0') AS user_id,
    customer_id,
    SPLIT_PART(page_url, '?', 1) AS page,
    CASE WHEN time_on_page_seconds >= 0 THEN time_on_page_seconds END AS seconds_on_page,
    timestamp AS viewed_at
FROM source.page_views
