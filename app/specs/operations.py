"""The operations page: the fleet, where it stands, when it pours, what needs a hand."""

from __future__ import annotations

from app.specs.model import Domain, Heat, Members, Part, Places, Ranked, Section, Several, Trend

OPERATIONS = Domain(
    "operations",
    "Operations",
    headlines=(
        "device_availability_pct",
        "tap_events_30d",
        "total_volume_liters_30d",
        "quality_issue_rate_30d",
    ),
    switch=(
        "device_availability_pct",
        "tap_events_30d",
        "total_volume_liters_30d",
        "quality_issue_rate_30d",
        "active_devices",
        "active_locations",
    ),
    breakdowns=("region", "industry", "device_type", "tier"),
    sections=(
        Section(
            "The fleet",
            (
                (
                    Several(
                        "Installed, online and pouring",
                        (
                            Part("total_devices", "Installed"),
                            Part("online_devices", "Online"),
                            Part("active_device_count", "Reporting"),
                        ),
                        note="At the end of each period; reporting means heard of in the 30 "
                        "days before.",
                    ),
                    Members(
                        "By device type",
                        "device_type",
                        (
                            "total_devices",
                            "online_devices",
                            "device_availability_pct",
                            "overall_health_score",
                            "devices_needing_maintenance",
                        ),
                        ("Installed", "Online", "Availability", "Health", "To maintain"),
                    ),
                ),
                (
                    Ranked("device_availability_pct", "region"),
                    Ranked("unhealthy_devices", "region"),
                ),
            ),
        ),
        Section(
            "Where it stands",
            (
                (
                    Places(
                        "Locations",
                        "location",
                        size="total_devices",
                        shade="unhealthy_devices",
                        named="location_name",
                        note="One point per location, as large as its fleet. Strong points have "
                        "unhealthy devices.",
                    ),
                    Members(
                        "By region",
                        "region",
                        (
                            "tap_events_30d",
                            "pressure_anomaly_rate",
                            "temperature_anomaly_rate",
                            "quality_issue_rate_30d",
                            "device_availability_pct",
                        ),
                        ("Pours", "Pressure", "Temperature", "Quality issues", "Availability"),
                        note="Anomalies are shares of the pours.",
                    ),
                ),
                (
                    Members(
                        "Locations to look at",
                        "location",
                        (
                            "unhealthy_devices",
                            "total_devices",
                            "device_availability_pct",
                            "uptime_percentage_30d",
                        ),
                        ("Unhealthy", "Devices", "Availability", "Tap uptime"),
                        above=0,
                        named="location_name",
                        also=(("city", "City"), ("region", "Region")),
                        empty="No location has an unhealthy device.",
                    ),
                ),
                (
                    Several(
                        "Anomalies of pours",
                        (
                            Part("pressure_anomaly_rate", "Pressure"),
                            Part("temperature_anomaly_rate", "Temperature"),
                        ),
                    ),
                    Ranked(
                        "device_availability_pct",
                        "state",
                        title="States with the lowest availability",
                        smallest=True,
                    ),
                ),
            ),
        ),
        Section(
            "When it pours",
            (
                (
                    Heat(
                        "Pours of the last 30 days by weekday and hour",
                        "tap_events_30d",
                        down="weekday",
                        across="hour",
                        numbers=False,
                        note="In the reporting time zone.",
                    ),
                ),
            ),
        ),
        Section(
            "What needs a hand",
            (
                (
                    Members(
                        "Devices with the lowest uptime",
                        "device",
                        ("uptime_percentage_30d", "tap_events_30d", "quality_issue_rate_30d"),
                        ("Uptime", "Pours", "Quality issues"),
                        smallest=True,
                        also=(
                            ("device_type", "Type"),
                            ("model", "Model"),
                            ("location_id", "Location"),
                            ("customer_id", "Customer"),
                        ),
                        note="Days with a pour of the days in service, 30 days, tap controllers.",
                    ),
                ),
                (
                    Trend("devices_needing_maintenance"),
                    Ranked("devices_needing_maintenance", "device_type"),
                ),
            ),
        ),
    ),
)
