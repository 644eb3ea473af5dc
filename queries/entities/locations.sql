-- One row per location. The region is read off the US state, written as code or as name.
WITH placed AS (
    SELECT
        id, customer_id, name, city, state, location_type, size, install_date,
        latitude, longitude, UPPER(TRIM(state)) AS state_key
    FROM source.locations
)
SELECT
    id AS location_id,
    customer_id,
    name AS location_name,
    city,
    state,
    CASE
        WHEN state_key IS NULL OR state_key = '' THEN NULL
        WHEN state_key IN (
            'CT', 'ME', 'MA', 'NH', 'RI', 'VT', 'NJ', 'NY', 'PA',
            'CONNECTICUT', 'MAINE', 'MASSACHUSETTS', 'NEW HAMPSHIRE', 'RHODE ISLAND', 'VERMONT',
            'NEW JERSEY', 'NEW YORK', 'PENNSYLVANIA'
        ) THEN 'Northeast'
        WHEN state_key IN (
            'IL', 'IN', 'MI', 'OH', 'WI', 'IA', 'KS', 'MN', 'MO', 'NE', 'ND', 'SD',
            'ILLINOIS', 'INDIANA', 'MICHIGAN', 'OHIO', 'WISCONSIN', 'IOWA', 'KANSAS', 'MINNESOTA',
            'MISSOURI', 'NEBRASKA', 'NORTH DAKOTA', 'SOUTH DAKOTA'
        ) THEN 'Midwest'
        WHEN state_key IN (
            'DE', 'DC', 'FL', 'GA', 'MD', 'NC', 'SC', 'VA', 'WV', 'AL', 'KY', 'MS', 'TN',
            'AR', 'LA', 'OK', 'TX',
            'DELAWARE', 'DISTRICT OF COLUMBIA', 'FLORIDA', 'GEORGIA', 'MARYLAND', 'NORTH CAROLINA',
            'SOUTH CAROLINA', 'VIRGINIA', 'WEST VIRGINIA', 'ALABAMA', 'KENTUCKY', 'MISSISSIPPI',
            'TENNESSEE', 'ARKANSAS', 'LOUISIANA', 'OKLAHOMA', 'TEXAS'
        ) THEN 'South'
        WHEN state_key IN (
            'AZ', 'CO', 'ID', 'MT', 'NV', 'NM', 'UT', 'WY', 'AK', 'CA', 'HI', 'OR', 'WA',
            'ARIZONA', 'COLORADO', 'IDAHO', 'MONTANA', 'NEVADA', 'NEW MEXICO', 'UTAH', 'WYOMING',
            'ALASKA', 'CALIFORNIA', 'HAWAII', 'OREGON', 'WASHINGTON'
        ) THEN 'West'
        ELSE 'Other'
    END AS region,
    location_type,
    size,
    install_date AS installed_date,
    latitude,
    longitude
FROM placed
