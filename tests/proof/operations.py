"""Operations: devices, locations, pours, maintenance. The health scores are with the scores."""

from __future__ import annotations

import math
from collections import Counter

import pandas as pd

from tests.proof.days import midnight
from tests.proof.question import Question, Value, Where, count, distinct, divide, times, total
from tests.proof.registry import proof

EVENTS = "tap_events"
BY_DEVICE = "tap_events of devices"
BY_LOCATION = "tap_events of locations"
DEVICES = "devices_in_service"
STATUS = "device_status"


def _pour(rows: pd.DataFrame) -> pd.Series:
    return rows["is_pour"]


def _measured(rows: pd.DataFrame) -> pd.Series:
    return rows["is_pour"] & (rows["volume_ml"] >= 0)


# Fleet


@proof("total_devices", DEVICES)
def total_devices(q: Question) -> Value:
    return count(q.in_force(DEVICES))


@proof("online_devices", STATUS)
def online_devices(q: Question) -> Value:
    return count(q.in_force(STATUS, where=lambda r: r.is_online))


@proof("active_devices", BY_DEVICE)
def active_devices(q: Question) -> Value:
    return distinct(q.during(BY_DEVICE, q.last(days=30), _pour), "device_id")


@proof("device_availability_pct", STATUS, DEVICES)
def device_availability_pct(q: Question) -> Value:
    return divide(online_devices(q), total_devices(q))


@proof("pour_device_days_30d", BY_DEVICE)
def pour_device_days_30d(q: Question) -> Value:
    return distinct(q.during(BY_DEVICE, q.last(days=30), _pour), "device_id", "day")


@proof("uptime_percentage_30d", BY_DEVICE, DEVICES)
def uptime_percentage_30d(q: Question) -> Value:
    taps = count(q.in_force(DEVICES, where=lambda r: r.is_tap))
    return divide(pour_device_days_30d(q), times(taps, 30.0))


@proof("new_devices_installed_30d", DEVICES)
def new_devices_installed_30d(q: Question) -> Value:
    return count(q.during(DEVICES, q.last(days=30)))


# Maintenance and failures


@proof("devices_needing_maintenance", "device_care")
def devices_needing_maintenance(q: Question) -> Value:
    return count(q.in_force("device_care", where=lambda r: q.end - r.day > 90))


@proof("maintenance_backlog_ratio", "device_care", DEVICES)
def maintenance_backlog_ratio(q: Question) -> Value:
    return divide(devices_needing_maintenance(q), total_devices(q))


@proof("avg_days_since_maintenance", "device_care")
def avg_days_since_maintenance(q: Question) -> Value:
    open_now = q.in_force("device_care")
    if open_now is None:
        return None
    return divide(float(sum(q.end - day for day in open_now["day"])), count(open_now))


def _hours_by_device(q: Question, where: Where) -> dict[str | None, float] | None:
    """Hours of the period each device spent in some statuses."""
    if not q.covers(STATUS, q.period):
        return None
    rows = q.scoped(STATUS, q.end)
    rows = rows[where(rows)]
    begin = midnight(q.start, q.world.time_zone)
    end = midnight(q.end + 1, q.world.time_zone)
    spent: dict[str | None, float] = {}
    for row in rows.itertuples():
        seconds = min(row.until_second, end) - max(row.second, begin)
        if seconds > 0:
            spent[row.device_id] = spent.get(row.device_id, 0.0) + seconds / 3600
    return spent


@proof("device_operating_hours", STATUS)
def device_operating_hours(q: Question) -> Value:
    spent = _hours_by_device(q, lambda r: ~r.is_down)
    return None if spent is None else math.fsum(spent.values())


@proof("mtbf_hours", STATUS, "device_repairs")
def mtbf_hours(q: Question) -> Value:
    return divide(device_operating_hours(q), count(q.during("device_repairs", q.period)))


@proof("mttr_hours", "device_repairs")
def mttr_hours(q: Question) -> Value:
    ended = q.during("device_repairs", q.period, at="until")
    if ended is None:
        return None
    lengths = ended["until_second"] - ended["second"]
    return divide(math.fsum(lengths) / 3600, count(ended))


@proof("sla_uptime_compliance", STATUS)
def sla_uptime_compliance(q: Question) -> Value:
    online = _hours_by_device(q, lambda r: r.is_online)
    offline = _hours_by_device(q, lambda r: r.status == "offline")
    if online is None or offline is None:
        return None
    promised = {
        device: online.get(device, 0.0) + offline.get(device, 0.0)
        for device in {*online, *offline}
        if device is not None
    }
    kept = sum(online.get(one, 0.0) / hours >= 0.999 for one, hours in promised.items())
    return divide(float(kept), float(len(promised)))


@proof("device_error_rate", "device_telemetry")
def device_error_rate(q: Question) -> Value:
    readings = q.during("device_telemetry", q.period, lambda r: r.error_count >= 0)
    faulty = q.during("device_telemetry", q.period, lambda r: r.error_count >= 1)
    return divide(count(faulty), count(readings))


