"""Runs one checked SELECT on the published models of the current build, within limits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice

import pandas as pd
import sqlalchemy as sa

from metrics.engines.engine import DUCKDB
from metrics.errors import NothingBuiltError, QueryError
from metrics.published.guard import SCHEMA, guarded
from metrics.settings import Settings
from metrics.store.base import Lease
from metrics.store.embedded import EmbeddedStore
from metrics.store.open import open_store

MODELS = sa.text(
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = :schema AND table_name LIKE 'metrics!_%' ESCAPE '!'"
)
SESSION = (
    "SET TRANSACTION READ ONLY",
    "SET LOCAL search_path = pg_catalog",
    "SET LOCAL standard_conforming_strings = on",
)
CANCELLED = "57014"


@dataclass(frozen=True)
class SqlAnswer:
    """Rows of one build; `is_cut` when there were more than the limit."""

    frame: pd.DataFrame
    build_id: str
    is_cut: bool


def ask_models(
    settings: Settings, text: str, limit: int = 10_000, seconds: float = 30.0
) -> SqlAnswer:
    """The rows of one SELECT.

    Raises RefusedSqlError, QueryError for one that the engine cannot run or that takes too long,
    NothingBuiltError without models.
    """
    with closing(open_store(settings)) as store, store.lease() as lease:
        with lease.connect() as connection:
            tables = list(connection.execute(MODELS, {"schema": SCHEMA}).scalars())
        if not tables:
            raise NothingBuiltError(
                "The current build has no published models.", "Run `metrics build`."
            )
        statement = guarded(text, lease.engine.sqlglot, tables)
        with lease.connect() as connection, _limited(connection, lease, seconds):
            result = connection.execution_options(stream_results=True).exec_driver_sql(
                statement.replace("%", lease.engine.percent)
            )
            names = list(result.keys())
            rows = [tuple(row) for row in islice(result, limit + 1)]
            result.close()
    if again := {name for name in names if names.count(name) > 1}:
        raise QueryError(f"Two columns are called '{min(again)}'.", "Name them apart with AS.")
    frame = pd.DataFrame(rows[:limit], columns=names, dtype=object)
    return SqlAnswer(frame, lease.info.id, len(rows) > limit)


def place_of(settings: Settings) -> str:
    """Where other programs find the models: a file, or a schema of the warehouse's database."""
    with closing(open_store(settings)) as store, store.lease() as lease:
        if isinstance(store, EmbeddedStore):
            return str(store.folder / f"build-{lease.info.id}.duckdb")
        return SCHEMA


@contextmanager
def _limited(connection: sa.Connection, lease: Lease, seconds: float) -> Iterator[None]:
    """A time limit, and a session that can only read; errors of the engine in its own words."""
    is_late = threading.Event()
    timer = None
    if lease.engine is DUCKDB:
        driver = connection.connection.driver_connection

        def stop() -> None:
            is_late.set()
            driver.interrupt()  # type: ignore[union-attr]

        timer = threading.Timer(seconds, stop)
        timer.start()
    else:
        for setting in (*SESSION, f"SET LOCAL statement_timeout = {int(seconds * 1000)}"):
            connection.exec_driver_sql(setting)
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_late.is_set() or getattr(error.orig, "sqlstate", "") == CANCELLED:
            raise QueryError(
                f"The SQL took longer than {seconds:g} s and was stopped.", "Ask for less at once."
            ) from error
        if error.connection_invalidated:
            raise
        said = str(error.orig).strip().partition("\n")[0]
        raise QueryError(f"The SQL cannot be run: {said}") from error
    finally:
        if timer is not None:
            timer.cancel()
