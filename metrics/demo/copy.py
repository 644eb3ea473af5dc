"""The demo warehouse in PostgreSQL: the same tables, columns and rows as the DuckDB file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

import duckdb
import psycopg
from sqlalchemy import Engine, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from metrics.demo.write import table_statements
from metrics.errors import WarehouseError

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


def copy_to_new_database(duckdb_path: Path, url: str) -> dict[str, int]:
    """Copy the demo warehouse to a database that has no schema `raw`; returns rows by table.

    Raises WarehouseError where there is one, since its tables are somebody's, or where the server
    cannot be reached or written.
    """
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if inspect(connection).has_schema("raw"):
                raise WarehouseError(
                    "The database has a schema 'raw' already; it was left as it is.",
                    "Copy to an empty database.",
                )
        return copy_to_postgresql(duckdb_path, engine)
    except DBAPIError as error:
        raise WarehouseError(
            f"The demo warehouse cannot be copied: {str(error.orig).strip().splitlines()[0]}.",
            "Give the URL of an empty database you may create a schema in.",
        ) from error
    finally:
        engine.dispose()


def _load(driver: psycopg.Connection[tuple[object, ...]], table: str, file: Path) -> int:
    with driver.cursor() as cursor:
        with (
            cursor.copy(f"COPY raw.{table} FROM STDIN (FORMAT csv)") as copy,
            file.open("rb") as stream,
        ):
            while block := stream.read(BLOCK_BYTES):
                copy.write(block)
        return cursor.rowcount
