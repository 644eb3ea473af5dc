-- How often a post was seen and answered on one day.
SELECT post_id, LOWER(network) AS network, date, impressions, engagements
FROM source.social_engagement
