"""Devices, the times they are down, their maintenance and their telemetry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from metrics.demo.places import STATES
from metrics.demo.sites import Sites, share_out
from metrics.demo.world import DAY, OUTAGE_REGION, World
from metrics.demo.write import Warehouse, dates, instants, pick

TAP = 0
# type, category, watts, price in dollars
KINDS: list[tuple[str, str, int, int]] = [
    ("tap_controller", "tap", 45, 900),
    ("temperature_sensor", "sensor", 6, 140),
    ("glycol_chiller", "cooling", 420, 2_600),
    ("pos_terminal", "pos", 60, 780),
    ("gateway", "network", 18, 320),
]
# kind, manufacturer, model, firmware versions from old to new, how often it fails
MODELS: list[tuple[int, str, str, list[str], float]] = [
    (0, "TapFlow", "TapFlow Pro 3", ["2.8.4", "2.9.3", "2.10.1"], 0.8),
    (0, "TapFlow", "TapFlow Lite", ["1.8.0", "1.9.2", "1.10.0"], 1.0),
    (0, "SmartBar", "SmartTap 7000", ["4.1.7", "4.2.0"], 2.6),
    (1, "SmartBar", "Frost S1", ["1.0.9", "1.1.0"], 0.7),
    (1, "Celsion", "ThermoDot", ["3.2.1", "3.3.0"], 0.9),
    (2, "Celsion", "GlyCool 200", ["5.0.2", "5.1.0"], 1.2),
    (3, "PayPoint", "PP-40", ["7.4.0", "7.12.0"], 1.0),
    (4, "TapFlow", "Link Hub", ["2.0.0", "2.1.3"], 0.6),
]
FAILURES_A_DAY = 0.0058
SERVICE_DAYS = 88
FAILURE, SERVICE, OUTAGE = 0, 1, 2


@dataclass(frozen=True)
class Fleet:
    """Devices in order of id; taps come with kind TAP."""

    kind: np.ndarray
    model: np.ndarray
    firmware: np.ndarray  # 0-based into the versions of the model
    site: np.ndarray
    customer: np.ndarray
    installed: np.ndarray

    @property
    def taps(self) -> np.ndarray:
        """Indexes of the tap controllers."""
        return np.flatnonzero(self.kind == TAP)


@dataclass(frozen=True)
class Downtime:
    """Times a device was not online, by device and start, never overlapping; seconds."""

    device: np.ndarray
    start: np.ndarray
    end: np.ndarray
    reason: np.ndarray

    def covers(self, device: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether each device was down at each second."""
        if not len(self.device):
            return np.zeros(len(device), dtype=bool)
        span = np.int64(1 << 40)
        last = np.searchsorted(self.device * span + self.start, device * span + at, "right") - 1
        found = np.maximum(last, 0)
        down: np.ndarray = (last >= 0) & (self.device[found] == device) & (at < self.end[found])
        return down


def install_fleet(world: World, sites: Sites) -> Fleet:
    """All devices; every location gets a tap while there are enough of them."""
    rng = world.rng("fleet")
    scale, places = world.scale, len(sites.customer)
    weights = np.array([1.0, 1.6, 2.6, 4.0, 0.5])[world.lives.plan[sites.customer]]
    taps = share_out(scale.taps, weights, rng)
    others = np.sort(rng.choice(places, scale.devices - scale.taps, p=weights / weights.sum()))
    site = np.concatenate([taps, others])
    kind = np.r_[
        np.zeros(len(taps), int), rng.choice([1, 2, 3, 4], len(others), p=[0.4, 0.15, 0.2, 0.25])
    ]
    model = np.zeros(len(site), dtype=np.int64)
    for code in range(len(KINDS)):
        models = [index for index, row in enumerate(MODELS) if row[0] == code]
        mine = kind == code
        model[mine] = rng.choice(models, mine.sum())
    versions = np.array([len(row[3]) for row in MODELS])[model]
    behind = np.floor(rng.random(len(site)) ** 2.2 * versions).astype(np.int64)
    customer = sites.customer[site]
    room = np.maximum(world.last_live[customer] - sites.installed[site], 0)
    late = rng.random(len(site)) < 0.25
    wait = np.where(
        late, rng.random(len(site)) * room, np.minimum(rng.integers(0, 12, len(site)), room)
    )
    installed = sites.installed[site] + wait.astype(np.int64)
    order = np.lexsort((np.arange(len(site)), site))
    columns = (kind, model, versions - 1 - behind, site, customer, installed)
    return Fleet(*(column[order] for column in columns))