@proof("device_cpu_usage_pct", "device_telemetry")
def device_cpu_usage_pct(q: Question) -> Value:
    readings = q.during("device_telemetry", q.period, lambda r: r.cpu_usage >= 0)
    return divide(divide(total(readings, "cpu_usage"), count(readings)), 100.0)


@proof("warranty_expired_pct", "warranties", DEVICES)
def warranty_expired_pct(q: Question) -> Value:
    expired = count(q.in_force("warranties", where=lambda r: q.end > r.day))
    return divide(expired, total_devices(q))


@proof("firmware_current_pct", "device_firmware")
def firmware_current_pct(q: Question) -> Value:
    if q.end != q.world.first_day("device_firmware"):  # seen on one day only
        return None
    seen = q.scoped("device_firmware", q.end)
    return divide(count(seen[seen["is_latest"]]), count(seen))


# Pours


@proof("tap_events_30d", EVENTS)
def tap_events_30d(q: Question) -> Value:
    return count(q.during(EVENTS, q.last(days=30), _pour))


@proof("total_volume_liters_30d", EVENTS)
def total_volume_liters_30d(q: Question) -> Value:
    return divide(total(q.during(EVENTS, q.last(days=30), _measured), "volume_ml"), 1000.0)


@proof("avg_volume_per_tap", EVENTS)
def avg_volume_per_tap(q: Question) -> Value:
    measured = q.during(EVENTS, q.period, _measured)
    return divide(total(measured, "volume_ml"), count(measured))


def _pours(q: Question) -> Value:
    return count(q.during(EVENTS, q.period, _pour))


@proof("avg_events_per_device", EVENTS, DEVICES)
def avg_events_per_device(q: Question) -> Value:
    return divide(_pours(q), total_devices(q))


@proof("avg_events_per_location", EVENTS, "locations_open")
def avg_events_per_location(q: Question) -> Value:
    return divide(_pours(q), total_locations(q))


@proof("taps_per_device_30d", EVENTS)
def taps_per_device_30d(q: Question) -> Value:
    return divide(tap_events_30d(q), active_devices(q))


@proof("estimated_revenue_30d", EVENTS)
def estimated_revenue_30d(q: Question) -> Value:
    return times(total_volume_liters_30d(q), q.world.price_per_litre)


@proof("peak_hour_throughput", EVENTS)
def peak_hour_throughput(q: Question) -> Value:
    pours = q.during(EVENTS, q.period, _pour)
    if pours is None or pours.empty:
        return None  # the largest of nothing
    return float(max(Counter(zip(pours["day"], pours["by_hour"], strict=True)).values()))


@proof("throughput_events_per_hour", EVENTS)
def throughput_events_per_hour(q: Question) -> Value:
    zone = q.world.time_zone
    return divide(_pours(q), (midnight(q.end + 1, zone) - midnight(q.start, zone)) / 3600)


# Quality


@proof("quality_issue_rate_30d", EVENTS)
def quality_issue_rate_30d(q: Question) -> Value:
    odd = count(q.during(EVENTS, q.last(days=30), lambda r: r.is_anomaly))
    return divide(odd, tap_events_30d(q))


@proof("temperature_anomaly_rate", EVENTS)
def temperature_anomaly_rate(q: Question) -> Value:
    return divide(count(q.during(EVENTS, q.period, lambda r: r.is_temperature_anomaly)), _pours(q))


@proof("pressure_anomaly_rate", EVENTS)
def pressure_anomaly_rate(q: Question) -> Value:
    return divide(count(q.during(EVENTS, q.period, lambda r: r.is_pressure_anomaly)), _pours(q))


@proof("alert_rate_30d", EVENTS)
def alert_rate_30d(q: Question) -> Value:
    alerts = count(q.during(EVENTS, q.last(days=30), lambda r: r.is_alert))
    return divide(alerts, count(q.during(EVENTS, q.last(days=30))))


# Locations


@proof("total_locations", "locations_open")
def total_locations(q: Question) -> Value:
    return count(q.in_force("locations_open"))


@proof("active_locations", BY_LOCATION)
def active_locations(q: Question) -> Value:
    return distinct(q.during(BY_LOCATION, q.last(days=30), _pour), "location_id")


@proof("location_activity_rate", BY_LOCATION, "locations_open")
def location_activity_rate(q: Question) -> Value:
    return divide(active_locations(q), total_locations(q))


@proof("support_tickets_per_location", "tickets", "locations_open")
def support_tickets_per_location(q: Question) -> Value:
    return divide(count(q.in_force("tickets")), total_locations(q))


@proof("estimated_daily_energy_cost", DEVICES)
def estimated_daily_energy_cost(q: Question) -> Value:
    kilowatts = divide(total(q.in_force(DEVICES), "watts"), 1000.0)
    return times(kilowatts, 24.0, q.world.energy_price_kwh)
