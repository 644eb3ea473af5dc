-- Without a list of owners, those that deals name; their ids stand for their names.
SELECT DISTINCT
    properties ->> 'hubspot_owner_id' AS owner_id,
    properties ->> 'hubspot_owner_id' AS owner_name
FROM source.hubspot_deals
