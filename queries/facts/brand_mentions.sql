-- Mentions of a brand of the category on social networks.
SELECT
    id AS mention_id,
    LOWER(network) AS network,
    brand,
    COALESCE(is_own, FALSE) AS is_own,
    mentioned_at
FROM source.social_mentions
