-- What a piece of content cost, on the day it was paid for.
SELECT id AS cost_id, content, spent_on, cost
FROM source.content_costs
