"""One value of a query."""

from __future__ import annotations

import duckdb


def one(raw: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = raw.execute(sql).fetchone()
    assert row is not None
    return row[0]


def number(raw: duckdb.DuckDBPyConnection, sql: str) -> float:
    value = one(raw, sql)
    assert value is not None
    return float(str(value))
