"""The DuckDB file being written: columns in, rows of the source tables out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

Columns = Mapping[str, Any]

# A commit per batch is slow, a single one at the end keeps every row in memory.
ROWS_A_COMMIT = 1_000_000

_SCHEMA = Path(__file__).with_name("schema.sql")


def table_statements() -> dict[str, str]:
    """The CREATE TABLE statement of every source table, by bare table name."""
    statements = re.findall(
        r"(CREATE TABLE raw\.(\w+) .*?;)", _SCHEMA.read_text(encoding="utf-8"), re.DOTALL
    )
    return {name: statement for statement, name in statements}


class Warehouse:
    """Writes tables of the schema `raw`; a context manager that owns the connection."""

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, int] = {}
        self._pending = 0
        self._connection = duckdb.connect(str(path))
        self._connection.execute("BEGIN")
        self._connection.execute("CREATE SCHEMA raw")
        for name, statement in table_statements().items():
            self._connection.execute(statement)
            self.rows[name] = 0

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._connection.execute("COMMIT")
        self._connection.close()

    def put(self, table: str, columns: Columns, **expressions: str) -> None:
        """Append rows: arrays of one length by column name, plus columns computed in SQL.

        Names that start with an underscore are only inputs of the expressions, which is how JSON
        and text keys are made: DuckDB formats them far faster than Python does.
        """
        batch = pa.table({name: as_arrow(values) for name, values in columns.items()})
        plain = [f'"{name}"' for name in columns if not name.startswith("_")]
        computed = [f'{sql} AS "{name}"' for name, sql in expressions.items()]
        self._connection.register("batch", batch)
        self._connection.execute(
            f"INSERT INTO raw.{table} BY NAME SELECT {', '.join(plain + computed)} FROM batch"
        )
        self._connection.unregister("batch")
        self.rows[table] += batch.num_rows
        self._pending += batch.num_rows
        if self._pending > ROWS_A_COMMIT:
            self._connection.execute("COMMIT; BEGIN")
            self._pending = 0

    def execute(self, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run one statement against the tables written so far."""
        self._connection.execute(statement, parameters)

    def count_rows(self) -> dict[str, int]:
        """Rows of every table as they are now in the file."""
        for name in self.rows:
            found = self._connection.execute(f"SELECT count(*) FROM raw.{name}").fetchone()
            self.rows[name] = found[0] if found else 0
        return self.rows


def as_arrow(values: Any) -> pa.Array:
    """One column; NaT, NaN and None become null."""
    if isinstance(values, pa.Array):
        return values
    return pa.array(values, from_pandas=True)


def pick(codes: np.ndarray, choices: Sequence[str]) -> pa.Array:
    """A text column as codes (0-based) into `choices`: no Python string per row."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(choices))


def dates(days: np.ndarray) -> np.ndarray:
    """Days since 1970 as dates; negative infinity or NaN becomes null."""
    days = np.asarray(days, dtype=float)
    known = np.isfinite(days)
    result = np.where(known, days, 0).astype(np.int64).astype("datetime64[D]")
    result[~known] = np.datetime64("NaT")
    return result


def instants(seconds: np.ndarray) -> np.ndarray:
    """Seconds since 1970 as instants; NaN becomes null."""
    seconds = np.asarray(seconds)
    if seconds.dtype.kind != "f":
        return seconds.astype("datetime64[s]")
    known = np.isfinite(seconds)
    result = np.where(known, seconds, 0).astype(np.int64).astype("datetime64[s]")
    result[~known] = np.datetime64("NaT")
    return result
