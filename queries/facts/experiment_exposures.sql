-- Users in an experiment, from their first sight of a variant to the experiment's end.
SELECT
    experiment_id,
    user_id,
    LOWER(variant) = 'control' AS is_control,
    exposed_at,
    converted_at,
    ended_at
FROM source.experiment_results
WHERE variant IS NOT NULL
