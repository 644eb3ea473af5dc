-- Predictions of a model that a customer will expand, each until its next, 90 days at most.
WITH told AS (
    SELECT
        customer_id,
        score,
        predicted_at,
        ROW_NUMBER() OVER (PARTITION BY customer_id, predicted_at ORDER BY score) AS copy
    FROM source.expansion_predictions
    WHERE score BETWEEN 0 AND 1 AND predicted_at IS NOT NULL
),
followed AS (
    SELECT
        customer_id,
        score,
        predicted_at,
        LOCAL_DAY(predicted_at) AS valid_from,
        LEAD(LOCAL_DAY(predicted_at)) OVER (
            PARTITION BY customer_id ORDER BY predicted_at
        ) AS next_day
    FROM told
    WHERE copy = 1
)
SELECT
    customer_id,
    predicted_at,
    score,
    valid_from,
    CASE WHEN next_day < valid_from + 90 THEN next_day ELSE valid_from + 90 END AS valid_to
FROM followed
