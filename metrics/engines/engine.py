"""Engines as a table of differences: type names, sqlglot's name, how a table is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from metrics.engines.fetch import Column, fetch_duckdb, fetch_rows
from metrics.engines.load import load_duckdb, load_postgresql
from metrics.errors import WarehouseError


@dataclass(frozen=True)
class Engine:
    """One engine.

    name       SQLAlchemy's name of the dialect.
    sqlglot    sqlglot's name of it, for the files of `queries/`.
    types      how the declared column types are written in a cast.
    analyze    statement that refreshes planner statistics of a new table, if it needs one.
    percent    how its driver wants a percent sign written in SQL without parameters.
    dialect    compiles expressions for it.
    indexes    whether look-ups in a table become faster by one; a column store reads its zones.
    fetch      reads the rows of a result as columns.
    load       adds a columnar batch to a table.
    """

    name: str
    sqlglot: str
    types: Mapping[str, str]
    analyze: str | None
    percent: str
    dialect: Callable[[], Any]
    indexes: bool
    fetch: Callable[[sa.CursorResult[Any]], dict[str, Column]]
    load: Callable[[sa.Connection, str, pa.Table], None]

    def literal(self, statement: Any) -> str:
        """SQL text of a statement with its values written in, for CREATE TABLE AS."""
        compiled = statement.compile(dialect=self.dialect(), compile_kwargs={"literal_binds": True})
        return str(compiled)


def _duckdb_dialect() -> Any:
    from duckdb_sqlalchemy import Dialect

    return Dialect(paramstyle="named")


def _postgresql_dialect() -> Any:
    return postgresql.dialect(paramstyle="named")


DUCKDB = Engine(
    name="duckdb",
    sqlglot="duckdb",
    types={
        "text": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "money": "DECIMAL(18, 4)",
        "share": "DOUBLE",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "instant": "TIMESTAMP",
    },
    analyze=None,
    percent="%",
    dialect=_duckdb_dialect,
    indexes=False,
    fetch=fetch_duckdb,
    load=load_duckdb,
)
POSTGRESQL = Engine(
    name="postgresql",
    sqlglot="postgres",
    types={
        "text": "TEXT",
        "integer": "BIGINT",
        "number": "DOUBLE PRECISION",
        "money": "NUMERIC(18, 4)",
        "share": "DOUBLE PRECISION",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "instant": "TIMESTAMP",
    },
    analyze="ANALYZE {table}",
    percent="%%",
    dialect=_postgresql_dialect,
    indexes=True,
    fetch=fetch_rows,
    load=load_postgresql,
)
ENGINES = {engine.name: engine for engine in (DUCKDB, POSTGRESQL)}


def engine_of(url: str) -> Engine:
    """The engine of a SQLAlchemy URL; WarehouseError when there is none."""
    backend = sa.make_url(url).get_backend_name()
    if backend not in ENGINES:
        raise WarehouseError(
            f"There is no engine '{backend}'.", f"Use one of {', '.join(ENGINES)}."
        )
    return ENGINES[backend]


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
