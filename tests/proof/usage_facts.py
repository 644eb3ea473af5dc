"""Rows of the facts about devices, people and support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise

from tests.proof.days import local
from tests.proof.entities import Entities
from tests.proof.raw import Raw, Row, first_not_none, lower, number, read_instant, read_json

CLOSED = ("closed", "resolved", "solved")


def tap_events(raw: Raw) -> Iterator[Row]:
    """What taps reported; a pour is odd outside 2 to 6 degrees or 10 to 15 psi."""
    for row in raw.rows("app_database_tap_events"):
        told, kind = read_json(row["metrics"]), lower(row["event_type"])
        is_pour = kind in ("pour", "dispense")
        warmth, pressure = number(told.get("temperature_c")), number(told.get("pressure_psi"))
        odd_warmth = is_pour and warmth is not None and not 2 <= warmth <= 6
        odd_pressure = is_pour and pressure is not None and not 10 <= pressure <= 15
        yield {
            "event_id": row["id"],
            "device_id": row["device_id"],
            "location_id": row["location_id"],
            "event_type": kind,
            "is_pour": is_pour,
            "is_alert": kind is not None and ("alert" in kind or "alarm" in kind),
            "volume_ml": number(told.get("volume_ml")) if is_pour else None,
            "temperature_c": warmth,
            "pressure_psi": pressure,
            "is_temperature_anomaly": odd_warmth,
            "is_pressure_anomaly": odd_pressure,
            "is_anomaly": odd_warmth or odd_pressure,
            "occurred_at": row["timestamp"],
        }


def devices_in_service(entities: Entities) -> Iterator[Row]:
    """Devices from the day they were installed."""
    for device in entities.devices.values():
        yield {
            "device_id": device["device_id"],
            "customer_id": device["customer_id"],
            "location_id": device["location_id"],
            "watts": device["watts"],
            "valid_from": device["installed_date"],
            "valid_to": None,
            "is_tap": device["is_tap"],
        }


def warranties(raw: Raw) -> Iterator[Row]:
    """Devices from the day their warranty runs out."""
    for row in raw.rows("app_database_devices"):
        yield {"device_id": row["id"], "valid_from": row["warranty_expiry"], "valid_to": None}


def device_status(raw: Raw, entities: Entities) -> Iterator[Row]:
    """Each status of a device lasts until the device's next event, by time and then by id."""
    events = {
        (row["id"], row["device_id"], _tidy(row["status"]), row["at"])
        for row in raw.rows("app_database_device_status_events")
        if row["at"] is not None
    }
    by_device: dict[str | None, list[tuple[datetime, str, str | None]]] = {}
    for event, device, status, at in events:
        by_device.setdefault(device, []).append((at, event, status))
    for device, told in by_device.items():
        told.sort(key=lambda one: one[:2])
        for (at, event, status), after in zip(told, [*told[1:], None], strict=True):
            yield {
                "status_id": event,
                "device_id": device,
                "status": status,
                "is_online": status == "online",
                "is_down": status == "offline",
                "valid_from": at,
                "valid_to": after[0] if after else None,
                "is_tap": entities.is_tap(device),
            }


def _tidy(status: str | None) -> str | None:
    return None if status is None else status.strip().lower()


def device_repairs(statuses: Iterable[Row]) -> Iterator[Row]:
    """Outages: from the status that took a device down to the first other one."""
    by_device: dict[str | None, list[Row]] = {}
    for row in statuses:
        by_device.setdefault(row["device_id"], []).append(row)
    for device, told in by_device.items():
        told.sort(key=lambda row: (row["valid_from"], row["status_id"]))
        began: Row | None = None
        for row in told:
            if row["is_down"] and began is None:
                began = row
            elif not row["is_down"] and began is not None:
                yield _outage(device, began, row["valid_from"])
                began = None
        if began is not None:
            yield _outage(device, began, None)


def _outage(device: str | None, began: Row, ended: datetime | None) -> Row:
    return {
        "repair_id": began["status_id"],
        "device_id": device,
        "failed_at": began["valid_from"],
        "repaired_at": ended,
    }


def device_care(raw: Raw, entities: Entities, time_zone: str) -> Iterator[Row]:
    """Time since a device was installed or its maintenance finished, until the next time."""
    cared = {
        (device["device_id"], device["installed_date"])
        for device in entities.devices.values()
        if device["installed_date"] is not None
    } | {
        (row["device_id"], local(row["ended_at"], time_zone).date())
        for row in raw.rows("app_database_device_maintenance")
        if row["ended_at"] is not None
    }
    for device in {device for device, _ in cared}:
        days = sorted(day for other, day in cared if other == device)
        for day, after in [*pairwise(days), (days[-1], None)]:
            yield {"device_id": device, "valid_from": day, "valid_to": after}


def device_firmware(raw: Raw, seen_on: date) -> Iterator[Row]:
    """The version a device runs where it is known, and whether none of its model runs a later."""
    rows = [row for row in raw.rows("app_database_devices") if row["firmware_version"] is not None]
    for row in rows:
        own = _version(row["firmware_version"])
        of_model = [_version(o["firmware_version"]) for o in rows if o["model"] == row["model"]]
        yield {
            "device_id": row["id"],
            "model": row["model"],
            "firmware_version": row["firmware_version"],
            "is_latest": own == max(of_model),
            "seen_on": seen_on,
        }


