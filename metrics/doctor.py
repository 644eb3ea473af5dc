"""Looks at everything a build and the app rest on, and says what to do about what is wrong."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import sqlalchemy as sa

from metrics.engines.engine import DUCKDB, engine_of
from metrics.errors import MetricsError, NothingBuiltError
from metrics.layer import Layer, Pinned
from metrics.lineage.available import Available
from metrics.parts.model import Model, load_model
from metrics.settings import Settings, settings_origins
from metrics.sources.contract import check
from metrics.sources.files import with_files
from metrics.sources.guess import columns_read
from metrics.sources.warehouse import Inspected, find, inspect_warehouse
from metrics.store.open import open_store
from metrics.store.warehouse import open_warehouse

Level = Literal["ok", "warn", "fail"]
LEVELS: tuple[Level, ...] = ("ok", "warn", "fail")
PACKAGES = ("duckdb", "sqlalchemy", "psycopg", "sqlglot", "pandas", "pyarrow", "streamlit")
OLDEST_PYTHON = (3, 11)
LITTLE_ROOM = 2 << 30
NO_ROOM = 200 << 20

UNREADABLE = sa.text(
    """
    SELECT n.nspname || '.' || c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND LOWER(n.nspname || '.' || c.relname) IN :tables
        AND NOT (HAS_SCHEMA_PRIVILEGE(n.oid, 'USAGE') AND HAS_TABLE_PRIVILEGE(c.oid, 'SELECT'))
    ORDER BY 1
    """
).bindparams(sa.bindparam("tables", expanding=True))
WRITABLE = sa.text(
    """
    SELECT COUNT(*)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND LOWER(n.nspname || '.' || c.relname) IN :tables
        AND HAS_TABLE_PRIVILEGE(c.oid, 'INSERT, UPDATE, DELETE')
    """
).bindparams(sa.bindparam("tables", expanding=True))


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ok, worth a look, or a fault; `way_out` says what to do."""

    about: str
    level: Level
    text: str
    way_out: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, as it is found."""
    yield from _versions()
    yield from _origins()
    yield _room(settings)
    try:
        model = load_model(settings)
    except MetricsError as error:
        yield _fault("definitions", error)
        return
    metrics = len(model.definitions.metrics)
    yield Finding("definitions", "ok", f"{metrics} metrics on {len(model.queries.facts)} facts")
    yield from _warehouse(settings, model)
    yield from _store(settings, model)


def worst(findings: list[Finding]) -> Level:
    """The worst level among some findings."""
    return max((one.level for one in findings), key=LEVELS.index, default="ok")


def _fault(about: str, error: MetricsError) -> Finding:
    return Finding(about, "fail", error.message, error.way_out)


def _versions() -> Iterator[Finding]:
    level: Level = "ok" if sys.version_info >= OLDEST_PYTHON else "fail"
    yield Finding("python", level, platform.python_version(), "" if level == "ok" else "Use 3.11.")
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("packages", "ok", ", ".join(found))
    if missing:
        yield Finding(
            "packages", "fail", f"{', '.join(missing)} not installed", "Run `make setup`."
        )


def _origins() -> Iterator[Finding]:
    """Where settings come from; no value is shown, because a URL may hold a password."""
    origins = settings_origins()
    listed = ", ".join(f"{name} from {place}" for name, place in origins.items())
    yield Finding("settings", "ok", listed or "all defaults (the demo warehouse)")


def _room(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    level: Level = "fail" if free < NO_ROOM else "warn" if free < LITTLE_ROOM else "ok"
    text = f"{free / (1 << 30):,.1f} GB free for builds in {settings.home}"
    return Finding(
        "disk", level, text, "" if level == "ok" else "Make room: a build is a new file."
    )


def _warehouse(settings: Settings, model: Model) -> Iterator[Finding]:
    tables = [source.table for source in model.queries.sources.values()]
    try:
        with open_warehouse(settings.warehouse) as connection:
            yield Finding("warehouse", "ok", f"{settings.warehouse_label} answers")
            if engine_of(settings.warehouse) is not DUCKDB:
                yield from _rights(connection, [table.lower() for table in tables])
            else:
                yield Finding("rights", "ok", "the file is opened read-only")
            inspected: Inspected = inspect_warehouse(connection, tables)
            yield from _readable(connection, inspected)
    except MetricsError as error:
        yield _fault("warehouse", error)
        return
    try:
        inspected = with_files(model.queries, settings.targets_file, inspected)
    except MetricsError as error:
        yield _fault("targets", error)
    yield from _contract(model, inspected)


def _rights(connection: sa.Connection, tables: list[str]) -> Iterator[Finding]:
    is_on = connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on"
    yield Finding(
        "session",
        "ok" if is_on else "fail",
        f"the session is {'read-only' if is_on else 'not read-only'}",
        "" if is_on else "A proxy drops the session's settings; connect to the server itself.",
    )
    closed = list(connection.execute(UNREADABLE, {"tables": tables}).scalars())
    if closed:
        yield Finding(
            "rights",
            "fail",
            f"the role may not read {', '.join(closed)}",
            "GRANT USAGE on their schema and SELECT on them; see docs/publishing.md.",
        )
    writable = connection.execute(WRITABLE, {"tables": tables}).scalar_one()
    if writable:
        yield Finding(
            "rights",
            "warn",
            f"the role may also write {writable} of the source tables",
            "It never does; a role that only reads them is safer.",
        )
    if not closed and not writable:
        yield Finding("rights", "ok", "the role reads the source tables and cannot write them")


def _readable(connection: sa.Connection, inspected: Inspected) -> Iterator[Finding]:
    """One row of each source, because a view may exist and still fail."""
    failing = []
    for name in inspected:
        schema, _, table = name.partition(".")
        look = sa.select(sa.text("1")).select_from(_table(schema, table)).limit(1)
        try:
            connection.execute(look)
        except sa.exc.DBAPIError as error:
            connection.rollback()
            said = str(error.orig).strip().partition("\n")[0]
            failing.append(f"{name} ({said})")
    if failing:
        yield Finding("sources", "fail", f"cannot be read: {'; '.join(failing)}", "Repair them.")
    else:
        yield Finding("sources", "ok", f"{len(inspected)} source tables can be read")


def _table(schema: str, table: str) -> sa.TableClause:
    return sa.table(sa.quoted_name(table, True), schema=sa.quoted_name(schema, True))


def _contract(model: Model, inspected: Inspected) -> Iterator[Finding]:
    available = Available(model, check(model.queries, inspected))
    waiting = {name: lacks for name in model.trees if (lacks := available.metric(name))}
    live = len(model.trees) - len(waiting)
    level: Level = "ok" if live else "fail"
    way_out = "" if live else "Run `metrics init` with the warehouse's URL, or fill in [sources]."
    yield Finding(
        "contract", level, f"{live} metrics have all they need, {len(waiting)} wait", way_out
    )
    read = columns_read(model.queries)
    sources = [source for name, source in model.queries.sources.items() if name in read]
    absent = [source.table for source in sources if not find(source.table, inspected)]
    if absent:
        yield Finding(
            "tables",
            "warn",
            f"{len(absent)} of {len(sources)} source tables are not there: {', '.join(absent)}",
            "`metrics list --wanted` ranks them by the metrics each unlocks.",
        )
    unusable = {
        str(lack): None
        for found in waiting.values()
        for lack in found
        if lack.kind == "column" or (lack.kind == "table" and lack.note)
    }
    if unusable:
        yield Finding(
            "columns",
            "warn",
            f"{len(unusable)} columns are missing or of another type: {', '.join(unusable)}",
            "Change the SELECT in queries/ that reads them, or the table.",
        )


def _store(settings: Settings, model: Model) -> Iterator[Finding]:
    try:
        with closing(open_store(settings)) as store:
            yield from _writable(settings)
            layer = Layer(settings, model, store)
            with layer.hold() as pinned:
                yield from _last_build(settings, pinned)
    except NothingBuiltError as error:
        yield Finding("build", "warn", error.message, error.way_out)
    except MetricsError as error:
        yield _fault("store", error)


def _writable(settings: Settings) -> Iterator[Finding]:
    if engine_of(settings.store) is DUCKDB:
        folder = settings.store_folder
        there = next(path for path in (folder, *folder.parents) if path.exists())
        probe = there / ".metrics-doctor"
        try:
            probe.touch()
            probe.unlink()
        except OSError as error:
            way_out = "Let this user write there, or set METRICS_HOME."
            yield Finding("store", "fail", f"{there} cannot be written: {error.strerror}", way_out)
        else:
            yield Finding("store", "ok", f"{folder} can be written")
        return
    with open_warehouse(settings.store) as connection:
        may = connection.exec_driver_sql(
            "SELECT HAS_DATABASE_PRIVILEGE(current_database(), 'CREATE')"
        ).scalar_one()
    text = f"the role may {'' if may else 'not '}create schemas for builds"
    way_out = "" if may else "Builds need it, the app does not; see docs/publishing.md."
    yield Finding("store", "ok" if may else "warn", text, way_out)


def _last_build(settings: Settings, pinned: Pinned) -> Iterator[Finding]:
    build = pinned.build
    hours = (datetime.now(UTC) - build.finished_at).total_seconds() / 3600
    is_old = build.last_full_day < settings.last_full_day()
    text = f"build {build.id} is {hours:,.1f} hours old, its data to {build.as_of}"
    yield Finding(
        "build", "warn" if is_old else "ok", text, "Run `metrics build`." if is_old else ""
    )
    yield from _watermarks(pinned)
    broken = [one.description for one in build.identities if one.broken]
    if broken:
        way_out = "`metrics check` shows where; their metrics are marked."
        yield Finding(
            "identities", "fail", f"{len(broken)} do not hold: {'; '.join(broken)}", way_out
        )
    infos = [info for info in pinned.catalog.metrics.values() if info.answerable]
    proven = sum(1 for info in infos if info.proof)
    level: Level = "ok" if proven == len(infos) else "warn"
    way_out = "" if level == "ok" else "`metrics prove` names the others."
    yield Finding("proofs", level, f"{proven} of {len(infos)} live metrics are proven", way_out)


def _watermarks(pinned: Pinned) -> Iterator[Finding]:
    """How far each system is known: the latest of its facts."""
    queries, build = pinned.catalog.model.queries, pinned.build
    known: dict[str, str] = {}
    for name, state in build.facts.items():
        reads = next(
            (queries.reads[f.path] for f in queries.facts[name].files if f.path == state.file), None
        )
        systems = {queries.sources[one].system for one in reads.sources} if reads else set()
        if state.as_of and len(systems) == 1:
            system = systems.pop()
            known[system] = max(known.get(system, ""), str(state.as_of))
    behind = {name: day for name, day in known.items() if day < str(build.as_of)}
    listed = ", ".join(f"{name} to {day}" for name, day in sorted(known.items()))
    text = f"{listed}" if not behind else f"{listed}; the build goes to {build.as_of}"
    way_out = "Its loading may have stopped." if behind else ""
    yield Finding("watermarks", "warn" if behind else "ok", text, way_out)
