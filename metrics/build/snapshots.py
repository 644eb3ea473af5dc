"""Keeps what a source tells only about today, one day per build, outside the builds.

A status column without events has no past: its history starts with the first build and is
never stretched backwards. The kept rows live beside the builds, so `--full` reads them too.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import sqlalchemy as sa

from metrics.build.stage import Staged, stage_name
from metrics.build.workspace import Workspace
from metrics.engines.engine import POSTGRESQL
from metrics.settings import Settings
from metrics.sources.model import Fact
from metrics.store.faults import fault

SCHEMA = "metrics_snapshots"


def keep_snapshot(space: Workspace, settings: Settings, fact: Fact, staged: Staged) -> Staged:
    """Add today's rows to the kept ones and stage those of all days up to today.

    A second build of the same day replaces that day's rows, so a killed one does no harm. A
    build of an earlier day keeps nothing: what is true today was not true then.
    """
    place = _open(space, settings)
    columns = ["day", *fact.columns]
    listing = ", ".join(f'"{column}"' for column in columns)
    types = ", ".join(
        f'"{name}" {space.engine.types[column.type]}' for name, column in fact.columns.items()
    )
    kept = f'{place}."{fact.name}__{_shape(fact)}"'
    stage = f'"{stage_name(fact.name)}"'
    today = staged.last_day or settings.last_full_day()
    space.execute(f"CREATE TABLE IF NOT EXISTS {kept} (day DATE, {types})")
    newest = space.scalar_row(f"SELECT max(day) FROM {kept}")[0]
    if newest is None or newest <= today:
        space.execute(f"DELETE FROM {kept} WHERE day = DATE '{today}'")
        space.execute(f"INSERT INTO {kept} ({listing}) SELECT {listing} FROM {stage}")
    fault("snapshot-written")
    _commit(space)
    fault("snapshot-kept")
    space.drop(stage_name(fact.name))
    table = space.create(
        stage_name(fact.name), f"SELECT * FROM {kept} WHERE day <= DATE '{today}'", keep=False
    )
    rows = space.scalar_row(sa.select(sa.func.count()).select_from(table))[0]
    listed = sa.select(table.c.day).distinct().order_by(table.c.day)
    days = tuple(space.connection.execute(listed).scalars())
    _close(space)
    first, last = (days[0], days[-1]) if days else (None, None)
    return replace(staged, rows=rows, first_day=first, last_day=last, last_seen=last, seen_on=days)


def _shape(fact: Fact) -> str:
    """Changes with the fact's columns, so that old rows never get a new meaning."""
    text = ",".join(f"{name}:{column.type}" for name, column in fact.columns.items())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _open(space: Workspace, settings: Settings) -> str:
    if space.engine is POSTGRESQL:
        space.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        return SCHEMA
    space.connection.commit()
    file = settings.store_folder / "snapshots.duckdb"
    space.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS {SCHEMA}")
    return SCHEMA


def _commit(space: Workspace) -> None:
    """DuckDB writes to one attached file per transaction."""
    if space.engine is not POSTGRESQL:
        space.connection.commit()


def _close(space: Workspace) -> None:
    if space.engine is not POSTGRESQL:
        space.connection.commit()
        space.execute(f"DETACH {SCHEMA}")