def _version(text: str) -> tuple[int, ...]:
    parts = [int(part or 0) for part in text.lower().replace("v", "").split(".")]
    return tuple([*parts, 0, 0, 0, 0][:4])


def device_telemetry(raw: Raw) -> Iterator[Row]:
    """Readings of a device's own load."""
    for row in raw.rows("device_telemetry"):
        yield {
            "device_id": row["device_id"],
            "cpu_usage": number(row["cpu_usage"]),
            "memory_usage": number(row["memory_usage"]),
            "error_count": row["errors"],
            "read_at": row["timestamp"],
        }


def _known(user_id: str | None) -> str | None:
    return None if user_id == "0" else user_id


def _not_negative(value: int | None) -> int | None:
    return value if value is not None and value >= 0 else None


def sessions(raw: Raw) -> Iterator[Row]:
    """Visits; user 0 is nobody in particular."""
    for row in raw.rows("app_database_user_sessions"):
        yield {
            "session_id": row["session_id"],
            "user_id": _known(row["user_id"]),
            "customer_id": row["customer_id"],
            "device_type": lower(row["device_type"]),
            "browser": row["browser"],
            "is_anonymous": _known(row["user_id"]) is None,
            "duration_seconds": _not_negative(row["duration_seconds"]),
            "page_views": row["page_views"],
            "actions": row["actions_taken"],
            "started_at": row["start_time"],
        }


def page_views(raw: Raw) -> Iterator[Row]:
    """Pages looked at, without the parameters of their address."""
    for row in raw.rows("app_database_page_views"):
        url = row["page_url"]
        yield {
            "page_view_id": row["page_view_id"],
            "session_id": row["session_id"],
            "user_id": _known(row["user_id"]),
            "customer_id": row["customer_id"],
            "page": None if url is None else url.split("?")[0],
            "seconds_on_page": _not_negative(row["time_on_page_seconds"]),
            "viewed_at": row["timestamp"],
        }


def feature_use(raw: Raw) -> Iterator[Row]:
    """Uses of features."""
    for row in raw.rows("app_database_feature_usage"):
        yield {
            "usage_id": row["usage_id"],
            "user_id": _known(row["user_id"]),
            "customer_id": row["customer_id"],
            "feature_name": row["feature_name"],
            "is_anonymous": _known(row["user_id"]) is None,
            "usage_count": row["usage_count"],
            "used_at": row["timestamp"],
        }


def activity(kinds: dict[str, list[Row]]) -> Iterator[Row]:
    """Whatever known users did: sessions, page views and uses of features together."""
    ids = {"session": "session_id", "page_view": "page_view_id", "feature": "usage_id"}
    times = {"session": "started_at", "page_view": "viewed_at", "feature": "used_at"}
    for kind, rows in kinds.items():
        for row in rows:
            if row["user_id"] is not None:
                yield {
                    "activity_id": f"{kind}:{row[ids[kind]]}",
                    "user_id": row["user_id"],
                    "customer_id": row["customer_id"],
                    "occurred_at": row[times[kind]],
                    "kind": kind,
                }


def registrations(entities: Entities) -> Iterator[Row]:
    """Users from the day they were created."""
    for user in entities.users.values():
        yield {
            "user_id": user["user_id"],
            "customer_id": user["customer_id"],
            "role": user["role"],
            "valid_from": user["created_date"],
            "valid_to": None,
        }


def locations_open(entities: Entities) -> Iterator[Row]:
    """Locations from the day they were set up."""
    for place in entities.locations.values():
        yield {
            "location_id": place["location_id"],
            "customer_id": place["customer_id"],
            "valid_from": place["installed_date"],
            "valid_to": None,
        }


def tickets(raw: Raw) -> Iterator[Row]:
    """Support tickets from creation to close; closed without a time means its last change."""
    account_of = {
        row["id"]: read_json(row["properties"]).get("account_id")
        for row in raw.rows("hubspot_companies")
    }
    for row in raw.rows("hubspot_tickets"):
        told = read_json(row["properties"])
        companies = read_json(row["associations"]).get("company_ids")
        company = (companies or [None])[0] if isinstance(companies, list) else companies
        stage = row["hs_pipeline_stage"]
        status = None if stage is None else _tidy(stage).replace("-", "_").replace(" ", "_")
        closed_at = read_instant(told.get("closed_date")) or row["hs_lastmodifieddate"]
        priority = row["hs_ticket_priority"]
        yield {
            "ticket_id": row["id"],
            "customer_id": account_of.get(None if company is None else str(company)),
            "priority": None if priority is None else priority.upper(),
            "category": lower(first_not_none(told.get("category"), told.get("hs_ticket_category"))),
            "owner_id": told.get("hubspot_owner_id"),
            "status": status,
            "valid_from": row["createdate"],
            "valid_to": closed_at if status in CLOSED else None,
        }
