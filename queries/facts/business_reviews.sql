-- Business reviews planned with customers, and whether they were held.
SELECT
    review_id,
    customer_id,
    held_on IS NOT NULL AS is_held,
    planned_on
FROM source.business_reviews
