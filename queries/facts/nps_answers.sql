-- Answers to "would you recommend us", each until the respondent's next one, 90 days at most, so
-- that those in force on a day are everybody's latest of the trailing 90 days.
WITH answers AS (
    SELECT
        response_id,
        COALESCE(respondent_id, 'answer ' || response_id) AS respondent_id,
        customer_id,
        score,
        responded_at,
        ROW_NUMBER() OVER (PARTITION BY response_id ORDER BY responded_at, score) AS copy
    FROM source.survey_responses
    WHERE UPPER(survey_type) = 'NPS' AND score BETWEEN 0 AND 10 AND responded_at IS NOT NULL
),
followed AS (
    SELECT
        response_id,
        respondent_id,
        customer_id,
        score,
        LOCAL_DAY(responded_at) AS valid_from,
        LEAD(LOCAL_DAY(responded_at)) OVER (
            PARTITION BY respondent_id ORDER BY responded_at, response_id COLLATE "C"
        ) AS next_day
    FROM answers
    WHERE copy = 1
)
SELECT
    response_id,
    respondent_id,
    customer_id,
    score >= 9 AS is_promoter,
    score < 7 AS is_detractor,
    valid_from,
    CASE WHEN next_day < valid_from + 90 THEN next_day ELSE valid_from + 90 END AS valid_to
FROM followed
