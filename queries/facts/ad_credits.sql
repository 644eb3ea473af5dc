-- Credit, equally shared, that went to touches on campaigns of the ad platforms.
SELECT
    a.customer_id,
    a.touch_id,
    c.platform,
    a.campaign_id,
    a.linear,
    a.linear_revenue,
    a.converted_on
FROM fact.attribution_credits AS a
JOIN entity.campaigns AS c ON c.campaign_id = a.campaign_id
