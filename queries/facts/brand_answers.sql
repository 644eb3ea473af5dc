-- Answers on whether the brand is known: by itself counts whole, with help counts half.
SELECT
    respondent_id,
    region,
    LOWER(awareness) AS awareness,
    CASE LOWER(awareness) WHEN 'unaided' THEN 100 WHEN 'aided' THEN 50 WHEN 'none' THEN 0 END
        AS points,
    responded_at
FROM source.brand_survey_responses
