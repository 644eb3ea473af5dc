"""The demo warehouse in PostgreSQL: the same tables, columns and rows as the DuckDB file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

import duckdb
import psycopg
from sqlalchemy import Engine, text

from metrics.demo.write import table_statements

BLOCK_BYTES = 1 << 20


def copy_to_postgresql(duckdb_path: Path, engine: Engine) -> dict[str, int]:
    """Copy all tables of `raw` to a schema `raw` that is made anew; returns rows by table.

    Everything happens in one transaction: a reader sees the old tables or all of the new ones.
    """
    rows = {}
    with (
        duckdb.connect(str(duckdb_path), read_only=True) as source,
        engine.begin() as target,
        tempfile.TemporaryDirectory() as folder,
    ):
        target.execute(text("DROP SCHEMA IF EXISTS raw CASCADE"))
        target.execute(text("CREATE SCHEMA raw"))
        driver = cast("psycopg.Connection[tuple[object, ...]]", target.connection.driver_connection)
        for table, statement in table_statements().items():
            target.exec_driver_sql(statement.replace(" JSON", " JSONB"))
            file = Path(folder) / "table.csv"
            source.execute(f"COPY raw.{table} TO '{file}' (FORMAT csv, HEADER false)")
            rows[table] = _load(driver, table, file)
    return rows


def _load(driver: psycopg.Connection[tuple[object, ...]], table: str, file: Path) -> int:
    with driver.cursor() as cursor:
        with (
            cursor.copy(f"COPY raw.{table} FROM STDIN (FORMAT csv)") as copy,
            file.open("rb") as stream,
        ):
            while block := stream.read(BLOCK_BYTES):
                copy.write(block)
        return cursor.rowcount
