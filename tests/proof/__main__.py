"""`python -m tests.proof`: compare both roads on the demo and on random warehouses, and report.

--random 20        how many random warehouses
--seed 0           the first random one
--record proof.json   where to write the proof of each metric
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from metrics.demo import write_demo
from tests.proof.compare import Case, Tally, by_dimension, compare
from tests.proof.record import Record
from tests.proof.roads import Roads, open_roads
from tests.proof.sampling import random_cases
from tests.proof.warehouses import random_shape, random_tables, write_warehouse

END = date(2026, 10, 31)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write the record; 1 where the roads differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("--random", type=int, default=5, help="how many random warehouses")
    parser.add_argument("--seed", type=int, default=0, help="the first random one")
    parser.add_argument("--record", type=Path, help="file for the proof of each metric")
    asked = parser.parse_args(arguments)
    record = Record()
    prove_demo(record, asked.seed)
    for seed in range(asked.seed, asked.seed + asked.random):
        prove_random(record, seed)
    say(record.summary())
    if record.tally.differences:
        say(record.tally.report())
    if asked.record:
        record.write(asked.record)
    return 1 if record.tally.differences else 0


def prove_demo(record: Record, seed: int) -> None:
    """Totals and break-downs of every live metric on the tiny demo warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        write_demo(path, scale="tiny", seed=seed, end_date=END)
        roads = open_roads(path, END)
        start = END - timedelta(days=45)
        cases = [Case(roads.live, start, END, grain) for grain in (None, "month", "week")]
        cases += [
            Case(names, start, END, by=(dimension,))
            for dimension, names in by_dimension(roads.layer, roads.live)
        ]
        report(record, f"demo {seed}", roads, compare(roads.layer, roads.world, cases, seed))


def prove_random(record: Record, seed: int) -> None:
    """Random questions about a random warehouse."""
    shape = random_shape(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        write_warehouse(path, random_tables(shape))
        roads = open_roads(path, shape.end, shape.time_zone, shape.week_start, shape.fiscal_month)
        cases = random_cases(roads.layer, roads.world, roads.live, random.Random(seed), 4)
        report(record, f"random {seed}", roads, compare(roads.layer, roads.world, cases, seed))


def report(record: Record, name: str, roads: Roads, tally: Tally) -> None:
    """One line a warehouse."""
    record.add(name, roads, tally)
    say(f"{name}: {sum(tally.cells.values())} cells, {len(tally.differences)} differences")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