def find_downtime(world: World, fleet: Fleet, sites: Sites) -> Downtime:
    """Failures, services and the regional outage within the history, overlaps dropped."""
    rng = world.rng("downtime")
    since = np.maximum(fleet.installed + 1, world.first)
    until = np.minimum(world.last_live[fleet.customer], world.end) + 1
    exposed = np.maximum(until - since, 0)
    # The first device never fails and is serviced on the last day: the source reaches that day.
    fails = np.where(np.arange(len(exposed)) == 0, 0, exposed)
    parts = [
        _failures(fleet, since, fails, rng),
        _services(fleet, since, exposed, rng),
        _service_on(world.end),
        _outage(world, fleet, sites, rng),
    ]
    device, start, end, reason = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((start, device))
    device, start, end, reason = device[order], start[order], end[order], reason[order]
    keep = (start < world.closing) & ~_overlaps(device, start, end, reason)
    return Downtime(device[keep], start[keep], end[keep], reason[keep])


def _overlaps(
    device: np.ndarray, start: np.ndarray, end: np.ndarray, reason: np.ndarray
) -> np.ndarray:
    """Rows that begin before an earlier one of the same device ended, or touch an outage."""
    span = np.int64(1 << 40)
    reach = np.maximum.accumulate(device * span + end + 600)
    drop = np.zeros(len(device), dtype=bool)
    drop[1:] = reach[:-1] > (device * span + start)[1:]
    outage = np.flatnonzero(reason == OUTAGE)
    if len(outage):
        of = np.searchsorted(device[outage], device).clip(max=len(outage) - 1)
        same = device[outage][of] == device
        meets = (start <= end[outage][of] + 600) & (end + 600 >= start[outage][of])
        drop |= same & meets
    drop[outage] = False
    return drop


Intervals = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _failures(
    fleet: Fleet, since: np.ndarray, exposed: np.ndarray, rng: np.random.Generator
) -> Intervals:
    weak = np.array([row[4] for row in MODELS])[fleet.model]
    newest = np.array([len(row[3]) for row in MODELS])[fleet.model] - 1
    weak = weak * np.where(fleet.firmware < newest, 1.5, 0.8) * rng.lognormal(-0.1, 0.5, len(weak))
    counts = rng.poisson(FAILURES_A_DAY * weak * exposed)
    device = np.repeat(np.arange(len(weak)), counts)
    start = (since[device] + rng.random(len(device)) * exposed[device]) * DAY
    hours = np.clip(rng.lognormal(1.9, 1.2, len(device)), 0.2, 240)
    hours = np.where(rng.random(len(device)) < 0.025, hours + 24 * 15, hours)  # awaits a part
    start = start.astype(np.int64)
    return device, start, start + (hours * 3600).astype(np.int64), np.full(len(device), FAILURE)


def _services(
    fleet: Fleet, since: np.ndarray, exposed: np.ndarray, rng: np.random.Generator
) -> Intervals:
    every = SERVICE_DAYS * rng.lognormal(0, 0.12, len(since))
    every = np.where(rng.random(len(since)) < 0.14, every * 2.6, every)  # the neglected ones
    phase = rng.random(len(since)) * every
    counts = np.maximum(np.ceil((exposed - phase) / every), 0).astype(np.int64)
    device = np.repeat(np.arange(len(since)), counts)
    nth = np.arange(len(device)) - np.repeat(np.cumsum(counts) - counts, counts)
    day = (since[device] + phase[device] + nth * every[device]).astype(np.int64)
    start = day * DAY + rng.integers(7 * 3600, 14 * 3600, len(device))
    length = rng.integers(1_800, 3 * 3600, len(device))
    return device, start, start + length, np.full(len(device), SERVICE)


