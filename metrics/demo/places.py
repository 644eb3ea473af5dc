"""Words and places the demo company is made of."""

from __future__ import annotations

# state, region, weight, latitude, longitude, cities
STATES: list[tuple[str, str, float, float, float, list[str]]] = [
    ("NY", "Northeast", 9, 42.9, -75.5, ["New York", "Buffalo", "Albany"]),
    ("MA", "Northeast", 5, 42.3, -71.8, ["Boston", "Worcester"]),
    ("PA", "Northeast", 5, 40.9, -77.8, ["Philadelphia", "Pittsburgh"]),
    ("NJ", "Northeast", 3, 40.1, -74.7, ["Newark", "Hoboken"]),
    ("IL", "Midwest", 7, 40.0, -89.2, ["Chicago", "Evanston"]),
    ("OH", "Midwest", 5, 40.3, -82.8, ["Columbus", "Cleveland"]),
    ("MI", "Midwest", 4, 44.3, -85.4, ["Detroit", "Grand Rapids"]),
    ("MN", "Midwest", 3, 46.3, -94.3, ["Minneapolis", "Saint Paul"]),
    ("WI", "Midwest", 3, 44.6, -89.9, ["Milwaukee", "Madison"]),
    ("TX", "South", 9, 31.5, -99.3, ["Austin", "Houston", "Dallas"]),
    ("FL", "South", 7, 28.6, -82.4, ["Miami", "Tampa", "Orlando"]),
    ("GA", "South", 4, 32.7, -83.4, ["Atlanta", "Savannah"]),
    ("NC", "South", 4, 35.6, -79.4, ["Charlotte", "Raleigh"]),
    ("TN", "South", 3, 35.9, -86.4, ["Nashville", "Memphis"]),
    ("CA", "West", 11, 37.2, -119.5, ["Los Angeles", "San Diego", "San Francisco"]),
    ("CO", "West", 5, 39.0, -105.5, ["Denver", "Boulder"]),
    ("WA", "West", 5, 47.4, -120.4, ["Seattle", "Spokane"]),
    ("OR", "West", 4, 43.9, -120.6, ["Portland", "Bend"]),
    ("AZ", "West", 3, 34.3, -111.7, ["Phoenix", "Tucson"]),
]

# business type, industry, weight
BUSINESSES: list[tuple[str, str, float]] = [
    ("bar", "Bars & Nightlife", 34),
    ("restaurant", "Restaurants", 30),
    ("brewpub", "Breweries", 16),
    ("hotel", "Hotels", 11),
    ("stadium", "Sports & Entertainment", 9),
]

NAME_FIRST = (
    "Copper Golden Iron Old Red Blue Silver Lucky Rusty Crooked Wild Hidden Twin Black White Amber"
    " Velvet Broken Northern Southern Salty Brass Foggy Quiet Dancing Flying Thirsty Merry Bold"
    " Stone"
).split()
NAME_SECOND = (
    "Anchor Barrel Fox Crown Lantern Otter Hound Harbor Mill Raven Compass Stag Kettle Bell Oak"
    " Sparrow Bridge Wagon Badger Tankard Rose Swan Falcon Whale Hopyard Tap Goat Wheel Moon Star"
).split()
NAME_LAST = (
    "Taproom,Tavern,Brewing Co,Bar & Grill,Alehouse,Kitchen,Pub,Hospitality,Hotel,Group".split(",")
)
PEOPLE_FIRST = (
    "Ava Ben Carla Dan Elena Felix Grace Hugo Iris Jonas Kate Liam Maya Noah Olga Paul Quinn Rosa"
    " Sam Tara Uma Victor Wendy Xavier Yara Zoe Marco Nina Omar Priya"
).split()
PEOPLE_LAST = (
    "Adams Baker Chen Diaz Evans Fischer Garcia Hughes Ito Jensen Kim Lopez Moore Nguyen Olsen"
    " Patel Quist Rossi Smith Turner Ueda Vega Walsh Young Zhang Brooks Costa Dubois Eriksen Flynn"
).split()

FEATURES: list[tuple[str, str]] = [
    ("dashboard", "core"),
    ("tap_monitoring", "core"),
    ("pour_reports", "core"),
    ("inventory_levels", "core"),
    ("device_alerts", "core"),
    ("user_management", "core"),
    ("keg_tracking", "core"),
    ("daily_summary", "core"),
    ("location_compare", "core"),
    ("temperature_log", "core"),
    ("export_csv", "core"),
    ("mobile_app", "core"),
    ("shift_notes", "core"),
    ("maintenance_calendar", "core"),
    ("waste_analysis", "advanced"),
    ("custom_reports", "advanced"),
    ("reorder_rules", "advanced"),
    ("menu_pricing", "advanced"),
    ("pos_integration", "advanced"),
    ("forecasting", "advanced"),
    ("api_access", "advanced"),
    ("role_templates", "advanced"),
    ("benchmarking", "advanced"),
    ("anomaly_detection", "advanced"),
]

PAGES: list[tuple[str, str]] = [
    ("/dashboard", "Dashboard"),
    ("/taps", "Taps"),
    ("/reports", "Reports"),
    ("/inventory", "Inventory"),
    ("/alerts", "Alerts"),
    ("/devices", "Devices"),
    ("/locations", "Locations"),
    ("/kegs", "Kegs"),
    ("/settings", "Settings"),
    ("/users", "Users"),
    ("/billing", "Billing"),
    ("/help", "Help"),
]
