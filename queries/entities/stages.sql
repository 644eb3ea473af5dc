-- The stages of a deal in their order. Not lost, not won: a stage of a pipeline of one's own is open.
SELECT 'appointmentscheduled' AS stage, 1 AS stage_order, TRUE AS is_open, FALSE AS is_qualified
UNION ALL
SELECT 'qualifiedtobuy', 2, TRUE, FALSE
UNION ALL
SELECT 'presentationscheduled', 3, TRUE, TRUE
UNION ALL
SELECT 'decisionmakerboughtin', 4, TRUE, TRUE
UNION ALL
SELECT 'contractsent', 5, TRUE, TRUE
UNION ALL
SELECT 'closedwon', 6, FALSE, FALSE
UNION ALL
SELECT 'closedlost', CAST(NULL AS INTEGER), FALSE, FALSE
