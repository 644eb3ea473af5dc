"""Columnar batches into tables, the quickest way each engine has."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa

ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
}
"""How columns of a declared type lie in a batch."""
AT_ONCE = 50_000
"""Rows written out as text at a time."""


def load_duckdb(connection: sa.Connection, table: str, batch: pa.Table) -> None:
    """Insert a batch from memory; columns go by position."""
    own: Any = connection.connection.driver_connection
    own.register("batch", batch)
    try:
        connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608
    finally:
        own.unregister("batch")


def load_postgresql(connection: sa.Connection, table: str, batch: pa.Table) -> None:
    """COPY a batch as text, in which an empty string is quoted and no value is nothing."""
    own: Any = connection.connection.driver_connection
    listed = ", ".join(f'"{name}"' for name in batch.column_names)
    with (
        own.cursor() as cursor,
        cursor.copy(f"COPY {table} ({listed}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for piece in batch.to_batches(max_chunksize=AT_ONCE):
            text = io.BytesIO()
            pyarrow.csv.write_csv(piece, text, pyarrow.csv.WriteOptions(include_header=False))
            copy.write(text.getvalue())