def _service_on(day: int) -> Intervals:
    start = np.array([day * DAY + 9 * 3600])
    return np.array([0]), start, start + 5_400, np.array([SERVICE])


def _outage(world: World, fleet: Fleet, sites: Sites, rng: np.random.Generator) -> Intervals:
    region = np.array([state[1] == OUTAGE_REGION for state in STATES])
    start, end = world.outage
    day = start // DAY
    hit = region[sites.state[fleet.site]] & (rng.random(len(fleet.site)) < 0.88)
    hit &= (fleet.installed < day) & (world.last_live[fleet.customer] > day)
    device = np.flatnonzero(hit)
    begins = start + rng.integers(0, 3_600, len(device))
    ends = end + rng.integers(-4 * 3600, 5 * 3600, len(device))
    return device, begins, ends, np.full(len(device), OUTAGE)


def write_devices(world: World, fleet: Fleet, downtime: Downtime, warehouse: Warehouse) -> None:
    """Write the devices as they are at the end of the data."""
    rng = world.rng("devices")
    count = len(fleet.kind)
    status = np.zeros(count, dtype=np.int64)
    still = downtime.end >= world.closing
    status[downtime.device[still]] = np.where(downtime.reason[still] == SERVICE, 2, 1)
    serviced = np.full(count, np.nan)
    done = (downtime.reason == SERVICE) & ~still
    serviced[downtime.device[done]] = downtime.end[done] // DAY
    labels = list(chain.from_iterable(row[3] for row in MODELS))
    offset = np.cumsum([0, *(len(row[3]) for row in MODELS)])[fleet.model]
    installed = fleet.installed * DAY + 11 * 3600
    watts = np.array([row[2] for row in KINDS])[fleet.kind]
    price = np.array([row[3] for row in KINDS])[fleet.kind]
    warehouse.put(
        "app_database_devices",
        {
            "_n": np.arange(1, count + 1),
            "_l": fleet.site + 1,
            "_c": np.where(rng.random(count) < 0.3, np.nan, fleet.customer + 1),
            "_serial": rng.integers(100_000, 999_999, count),
            "_ip": rng.integers(1, 254, count),
            "device_type": pick(fleet.kind, [row[0] for row in KINDS]),
            "category": pick(fleet.kind, [row[1] for row in KINDS]),
            "manufacturer": pick(fleet.model, [row[1] for row in MODELS]),
            "model": pick(fleet.model, [row[2] for row in MODELS]),
            "install_date": dates(fleet.installed),
            "installation_date": dates(fleet.installed),
            "warranty_expiry": dates(fleet.installed + rng.choice([365, 730, 1_095], count)),
            "purchase_price": price * rng.uniform(0.9, 1.15, count),
            "firmware_version": pick(offset + fleet.firmware, labels),
            "status": pick(status, ["Online", "Offline", "Maintenance"]),
            "usage_pattern": pick(rng.integers(0, 3, count), ["high", "medium", "low"]),
            "expected_lifespan_years": rng.integers(5, 11, count),
            "energy_consumption_watts": (watts * rng.uniform(0.85, 1.2, count)).astype(int),
            "network_connectivity": pick(
                rng.integers(0, 3, count), ["wifi", "ethernet", "cellular"]
            ),
            "last_maintenance_date": dates(serviced),
            "is_online": np.ones(count, dtype=bool),
            "created_at": instants(installed),
            "updated_at": instants(installed),
        },
        id="'dev_' || lpad(_n::VARCHAR, 6, '0')",
        location_id="'loc_' || lpad(_l::VARCHAR, 5, '0')",
        customer_id="'acc_' || lpad(_c::BIGINT::VARCHAR, 5, '0')",
        serial_number="'SN-' || _serial",
        ip_address="'10.0.' || _ip || '.' || (_serial % 250 + 1)",
        mac_address="""'00:16:3e:' ||
            printf('%02x:%02x:%02x', _n // 65536, _n // 256 % 256, _n % 256)""",
    )


