"""Fetches the warehouse's rows into a store that is another database.

Of each source only the columns that some query reads, by one SELECT on a server-side cursor in a
read-only transaction that sees all tables at one instant. They cross in batches of columns into
temporary tables of the store, cast to the types `sources.yml` declares; from there on a build is
the same as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlglot import exp

from metrics.build.workspace import Workspace
from metrics.engines.engine import DUCKDB, ENGINES
from metrics.engines.load import ARROW
from metrics.settings import Settings
from metrics.sources.guess import columns_read
from metrics.sources.model import Queries, Source
from metrics.sources.translate import projected
from metrics.sources.warehouse import ACCEPTED, Inspected, find, inspect_warehouse
from metrics.store.warehouse import open_warehouse

BATCH = 50_000  # rows held at once
NUMERIC = 1700  # PostgreSQL's number of its type numeric
DECIMAL = (38, 10)
SMALLEST, DIGITS = Decimal("1e-10"), Context(prec=DECIMAL[0])

OWN_TYPES: Mapping[str, Mapping[str, str]] = {
    "duckdb": {"json": "JSON", "decimal": "DECIMAL(38, 10)"},
    "postgresql": {"json": "JSONB", "decimal": "NUMERIC(38, 10)"},
}
"""Types that only columns on their way have."""

KINDS: Mapping[str, pa.DataType] = {
    **ARROW,
    "json": pa.string(),
    "decimal": pa.decimal128(*DECIMAL),
}


def fetch_sources(
    space: Workspace, settings: Settings, queries: Queries
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What the warehouse has, and by source the temporary table its rows are in.

    Raises WarehouseError or RightsError when it cannot be read.
    """
    tables = [source.table for source in queries.sources.values()]
    fetched: dict[str, str] = {}
    with open_warehouse(settings.warehouse, longest=0) as warehouse:
        inspected = inspect_warehouse(warehouse, tables)
        for name, read in columns_read(queries).items():
            source = queries.sources[name]
            columns = _usable(source, read, inspected)
            if columns:
                fetched[name] = f"stage_source_{name}"
                _fetch(warehouse, space, source, columns, inspected, fetched[name])
    return inspected, fetched


def _usable(source: Source, columns: frozenset[str], inspected: Inspected) -> list[str]:
    """Those columns that the contract will find."""
    tables = find(source.table, inspected)
    if len(tables) != 1:
        return []
    present = inspected[tables[0]]
    found = ((name, find(name, present)) for name in sorted(columns))
    return [
        name
        for name, physical in found
        if len(physical) == 1 and present[physical[0]] in ACCEPTED[source.columns[name]]
    ]


def _fetch(
    warehouse: sa.Connection,
    space: Workspace,
    source: Source,
    columns: list[str],
    inspected: Inspected,
    target: str,
) -> None:
    """One source into a temporary table of the store."""
    theirs = ENGINES[warehouse.dialect.name]
    inner = projected(source, frozenset(columns), inspected, None)
    outer = [
        _as_text(name) if source.columns[name] == "json" else _column(name) for name in columns
    ]
    select = exp.select(*outer).from_(inner.subquery("crossing"))
    sql = select.sql(theirs.sqlglot, identify=True).replace("%", theirs.percent)
    streaming = {"stream_results": True, "max_row_buffer": BATCH}
    result = warehouse.execution_options(**streaming).exec_driver_sql(sql)
    kinds = _kinds(source, columns, result.cursor.description if result.cursor else ())
    types = {**space.engine.types, **OWN_TYPES[space.engine.name]}
    listing = ", ".join(f'"{name}" {types[kind]}' for name, kind in kinds.items())
    space.execute(f'CREATE TEMPORARY TABLE "{target}" ({listing})')
    for batch in _batches(result, kinds):
        space.engine.load(space.connection, f'"{target}"', batch)
        if space.engine is DUCKDB:  # what is not committed lies in memory beyond the engine's limit
            space.connection.commit()
    space.tables[target] = space.reflect(target, keep=False)
    space.analyze(f'"{target}"')


def _column(name: str) -> exp.Expr:
    return exp.column(exp.to_identifier(name, quoted=True))


def _as_text(name: str) -> exp.Expr:
    return exp.alias_(exp.cast(_column(name), "text"), name, quoted=True)


def _kinds(source: Source, columns: list[str], description: Sequence[Any]) -> dict[str, str]:
    """Type of each column on its way; exact numbers stay exact."""
    found = {}
    for name, about in zip(columns, description, strict=True):
        declared = str(source.columns[name])
        is_exact = about[1] == NUMERIC or str(about[1]).upper().startswith("DECIMAL")
        found[name] = "decimal" if is_exact and declared == "number" else declared
    return found


def _batches(result: sa.CursorResult[Any], kinds: Mapping[str, str]) -> Iterator[pa.Table]:
    """Rows as columns, so many at a time."""
    schema = pa.schema([(name, KINDS[kind]) for name, kind in kinds.items()])
    for rows in result.partitions(BATCH):
        arrays = [
            pa.array([PREPARED.get(kind, _as_it_is)(value) for value in column], KINDS[kind])
            for column, kind in zip(zip(*rows, strict=True), kinds.values(), strict=True)
        ]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _as_it_is(value: Any) -> Any:
    return value


def _exact(value: Any) -> Decimal | None:
    """A number with the digits that cross; what is no number has no value."""
    if value is None or not Decimal(value).is_finite():
        return None
    return Decimal(value).quantize(SMALLEST, context=DIGITS)


PREPARED: Mapping[str, Callable[[Any], Any]] = {"decimal": _exact}
