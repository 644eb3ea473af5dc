-- Credit, equally shared, that went to touches with content whose cost is known.
SELECT
    a.customer_id,
    a.touch_id,
    a.content,
    a.linear_revenue,
    a.converted_on
FROM fact.attribution_credits AS a
JOIN (SELECT DISTINCT content FROM fact.content_spend) AS c ON c.content = a.content
