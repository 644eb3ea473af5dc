-- Seats customers have contracted.
SELECT contract_id, customer_id, seats, valid_from, valid_to
FROM source.contracted_seats
WHERE seats > 0
