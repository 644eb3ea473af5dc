"""Small random warehouses, untidy on purpose, written to a file that both roads read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb

from metrics.demo.write import table_statements
from tests.proof import random_accounts, random_events
from tests.proof.random_values import Maker, Row, Shape

__all__ = ["Shape", "random_tables", "write_warehouse"]

_TABLES: tuple[Callable[[Maker], dict[str, list[Row]]], ...] = (
    random_accounts.people,
    random_accounts.fleet,
    random_accounts.subscriptions,
    random_accounts.stripe,
    random_events.taps,
    random_events.use,
    random_events.market,
)


def write_warehouse(path: Path, tables: Mapping[str, Iterable[Row]]) -> None:
    """A DuckDB file with all source tables, those named with rows; every column may be empty."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA raw")
        statements = table_statements()
        for statement in statements.values():
            connection.execute(statement.replace(" NOT NULL", ""))
        for name, rows in tables.items():
            if name not in statements:
                raise ValueError(f"there is no table {name}")
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                marks = ", ".join("?" * len(row))
                sql = f"INSERT INTO raw.{name} ({columns}) VALUES ({marks})"
                connection.execute(sql, list(row.values()))


def random_tables(shape: Shape) -> dict[str, list[Row]]:
    """The rows of a random warehouse by table."""
    maker = Maker(shape)
    tables = {name: rows for make in _TABLES for name, rows in make(maker).items()}
    for name in tables:
        if name in shape.empty:
            tables[name] = []
        elif shape.untidy:
            tables[name] += maker.some(tables[name], 0.06)
            maker.chance.shuffle(tables[name])
    return tables
