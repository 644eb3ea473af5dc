"""A made-up company to look at: `write_demo` writes its source tables to a DuckDB file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from metrics.demo.billing import (
    write_stripe_customers,
    write_stripe_subscriptions,
    write_subscriptions,
)
from metrics.demo.crm import write_crm
from metrics.demo.devices import (
    write_devices,
    write_maintenance,
    write_status,
    write_telemetry,
)
from metrics.demo.dirt import add_dirt
from metrics.demo.downtime import find_downtime
from metrics.demo.fleet import install_fleet
from metrics.demo.funnel import Funnel
from metrics.demo.invoices import write_invoices
from metrics.demo.marketing import write_marketing
from metrics.demo.pours import write_tap_events
from metrics.demo.scales import SCALES, Scale, scale_named
from metrics.demo.sites import (
    hire_people,
    open_sites,
    write_accounts,
    write_locations,
    write_users,
)
from metrics.demo.targets import write_targets
from metrics.demo.tickets import write_tickets
from metrics.demo.usage import write_usage
from metrics.demo.world import World
from metrics.demo.write import Warehouse

__all__ = ["SCALES", "DemoSummary", "Scale", "write_demo"]

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class DemoSummary:
    """What was written: rows by table of schema `raw`, the last day of data, and seconds taken."""

    path: Path
    scale: str
    end_date: date
    rows: dict[str, int]
    seconds: float

    @property
    def total_rows(self) -> int:
        """Rows of all tables together."""
        return sum(self.rows.values())


def write_demo(
    path: Path,
    scale: str = "demo",
    seed: int = 7,
    end_date: date | None = None,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write the demo warehouse to a DuckDB file, replacing it; the same arguments, the same rows.

    The company's targets lie beside it, in a file of the same name that ends in `.targets.yml`.
    `end_date` is the last complete day of data of every source, yesterday (UTC) by default.
    `progress` is told what is being written and the share done, 0..1. The file appears only when
    it is complete. Raises UnknownNameError for an unknown scale.
    """
    started = time.perf_counter()
    size = scale_named(scale)
    last = end_date or datetime.now(UTC).date() - timedelta(days=1)
    world = World(size, seed, (last - date(1970, 1, 1)).days)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with Warehouse(partial) as warehouse:
            funnel = Funnel(world)
            _write(world, funnel, warehouse, progress or (lambda stage, share: None))
            rows = dict(warehouse.count_rows())
        write_targets(world, funnel, path.with_suffix(".targets.yml"))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return DemoSummary(path, scale, last, rows, time.perf_counter() - started)


def _write(world: World, funnel: Funnel, warehouse: Warehouse, progress: Progress) -> None:
    progress("customers", 0.0)
    sites, people = open_sites(world), hire_people(world)
    fleet = install_fleet(world, sites)
    downtime = find_downtime(world, fleet, sites)
    names = write_accounts(world, sites, warehouse)
    write_locations(world, sites, names, warehouse)
    write_subscriptions(world, warehouse)
    progress("billing", 0.03)
    write_stripe_customers(world, names, warehouse)
    write_invoices(world, write_stripe_subscriptions(world, warehouse), warehouse)
    progress("sales and marketing", 0.08)
    write_crm(world, funnel, names, warehouse)
    write_tickets(world, fleet, downtime, warehouse)
    write_marketing(world, funnel, warehouse)
    progress("devices", 0.14)
    write_devices(world, fleet, downtime, warehouse)
    write_status(world, fleet, downtime, warehouse)
    write_maintenance(world, downtime, warehouse)
    write_telemetry(world, fleet, downtime, warehouse)
    last_login = write_usage(
        world, people, warehouse, lambda share: progress("product use", 0.2 + 0.35 * share)
    )
    write_users(world, people, last_login, warehouse)
    write_tap_events(
        world, fleet, downtime, warehouse, lambda share: progress("pours", 0.55 + 0.43 * share)
    )
    add_dirt(world, warehouse)
    progress("done", 1.0)