def write_status(world: World, fleet: Fleet, downtime: Downtime, warehouse: Warehouse) -> None:
    """Write status events: online at installation, then one at each end of each down time."""
    device = np.concatenate([np.arange(len(fleet.kind)), downtime.device, downtime.device])
    at = np.concatenate([fleet.installed * DAY + 11 * 3600, downtime.start, downtime.end])
    status = np.concatenate(
        [
            np.zeros(len(fleet.kind), dtype=np.int64),
            np.where(downtime.reason == SERVICE, 2, 1),
            np.zeros(len(downtime.device), dtype=np.int64),
        ]
    )
    order = np.lexsort((device, at))
    order = order[at[order] < world.closing]
    warehouse.put(
        "app_database_device_status_events",
        {
            "_n": np.arange(1, len(order) + 1),
            "_d": device[order] + 1,
            "status": pick(status[order], ["Online", "Offline", "Maintenance"]),
            "at": instants(at[order]),
            "created_at": instants(at[order]),
        },
        id="'dse_' || _n",
        device_id="'dev_' || lpad(_d::VARCHAR, 6, '0')",
    )


def write_maintenance(world: World, downtime: Downtime, warehouse: Warehouse) -> None:
    """Write maintenance: every service, and the repair at the end of each long failure."""
    long = (downtime.reason == FAILURE) & (downtime.end - downtime.start > 8 * 3600)
    chosen = np.flatnonzero(long | (downtime.reason == SERVICE))
    start = downtime.start[chosen]
    repair = downtime.reason[chosen] == FAILURE
    start = np.where(repair, downtime.end[chosen] - 5_400, start)
    end = downtime.end[chosen].astype(float)
    begun = start < world.closing
    chosen, start, end, repair = chosen[begun], start[begun], end[begun], repair[begun]
    order = np.argsort(start, kind="stable")
    end = np.where(end < world.closing, end, np.nan)
    warehouse.put(
        "app_database_device_maintenance",
        {
            "_n": np.arange(1, len(order) + 1),
            "_d": downtime.device[chosen][order] + 1,
            "kind": pick(repair[order].astype(int), ["preventive", "corrective"]),
            "started_at": instants(start[order]),
            "ended_at": instants(end[order]),
            "created_at": instants(start[order]),
        },
        id="'mnt_' || _n",
        device_id="'dev_' || lpad(_d::VARCHAR, 6, '0')",
    )


def write_telemetry(world: World, fleet: Fleet, downtime: Downtime, warehouse: Warehouse) -> None:
    """Write readings of processor, memory and errors, day by day; none while a device is down."""
    rng = world.rng("telemetry")
    count = len(fleet.kind)
    base = rng.normal(30, 8, count) + np.array([6, -8, 0, 14, 4])[fleet.kind]
    weak = np.array([row[4] for row in MODELS])[fleet.model]
    gap = DAY // world.scale.readings_a_day
    written = 0
    for day in range(world.end - world.scale.telemetry_days + 1, world.end + 1):
        here = np.flatnonzero((fleet.installed < day) & (world.last_live[fleet.customer] >= day))
        device = np.repeat(here, world.scale.readings_a_day)
        turn = np.tile(np.arange(world.scale.readings_a_day), len(here))
        at = day * DAY + turn * gap + (device * 37) % gap
        up = ~downtime.covers(device, at)
        device, at = device[up], at[up]
        busy = 8 * np.sin(at % DAY / DAY * 2 * np.pi - 2.6)
        warehouse.put(
            "device_telemetry",
            {
                "_n": np.arange(written + 1, written + 1 + len(device)),
                "_d": device + 1,
                "timestamp": instants(at),
                "cpu_usage": np.clip(base[device] + busy + rng.normal(0, 6, len(at)), 1, 100),
                "memory_usage": np.clip(base[device] + 18 + rng.normal(0, 4, len(at)), 5, 100),
                "errors": rng.poisson(0.03 * weak[device] ** 2),
                "created_at": instants(at),
            },
            id="'tel_' || _n",
            device_id="'dev_' || lpad(_d::VARCHAR, 6, '0')",
        )
        written += len(device)
