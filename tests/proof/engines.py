"""A warehouse on each engine: the file itself, and its tables once more in a PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from tests.support.postgres import new_database, plain

ENGINES = ("duckdb", "postgresql")
TYPES = {"DOUBLE": "DOUBLE PRECISION", "JSON": "JSONB", "VARCHAR": "TEXT"}
"""Types of a DuckDB file that PostgreSQL calls otherwise."""


@contextmanager
def on_engine(engine: str, path: Path, server: str | None) -> Iterator[str]:
    """The URL of a warehouse file, or of a new database with its tables that goes afterwards."""
    if engine == "duckdb":
        yield f"duckdb:///{path}"
        return
    assert server is not None
    with new_database(server) as url:
        copy_tables(path, url)
        yield url


def copy_tables(path: Path, url: str) -> None:
    """Every table of the schema `raw` of a DuckDB file, into a database that has none yet."""
    with (
        duckdb.connect(str(path), read_only=True) as source,
        psycopg.connect(plain(url)) as target,
        tempfile.TemporaryDirectory() as folder,
    ):
        target.execute("CREATE SCHEMA raw")
        for table, columns in _columns(source).items():
            written = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind in columns)
            target.execute(f'CREATE TABLE raw."{table}" ({written})'.encode())
            file = Path(folder) / "table.csv"
            source.execute(f"COPY raw.\"{table}\" TO '{file}' (FORMAT csv, HEADER false)")
            with target.cursor().copy(f'COPY raw."{table}" FROM STDIN (FORMAT csv)'.encode()) as to:
                to.write(file.read_bytes())


def _columns(source: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Names and types of columns by table, in their order."""
    tables: dict[str, list[tuple[str, str]]] = {}
    rows = source.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'raw' ORDER BY table_name, ordinal_position"
    ).fetchall()
    for table, column, kind in rows:
        tables.setdefault(table, []).append((column, kind))
    return tables
