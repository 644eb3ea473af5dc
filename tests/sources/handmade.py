"""Hand-made sources in, rows of one entity or fact out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.sources.warehouses import make_source, run_queries

Tables = Mapping[str, Sequence[Mapping[str, object]]]


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rows_of(
    connection: sa.Connection, queries: Queries, name: str, tables: Tables
) -> list[dict[str, Any]]:
    """Rows of one entity or fact over hand-made sources, as dictionaries in order of the key."""
    for source, rows in tables.items():
        make_source(connection, queries, source, rows)
    columns = list(queries.query(name).columns)
    found = run_queries(connection, queries, {name})[name]
    return [dict(zip(columns, row, strict=True)) for row in sorted(found, key=str)]


def picked(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]
