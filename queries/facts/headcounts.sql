-- Employees, from the day they were counted to the next count.
WITH counts AS (
    SELECT counted_on, MAX(employees) AS employees
    FROM source.hr_headcount
    WHERE counted_on IS NOT NULL
    GROUP BY counted_on
)
SELECT
    employees,
    counted_on AS valid_from,
    LEAD(counted_on) OVER (ORDER BY counted_on) AS valid_to
FROM counts
