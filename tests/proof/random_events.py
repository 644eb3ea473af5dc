"""Random rows about what happens: events, use, support and cost."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.proof.random_product import USED
from tests.proof.random_values import Maker, Row


def taps(m: Maker) -> dict[str, list[Row]]:
    """What taps and devices reported."""
    events = []
    for index in range(m.count(2)):
        told = {
            "volume_ml": m.one_of(400, 250.5, -3),
            "temperature_c": m.one_of(2, 6, 1.99, 6.01, 4),
            "pressure_psi": m.one_of(10, 15, 9.9, 15.5, 12),
        }
        told = {name: value for name, value in told.items() if m.maybe(True, 0.8)}
        kind = m.one_of("pour", "Pour", "pour", "dispense", "pressure_alert", "cleaning")
        events.append(
            {
                "id": f"e{index}",
                "device_id": m.id_of(m.devices, "dX"),
                "location_id": m.maybe(m.id_of(m.locations, "lX")),
                "timestamp": m.maybe(m.instant(), 0.97),
                "event_type": m.maybe(kind, 0.95),
                "metrics": m.maybe(json.dumps(told), 0.95),
            }
        )
    statuses = [
        {
            "id": f"x{index}",
            "device_id": m.id_of(m.devices, "dX"),
            "status": m.maybe(m.one_of("Online", "online", "Offline", " Maintenance "), 0.95),
            "at": m.maybe(m.instant(120), 0.97),
        }
        for index in range(m.count())
    ]
    care = [
        {
            "id": f"m{index}",
            "device_id": m.id_of(m.devices, "dX"),
            "kind": "preventive",
            "ended_at": m.maybe(m.instant(120)),
        }
        for index in range(m.count(0.3))
    ]
    readings = [
        {
            "id": f"r{index}",
            "device_id": m.id_of(m.devices, "dX"),
            "timestamp": m.instant(),
            "cpu_usage": m.maybe(m.one_of(0, 12.5, 99.99, -1)),
            "errors": m.maybe(m.one_of(0, 0, 1, 5, -1)),
        }
        for index in range(m.count(0.5))
    ]
    return {
        "app_database_tap_events": events,
        "app_database_device_status_events": statuses,
        "app_database_device_maintenance": care,
        "device_telemetry": readings,
    }


def use(m: Maker) -> dict[str, list[Row]]:
    """Sessions, page views and uses of features."""
    busy = m.users[:1] * 3  # somebody has to be engaged

    def user() -> str | None:
        known = m.id_of(m.users + busy, "uX")
        return m.one_of("0", m.maybe(known)) if m.chance.random() < 0.25 else known

    sessions = [
        {
            "session_id": f"n{index}",
            "user_id": user(),
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "start_time": m.maybe(m.instant(), 0.97),
            "duration_seconds": m.maybe(m.one_of(0, 1, 60, 61, 3601, -5)),
            "page_views": m.maybe(m.one_of(0, 1, 1, 7, -1)),
            "actions_taken": m.maybe(m.one_of(0, 3, 12, -1)),
            "device_type": m.maybe(m.one_of("desktop", "desktop", "Mobile", "tablet", "kiosk")),
            "browser": m.maybe(m.one_of("Chrome", "Safari")),
        }
        for index in range(m.count(1.5))
    ]
    if m.shape.untidy:
        later = m.some(sessions, 0.05)
        for row in later:
            row["start_time"] = m.instant()
        sessions += later
    views = [
        {
            "page_view_id": f"v{index}",
            "session_id": m.maybe(f"n{m.chance.randint(0, len(sessions))}"),
            "user_id": user(),
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "page_url": m.maybe(m.one_of("/a", "/a?x=1", "/b?y?z", "")),
            "timestamp": m.maybe(m.instant(), 0.97),
            "time_on_page_seconds": m.maybe(m.one_of(0, 5, 62, -4)),
        }
        for index in range(m.count())
    ]
    uses = [
        {
            "usage_id": f"w{index}",
            "user_id": user(),
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "feature_name": m.maybe(m.one_of(*USED)),
            "usage_count": m.maybe(m.one_of(0, 1, 2, 9)),
            "timestamp": m.maybe(m.instant(), 0.97),
        }
        for index in range(m.count())
    ]
    return {
        "app_database_user_sessions": sessions,
        "app_database_page_views": views,
        "app_database_feature_usage": uses,
    }


def market(m: Maker) -> dict[str, list[Row]]:
    """Tickets and cost."""
    names = m.companies[: len(m.customers)]
    tickets = []
    for index in range(m.count(0.3)):
        opened = m.instant(120)
        closed = opened + timedelta(hours=m.chance.choice([-3, 0, 1, 4, 4, 24, 30, 72, 900]))
        told = {"hs_ticket_category": m.one_of("Billing", "Device")}
        told["hubspot_owner_id"] = m.maybe(m.one_of("6", "7"))
        if m.chance.random() < 0.7:
            told["closed_date"] = closed.isoformat()
        tickets.append(
            {
                "id": f"k{index}",
                "properties": m.maybe(json.dumps(told), 0.95),
                "associations": m.maybe(
                    json.dumps({"company_ids": m.one_of([m.id_of(names, "hX")], [])})
                ),
                "hs_pipeline_stage": m.maybe(m.one_of("new", "Closed", "in progress", "solved")),
                "hs_ticket_priority": m.maybe(m.one_of("low", "HIGH", "Medium", "URGENT")),
                "createdate": m.maybe(opened, 0.95),
                "hs_lastmodifieddate": m.maybe(m.instant()),
            }
        )
    return {
        "hubspot_tickets": tickets,
        "finance_monthly_costs": _costs(m),
    }


def _costs(m: Maker) -> list[Row]:
    """Month after month without a gap, up to some month before or after the last day."""
    first = (m.shape.start - timedelta(days=m.chance.choice([0, 40, 400]))).replace(day=1)
    rows: list[Row] = []
    while first <= m.last + timedelta(days=m.chance.choice([-40, 0, 40])):
        after = (first + timedelta(days=32)).replace(day=1)
        rows.append(
            {
                "id": f"fin{len(rows)}",
                "period_start": first,
                "period_end": after,
                "sales_cost": m.maybe(m.one_of(0, 1000, 3100.55)),
                "marketing_cost": m.maybe(m.one_of(0, 500, 280.1)),
                "gross_margin_pct": m.one_of(0.75, 0.8123),
            }
        )
        first = after
    return rows
