-- Users who did what an experiment hopes for after they saw a variant, until the experiment's end.
SELECT experiment_id, user_id, is_control, converted_at, ended_at
FROM fact.experiment_exposures
WHERE converted_at >= exposed_at
