"""`python -m tests.proof`: compare both roads on the demo and on random warehouses, and report.

--engine both      duckdb, postgresql or both
--random 20        how many random warehouses
--seed 0           the first random one
--record FILE      where to write the proof of each metric; `make proof` writes the shipped record
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from metrics.demo import write_demo
from metrics.demo.scales import SCALES
from tests.proof.compare import Case, by_dimension, compare
from tests.proof.engines import ENGINES, on_engine
from tests.proof.placeholders import read_placeholders
from tests.proof.record import Record
from tests.proof.roads import Roads, open_roads
from tests.proof.sampling import random_cases
from tests.proof.warehouses import random_shape, random_tables, write_warehouse
from tests.proof.world import World
from tests.support.postgres import any_server

END = date(2026, 10, 31)
DAYS = 45
LONG_DAYS = 150
LONG = replace(SCALES["tiny"], history_days=800, share_before=0.28, pace=1.0)
"""As few rows as the tiny demo has, over a longer time."""


@dataclass(frozen=True)
class Prover:
    """Compares warehouses on some engines; `server` is where a PostgreSQL database can be made."""

    engines: tuple[str, ...]
    server: str | None
    record: Record

    def prove(
        self,
        name: str,
        path: Path,
        seed: int,
        cases: Callable[[Roads], Sequence[Case]],
        **settings: Any,
    ) -> None:
        """The same questions on each engine; the second road is walked once for all of them."""
        world: World | None = None
        live: dict[str, tuple[str, ...]] = {}
        for engine in self.engines:
            with on_engine(engine, path, self.server) as url:
                roads = open_roads(path, url=url, world=world, **settings)
                world, live[engine] = roads.world, roads.live
                tally = compare(roads.layer, roads.world, cases(roads), seed)
                self.record.add(name, engine, roads, tally)
                roads.layer.close()
            cells, wrong = sum(tally.cells.values()), len(tally.differences)
            say(f"{name} on {engine}: {cells} cells, {wrong} differences")
        only = set.union(*map(set, live.values())) - set.intersection(*map(set, live.values()))
        if only:
            self.record.uneven.append(f"{name}: not live on each engine: {', '.join(sorted(only))}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write the record; 1 where the roads differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="duckdb")
    parser.add_argument("--random", type=int, default=5, help="how many random warehouses")
    parser.add_argument("--seed", type=int, default=0, help="the first random one")
    parser.add_argument("--record", type=Path, help="file for the proof of each metric")
    asked = parser.parse_args(arguments)
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    record = Record()
    with any_server() if "postgresql" in engines else nullcontext() as server:
        prover = Prover(engines, server, record)
        prove_demo(prover, asked.seed)
        prove_long_demo(prover, asked.seed)
        prove_placeholders(prover)
        for seed in range(asked.seed, asked.seed + asked.random):
            prove_random(prover, seed)
    say(record.summary())
    if asked.record:
        record.write(asked.record)
    if record.report():
        say(record.report())
    return 1 if record.differences or record.uneven else 0


def prove_demo(prover: Prover, seed: int) -> None:
    """Totals and break-downs of every live metric on the tiny demo warehouse."""
    start = END - timedelta(days=DAYS)

    def cases(roads: Roads) -> list[Case]:
        totals = [Case(roads.live, start, END, grain) for grain in (None, "month", "week")]
        splits = [
            Case(names, start, END, by=(dimension,))
            for dimension, names in by_dimension(roads.layer, roads.live)
        ]
        return totals + splits

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        write_demo(path, scale="tiny", seed=seed, end_date=END)
        prover.prove(f"demo {seed}", path, seed, cases, last_full_day=END)


def prove_long_demo(prover: Prover, seed: int) -> None:
    """Totals where there are more than two years of everything, for windows of a year."""
    start = END - timedelta(days=LONG_DAYS)

    def cases(roads: Roads) -> list[Case]:
        return [Case(roads.live, start, END, grain) for grain in (None, "month")]

    with tempfile.TemporaryDirectory() as folder, patch.dict(SCALES, {"long": LONG}):
        path = Path(folder) / "demo.duckdb"
        write_demo(path, scale="long", seed=seed, end_date=END)
        prover.prove(f"long demo {seed}", path, seed, cases, last_full_day=END)


def prove_placeholders(prover: Prover) -> None:
    """Totals where there is every table the demo lacks, small and made by hand."""
    known = read_placeholders()
    start = known.last_day - timedelta(days=LONG_DAYS)

    def cases(roads: Roads) -> list[Case]:
        return [Case(roads.live, start, known.last_day, grain) for grain in (None, "month")]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        known.write(path)
        prover.prove("placeholders", path, 0, cases, last_full_day=known.last_day)


def prove_random(prover: Prover, seed: int) -> None:
    """Totals of every metric and random questions about a random warehouse."""
    shape = random_shape(seed)
    start = shape.end - timedelta(days=DAYS)

    def cases(roads: Roads) -> list[Case]:
        chance = random.Random(seed)
        totals = [Case(roads.live, start, shape.end, grain) for grain in (None, "month")]
        return totals + random_cases(roads.layer, roads.world, roads.live, chance, 4)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        write_warehouse(path, random_tables(shape))
        prover.prove(
            f"random {seed}",
            path,
            seed,
            cases,
            last_full_day=shape.end,
            time_zone=shape.time_zone,
            week_start=shape.week_start,
            fiscal_month=shape.fiscal_month,
        )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
