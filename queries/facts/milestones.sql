-- Milestones accounts reached.
SELECT customer_id, milestone, reached_on
FROM source.account_milestones
