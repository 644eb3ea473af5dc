-- Sales people from the day they were hired to the day they had first won a whole quota within its
-- period.
WITH running AS (
    SELECT
        q.owner_id,
        q.amount AS quota,
        d.closed_on,
        SUM(d.amount) OVER (
            PARTITION BY q.owner_id, q.valid_from, q.valid_to ORDER BY d.closed_on
        ) AS won_so_far
    FROM fact.sales_quotas AS q
    JOIN fact.closed_deals AS d
        ON d.owner_id = q.owner_id
        AND d.is_won
        AND d.closed_on >= q.valid_from
        AND d.closed_on < q.valid_to
    WHERE q.amount > 0
)
SELECT
    p.owner_id,
    p.hired_on AS valid_from,
    MIN(r.closed_on) AS valid_to
FROM source.sales_reps AS p
LEFT JOIN running AS r
    ON r.owner_id = p.owner_id
    AND r.won_so_far >= r.quota
    AND r.closed_on >= p.hired_on
GROUP BY p.owner_id, p.hired_on
