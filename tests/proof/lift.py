"""`python -m tests.proof.lift`: what followed the scores on the demo warehouse.

A score is worth having if what it finds worst is what goes wrong. At several dates those who have a
score are put in fifths by it, and the share of each fifth that left, came back or failed within 90
days is held against that of all. Scores of customers come from the layer, which is proven
elsewhere; those of users and devices, which the layer keeps in sums only, from the second road.
What followed comes from raw rows.

--scale demo     size of the demo warehouse
--seed 7         another company
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from metrics import Layer, open_layer
from metrics.demo import write_demo
from metrics.pipeline import run_build
from metrics.settings import load_settings
from tests.proof.afterwards import Afterwards

END = date(2026, 10, 31)
DAYS = 90
FIFTHS = 5
CUSTOMERS = {"customer_health_score": False, "churn_risk_score": True}
"""Metrics by customer, and whether a higher value is worse."""

Told = list[tuple[float, bool]]
"""A score, and whether what was looked for followed."""


@dataclass(frozen=True)
class Group:
    """Entities at several dates together: their scores, and of how many it came true."""

    name: str
    size: int
    low: float
    high: float
    true: int

    @property
    def rate(self) -> float:
        """Share of them it came true of."""
        return self.true / self.size


def group(name: str, told: Told) -> Group:
    """A group of those told."""
    scores = [score for score, _ in told]
    return Group(name, len(told), min(scores), max(scores), sum(true for _, true in told))


def fifths(told: Told, higher_is_worse: bool = False) -> list[Group]:
    """From the worst to the best."""
    ordered = sorted(told, key=lambda one: one[0], reverse=higher_is_worse)
    cuts = [round(len(ordered) * step / FIFTHS) for step in range(FIFTHS + 1)]
    names = ["worst", *map(str, range(2, FIFTHS)), "best"]
    return [
        group(name, ordered[first:after])
        for name, (first, after) in zip(names, pairwise(cuts), strict=True)
    ]


def dates(end: date, count: int, apart: int) -> list[date]:
    """Days so far apart, the last one 90 days before the end."""
    return [end - timedelta(days=DAYS + step * apart) for step in range(count)]


def customers(layer: Layer, after: Afterwards, end: date) -> dict[str, list[Group]]:
    """Customers who pay nothing 90 days later, by the scores and by who is at risk."""
    told: dict[str, Told] = {name: [] for name in CUSTOMERS}
    flagged: dict[bool, Told] = {True: [], False: []}
    for day in dates(end, 9, 30):
        scores = scores_of_customers(layer, day)
        for customer, known in scores.items():
            left = not after.pays(customer, day + timedelta(days=DAYS))
            for name, score in known.items():
                told[name].append((score, left))
            health = known.get("customer_health_score", 100)
            at_risk = health < 60 or known.get("churn_risk_score", 0) >= 60
            flagged[at_risk].append((health, left))
    found = {name: fifths(told[name], worse) for name, worse in CUSTOMERS.items()}
    at_risk = [group("at risk", flagged[True]), group("not at risk", flagged[False])]
    return found | {"customer_at_risk": at_risk}


def scores_of_customers(layer: Layer, day: date) -> dict[str, dict[str, float]]:
    """Scores by customer and metric."""
    frame = layer.query(list(CUSTOMERS), start=day, end=day, by=["customer"]).frame
    found: dict[str, dict[str, float]] = {}
    for row in frame[frame["value"].notna()].itertuples():
        found.setdefault(str(row.customer), {})[str(row.metric)] = float(row.value)
    return found


def entities(after: Afterwards, end: date) -> dict[str, list[Group]]:
    """Users who come back, and devices that fail, within 90 days."""
    users: Told = []
    devices: Told = []
    for day in dates(end, 2, 60):
        users += after.users(day, DAYS)
        devices += after.devices(day, DAYS)
    return {"user_engagement": fifths(users), "device_health": fifths(devices)}


FOLLOWED = {
    "customer_health_score": "left",
    "churn_risk_score": "left",
    "customer_at_risk": "left",
    "user_engagement": "came back",
    "device_health": "failed",
}


def lines(found: Mapping[str, list[Group]]) -> Iterator[str]:
    """The table of docs/scores.md."""
    yield "| score | who | how many | scores | what followed | lift |"
    yield "|---|---|---|---|---|---|"
    for name, groups in found.items():
        mean = sum(one.true for one in groups) / sum(one.size for one in groups)
        for one in groups:
            yield (
                f"| `{name}` | {one.name} | {one.size} | {one.low:.0f} to {one.high:.0f} "
                f"| {one.rate:.1%} {FOLLOWED[name]} | {one.rate / mean:.1f} |"
            )


def measure(scale: str, seed: int, folder: Path) -> dict[str, list[Group]]:
    """Write a demo warehouse, build it and look at what followed."""
    path = folder / "demo.duckdb"
    write_demo(path, scale=scale, seed=seed, end_date=END)
    settings = load_settings(
        env={},
        file=folder / "metrics.toml",
        home=folder,
        warehouse_url=f"duckdb:///{path}",
        as_of=END,
        published_days=0,
    )
    run_build(settings)
    layer, after = open_layer(settings), Afterwards(path)
    try:
        return customers(layer, after, END) | entities(after, END)
    finally:
        layer.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.lift")
    parser.add_argument("--scale", default="demo", help="size of the demo warehouse")
    parser.add_argument("--seed", type=int, default=7, help="another company")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for line in lines(measure(asked.scale, asked.seed, Path(folder))):
            sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
