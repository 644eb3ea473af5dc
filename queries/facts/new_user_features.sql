-- What new users had tried by their fourteenth day, for those whose first 60 days have passed.
SELECT DISTINCT
    o.user_id,
    f.feature_name,
    o.has_returned,
    o.decided_on
FROM fact.new_user_outcomes AS o
JOIN fact.feature_use AS f ON f.user_id = o.user_id
WHERE f.feature_name IS NOT NULL
    AND LOCAL_DAY(f.used_at) - o.created_on <= 14
