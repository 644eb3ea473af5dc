-- Ratings of satisfaction (CSAT, 1 to 5) and of ease (CES, 1 to 7); what is off the scale is none.
SELECT
    response_id,
    customer_id,
    UPPER(survey_type) AS survey_type,
    score,
    responded_at
FROM source.survey_responses
WHERE (UPPER(survey_type) = 'CSAT' AND score BETWEEN 1 AND 5)
    OR (UPPER(survey_type) = 'CES' AND score BETWEEN 1 AND 7)
