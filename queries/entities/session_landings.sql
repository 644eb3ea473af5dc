-- The page each session began on: that of its first page view.
WITH ordered AS (
    SELECT
        session_id,
        page,
        ROW_NUMBER() OVER (
            PARTITION BY session_id ORDER BY viewed_at, page_view_id COLLATE "C"
        ) AS place
    FROM fact.page_views
    WHERE session_id IS NOT NULL
)
SELECT session_id, page AS landing_page
FROM ordered
WHERE place = 1
