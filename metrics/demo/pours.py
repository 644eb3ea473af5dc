"""Events of the tap controllers: pours, cleanings, keg changes and alerts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from metrics.demo.downtime import Downtime
from metrics.demo.fleet import Fleet
from metrics.demo.world import DAY, World, season, weekday
from metrics.demo.write import Warehouse, instants, pick

ROWS_A_CHUNK = 1_000_000
WEEK = np.array([0.68, 0.74, 0.86, 1.0, 1.42, 1.5, 0.82])
# Share of pours by hour: some lunch, a long evening, last orders after midnight.
HOURS = np.array(
    [
        22,
        10,
        3,
        0.5,
        0.2,
        0.2,
        0.2,
        0.3,
        0.6,
        1.5,
        4,
        14,
        26,
        24,
        18,
        20,
        34,
        62,
        82,
        92,
        95,
        86,
        66,
        42,
    ]
)
SIZES_ML = np.array([284, 355, 473, 568])
EVENTS = ["pour", "cleaning", "keg_change", "temperature_alert", "pressure_alert"]
POUR, TEMPERATURE_ALERT, PRESSURE_ALERT = 0, 3, 4

# Only what a kind of event measures is in its JSON: pours carry all, the others two readings.
_READINGS = (
    "'\"temperature_c\":' || _t || ',\"temperature_f\":' || _f || ',\"pressure_psi\":' || _p"
)
METRICS = f"""CASE WHEN _v > 0 THEN
    '{{"pour_ounces":' || _o || ',"volume_ml":' || _v || ',"duration_seconds":' || _s
    || ',"flow_rate_ml_per_sec":' || _r || ',' || {_READINGS} || '}}'
    ELSE '{{' || {_READINGS} || '}}' END"""


def write_tap_events(
    world: World,
    fleet: Fleet,
    downtime: Downtime,
    warehouse: Warehouse,
    tick: Callable[[float], None],
) -> None:
    """Write tap events of the covered days in chunks of about a million rows."""
    rng = world.rng("pours")
    taps = fleet.taps
    days = world.days[-world.scale.pour_days :]
    appeal = rng.lognormal(0, 0.45, len(taps))
    cold = rng.normal(3.8, 0.35, len(taps)) + (rng.random(len(taps)) < 0.04) * 1.9
    step = max(1, int(len(days) * ROWS_A_CHUNK / world.scale.pours))
    rates = [_rates(world, fleet, days[i : i + step], appeal) for i in range(0, len(days), step)]
    level = world.scale.pours / sum(float(chunk.sum()) for chunk in rates)
    written = 0
    for done, chunk in enumerate(rates):
        tap, at = _moments(chunk * level, days[done * step], rng)
        up = ~downtime.covers(taps[tap], at)
        tap, at = tap[up], at[up]
        device = taps[tap]
        _write_chunk(written, device, fleet.site[device], at, cold[tap], warehouse, rng)
        written += len(at)
        tick((done + 1) / len(rates))


def _rates(world: World, fleet: Fleet, days: np.ndarray, appeal: np.ndarray) -> np.ndarray:
    """Expected pours up to a common factor: float32 [day, tap]."""
    taps = fleet.taps
    presence = world.presence[days - world.first][:, fleet.customer[taps]]
    here = days[:, None] > fleet.installed[taps]
    calendar = (WEEK[weekday(days)] * season(days) ** 1.4).astype(np.float32)
    # Guests drink whether or not the owner looks at the dashboard: use fades less than sessions.
    rates: np.ndarray = np.sqrt(presence) * here * calendar[:, None] * appeal.astype(np.float32)
    return rates


def _moments(
    rates: np.ndarray, first: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Tap and second of each event, in order of time."""
    counts = rng.poisson(rates)
    day, tap = np.nonzero(counts)
    times = counts[day, tap]
    day, tap = np.repeat(day, times), np.repeat(tap, times)
    hour = np.searchsorted(np.cumsum(HOURS) / HOURS.sum(), rng.random(len(day)), "right")
    at = (day + first) * DAY + hour * 3600 + rng.integers(0, 3600, len(day))
    order = np.argsort(at, kind="stable")
    return tap[order], at[order]


def _write_chunk(
    written: int,
    device: np.ndarray,
    site: np.ndarray,
    at: np.ndarray,
    cold: np.ndarray,
    warehouse: Warehouse,
    rng: np.random.Generator,
) -> None:
    count = len(at)
    chance = rng.random(count)
    kind = np.searchsorted([0.974, 0.986, 0.992], chance, "right")
    celsius = np.clip(cold + rng.normal(0, 0.62, count), 0.5, 12)
    pressure = rng.normal(12.4, 0.85, count)
    odd = rng.random(count) < 0.012
    celsius = np.where(odd, celsius + 3.2, celsius)
    alert = kind == TEMPERATURE_ALERT
    kind = np.where(alert & (celsius <= 6), PRESSURE_ALERT, kind)
    pressure = np.where(kind == PRESSURE_ALERT, 16.5 + rng.random(count), pressure)
    size = SIZES_ML[rng.choice(4, count, p=[0.12, 0.24, 0.49, 0.15])]
    volume = np.where(kind == POUR, (size * rng.normal(1, 0.035, count)).astype(np.int64), 0)
    flow = np.clip(rng.normal(62, 7, count), 30, 95)
    warehouse.put(
        "app_database_tap_events",
        {
            "_n": np.arange(written + 1, written + 1 + count),
            "_d": device + 1,
            "_l": site + 1,
            "_v": volume,
            "_o": np.round(volume / 29.5735, 2),
            "_s": np.round(volume / flow, 1),
            "_r": np.round(flow, 1),
            "_t": np.round(celsius, 2),
            "_f": np.round(celsius * 1.8 + 32, 1),
            "_p": np.round(pressure, 2),
            "timestamp": instants(at),
            "event_type": pick(kind, EVENTS),
            "status": pick((kind >= TEMPERATURE_ALERT).astype(int), ["completed", "alert"]),
            "created_at": instants(at),
        },
        id="'evt_' || _n",
        device_id="'dev_' || lpad(_d::VARCHAR, 6, '0')",
        location_id="'loc_' || lpad(_l::VARCHAR, 5, '0')",
        metrics=METRICS,
        device_category="'tap'",
    )
