"""Tables of the devices: as they are now, their status events, maintenance and telemetry."""

from __future__ import annotations

from itertools import chain

import numpy as np

from metrics.demo.downtime import FAILURE, SERVICE, Downtime
from metrics.demo.fleet import KINDS, MODELS, Fleet
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, dates, instants, pick


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
