"""What the tests of the store run in processes of their own: builders to kill, and readers.

Two kinds of build: a small one of a few tables, each row marked with its build, for the many
kills; and the real build of the tiny demo company.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from metrics.errors import BuildRunningError
from metrics.layer import open_layer
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings
from metrics.store.base import Lease, Store, Writing
from metrics.store.embedded import EmbeddedStore
from metrics.store.faults import fault
from metrics.store.info import BuildInfo
from metrics.store.postgresql import PostgresqlStore

TABLES = ("one", "two", "three", "four", "five")
MODELS = ("metrics_one", "metrics_two", "metrics_three")
LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Place:
    """Where small builds are kept: a folder, or the database of a URL."""

    engine: str
    folder: Path
    url: str = ""
    keep: int = 3

    def open(self) -> Store:
        """A new store, as another process would open it."""
        if self.engine == "postgresql":
            return PostgresqlStore(self.url, self.keep)
        return EmbeddedStore(self.folder, None, self.keep)

    def build(self, pause: float = 0.0) -> str:
        """Make and publish a small build; gives its id."""
        store = self.open()
        try:
            with store.write() as writing:
                info = fill(writing, pause)
                writing.publish(info)
        finally:
            store.close()
        return info.id


@dataclass(frozen=True)
class Company:
    """A warehouse for real builds; `day` is the last day a build covers."""

    engine: str
    url: str
    home: Path

    def settings(self, day: date = LAST_DAY) -> Settings:
        """Settings of a build of that day."""
        return load_settings(
            env={},
            home=self.home,
            warehouse_url=self.url,
            as_of=day,
            published_days=0,
        )

    def build(self, day: date = LAST_DAY) -> str:
        """Run the real build; gives its id."""
        return run_build(self.settings(day)).id


@dataclass
class Seen:
    """What a reader saw: leases, reads, and everything that must not happen, in words."""

    leases: int = 0
    reads: int = 0
    builds: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)


def fill(writing: Writing, pause: float = 0.0) -> BuildInfo:
    """Tables of different lengths that all say which build they belong to."""
    prefix = f'"{writing.schema}".' if writing.schema else ""
    rows = {name: 10 * (at + 1) + int(writing.id[-2:]) for at, name in enumerate(TABLES)}
    for name, count in rows.items():
        writing.connection.exec_driver_sql(
            f"CREATE TABLE {prefix}{name} AS "
            f"SELECT '{writing.id}' AS build FROM generate_series(1, {count})"
        )
        time.sleep(pause)
    for name in MODELS:
        writing.connection.exec_driver_sql(
            f"CREATE TABLE \"{writing.models_schema}\".{name} AS SELECT '{writing.id}' AS build_id"
        )
    for point in (
        "snapshot-written",
        "snapshot-kept",
        "changes-found",
        "parts-made",
    ):  # where a real build has them
        fault(point)
    return info_of(writing.id, rows)


def info_of(build: str, rows: dict[str, int]) -> BuildInfo:
    """A build's own description; `parts` holds the rows of its tables."""
    now = datetime.now(UTC)
    return BuildInfo(
        id=build,
        started_at=now,
        finished_at=now,
        engine="",
        warehouse="",
        is_demo=False,
        last_full_day=LAST_DAY,
        as_of=LAST_DAY,
        first_day=LAST_DAY,
        facts={},
        parts={name: str(count) for name, count in rows.items()},
        models=dict.fromkeys(MODELS, 1),
    )


def check(lease: Lease) -> list[str]:
    """What is wrong with a small build, each table read on its own connection."""
    wrong = []
    for name, count in lease.info.parts.items():
        table = sa.table(name, sa.column("build"), schema=lease.schema)
        wanted = sa.select(
            sa.func.min(table.c.build), sa.func.max(table.c.build), sa.func.count()
        ).select_from(table)
        with lease.connect() as connection:
            found = tuple(connection.execute(wanted).one())
        if found != (lease.info.id, lease.info.id, int(count)):
            wrong.append(f"{name} of {lease.info.id}: {found}")
    return [*wrong, *check_models(lease)]


