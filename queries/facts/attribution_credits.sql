-- How a conversion is shared among the touches that led to it, by six models. The path of a
-- customer are the touches of all its leads in the 90 days up to its first paid day; a conversion
-- without any keeps one row of its own. Conversions whose 90 days begin before the first touch on
-- record are left out: nobody knows their whole path. Where no touch at all leads to a customer,
-- nothing says whether a conversion is owed to one.
WITH owned AS (
    SELECT DISTINCT
        c.properties ->> 'account_id' AS customer_id,
        t.touch_id,
        t.campaign_id,
        t.channel,
        t.medium,
        t.touch_source,
        t.traffic,
        t.content,
        t.touched_at,
        LOCAL_DAY(t.touched_at) AS touched_on
    FROM fact.touchpoints AS t
    JOIN fact.leads AS l ON l.mql_id = t.mql_id
    JOIN source.hubspot_contacts AS p ON p.id = l.contact_id
    JOIN source.hubspot_companies AS c
        ON c.id = COALESCE(p.properties ->> 'company_id', p.properties ->> 'associatedcompanyid')
),
begun AS (
    SELECT MIN(LOCAL_DAY(touched_at)) AS first_day
    FROM fact.touchpoints
),
paths AS (
    SELECT
        v.customer_id,
        v.paid_on AS converted_on,
        v.first_year_revenue,
        o.touch_id,
        o.campaign_id,
        CASE WHEN o.touch_id IS NULL THEN 'unattributed' ELSE o.channel END AS channel,
        o.medium,
        o.touch_source,
        o.traffic,
        o.content,
        COUNT(o.touch_id) OVER (PARTITION BY v.customer_id) AS touches,
        ROW_NUMBER() OVER (
            PARTITION BY v.customer_id ORDER BY o.touched_at, o.touch_id COLLATE "C"
        ) AS touch_number,
        ROW_NUMBER() OVER (
            PARTITION BY v.customer_id
            ORDER BY
                CASE WHEN o.channel = 'direct' THEN 1 ELSE 0 END,
                o.touched_at DESC,
                o.touch_id COLLATE "C" DESC
        ) AS place_from_the_end,
        POWER(
            CAST(2 AS DOUBLE PRECISION),
            (o.touched_on - v.paid_on) / CAST(7 AS DOUBLE PRECISION)
        ) AS weight
    FROM fact.first_payments AS v
    CROSS JOIN begun AS b
    LEFT JOIN owned AS o
        ON o.customer_id = v.customer_id
        AND o.touched_on >= v.paid_on - 90
        AND o.touched_on <= v.paid_on
    WHERE v.paid_on - 90 >= b.first_day
),
shares AS (
    SELECT
        paths.*,
        CASE WHEN touch_number = 1 THEN 1 ELSE 0 END AS first_touch,
        CASE WHEN touch_number = touches OR touches = 0 THEN 1 ELSE 0 END AS last_touch,
        CASE WHEN place_from_the_end = 1 THEN 1 ELSE 0 END AS last_non_direct,
        CASE WHEN touches = 0 THEN 1 ELSE CAST(1 AS DOUBLE PRECISION) / touches END AS linear,
        CASE
            WHEN touches <= 1 THEN 1
            WHEN touches = 2 THEN 0.5
            WHEN touch_number = 1 OR touch_number = touches THEN 0.4
            ELSE CAST(0.2 AS DOUBLE PRECISION) / (touches - 2)
        END AS position_based,
        CASE
            WHEN touches = 0 THEN 1
            ELSE weight / SUM(weight) OVER (PARTITION BY customer_id)
        END AS time_decay
    FROM paths
)
SELECT
    customer_id,
    touch_id,
    touch_number,
    CASE WHEN EXISTS (SELECT 1 FROM owned) THEN touch_id IS NOT NULL END AS is_attributed,
    campaign_id,
    channel,
    medium,
    touch_source,
    traffic,
    content,
    first_touch,
    last_touch,
    last_non_direct,
    linear,
    position_based,
    time_decay,
    first_year_revenue,
    first_touch * first_year_revenue AS first_touch_revenue,
    last_touch * first_year_revenue AS last_touch_revenue,
    last_non_direct * first_year_revenue AS last_non_direct_revenue,
    linear * first_year_revenue AS linear_revenue,
    position_based * first_year_revenue AS position_based_revenue,
    time_decay * first_year_revenue AS time_decay_revenue,
    converted_on
FROM shares