def check_models(lease: Lease) -> list[str]:
    """What is wrong with the published names: one statement has to see one build of them all.

    In a file they are of the build that is leased, on a server of the current one.
    """
    listed = " UNION ALL ".join(f"SELECT build_id FROM metrics.{name}" for name in MODELS)
    with lease.connect() as connection:
        builds = list(connection.exec_driver_sql(listed).scalars())
    one_build = len(set(builds)) == 1 and len(builds) == len(MODELS)
    if not one_build or (lease.schema is None and builds[0] != lease.info.id):
        return [f"published names under {lease.info.id}: {builds}"]
    return []


def build_here(place: Place | Company, point: str = "", **how: Any) -> None:
    """Build in this process, with a fault."""
    os.environ["METRICS_FAULT"] = point
    place.build(**how)


def build_at_once(place: Place, start: Any, outcomes: Any, pause: float) -> None:
    """Build together with others; reports the id, or the words of the refusal."""
    store = place.open()
    start.wait()
    try:
        with store.write() as writing:
            info = fill(writing, pause)
            writing.publish(info)
        outcomes.put(("built", info.id))
    except BuildRunningError as error:
        outcomes.put(("refused", str(error)))
    finally:
        store.close()


def build_on_full_disk(place: Place, outcome: Any) -> None:
    """Build where files cannot grow beyond some kilobytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        place.build()
        outcome.put(("built", ""))
    except Exception as error:
        outcome.put((type(error).__name__, str(error)))


def hold_the_lock(place: Place, ready: Any) -> None:
    """Start a build and stay in one long statement."""
    with place.open().write() as writing:
        ready.put("locked")
        if place.engine == "postgresql":
            writing.connection.exec_driver_sql("SELECT pg_sleep(30)")
        else:
            time.sleep(30)


def read_small(place: Place, begun: Any, stop: Event, outcome: Any) -> None:
    """Read small builds under leases of different lengths until told to stop."""
    store, seen = place.open(), Seen()

    def once(long: int) -> None:
        with store.lease() as lease:
            note(seen, lease.info.id)
            for _ in range(1 + long):
                seen.wrong += check(lease)
                seen.reads += len(lease.info.parts)
                time.sleep(0.02)

    loop(once, begun, stop, seen)
    store.close()
    outcome.put(seen)


def read_company(company: Company, begun: Any, stop: Event, outcome: Any) -> None:
    """Read real builds: six tables and two answers of the layer, all of one build.

    A build's figures are the same whenever they are read, and no two builds have the same, so
    a mixture would show.
    """
    layer, seen = open_layer(company.settings()), Seen()

    def once(long: int) -> None:
        with layer.hold() as pinned:
            build = pinned.build.id
            note(seen, build)
            marks = seen.marks.setdefault(build, {})
            for _ in range(1 + long):
                found: dict[str, Any] = {}
                for part in [p for p in pinned.build.parts if p.startswith("stock__")][:12:2]:
                    table = sa.table(part, sa.column("day"), schema=pinned._lease.schema)
                    counted = sa.select(sa.func.count(), sa.func.max(table.c.day))
                    with pinned._lease.connect() as connection:
                        found[part] = tuple(map(str, connection.execute(counted).one()))
                for metric in ("total_mrr", "active_users"):
                    frame = pinned.query(metric, start=date(2026, 1, 1)).frame
                    found[metric] = repr(frame["value"].tolist())
                seen.reads += len(found)
                for name, value in found.items():
                    if marks.setdefault(name, value) != value:
                        seen.wrong.append(f"{name} of {build}: {marks[name]}, then {value}")
                time.sleep(0.2)

    loop(once, begun, stop, seen)
    layer.close()
    outcome.put(seen)


def loop(once: Callable[[int], None], begun: Any, stop: Event, seen: Seen) -> None:
    """Call `once` with lengths 0, 1, 2, 0 ... until told to stop; errors count as wrong.

    `begun` is released after the first call.
    """
    while not stop.is_set():
        try:
            once(seen.leases % 3)
        except Exception as error:
            seen.wrong.append(f"{type(error).__name__}: {error}")
        seen.leases += 1
        if seen.leases == 1:
            begun.release()


def note(seen: Seen, build: str) -> None:
    """Remember a build; going back to an earlier one is wrong."""
    if not seen.builds or build > seen.builds[-1]:
        seen.builds.append(build)
    elif build < seen.builds[-1]:
        seen.wrong.append(f"went back from {seen.builds[-1]} to {build}")
