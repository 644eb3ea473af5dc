"""Raw tables as lists of plain rows: lower-case names, None for everything that is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

Row = dict[str, Any]


def load_tables(path: Path | str, *only: str) -> dict[str, pd.DataFrame]:
    """Every table of the schema `raw` of a DuckDB file, or some, by name, with Python values.

    The targets may lie in a small file beside it.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw'"
        ).fetchall()
        tables = {name: _frame(connection, name) for (name,) in names if name in only or not only}
    targets = Path(path).with_suffix(".targets.yml")
    if "targets" not in tables and targets.exists() and not only:
        rows = yaml.safe_load(targets.read_text(encoding="utf-8"))["targets"]
        tables["targets"] = pd.DataFrame(rows, dtype=object)
    return tables


def _frame(connection: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    cursor = connection.execute(f'SELECT * FROM raw."{name}"')
    columns = [column[0] for column in cursor.description]
    return pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)


class Raw:
    """The tables of a warehouse; a table that is not there has no rows."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self._tables = tables

    def has(self, name: str) -> bool:
        """Whether there is a table, with rows or without."""
        return name in self._tables

    def rows(self, name: str) -> list[Row]:
        """The rows of a table as dictionaries."""
        if name not in self._tables:
            return []
        frame = self._tables[name]
        names = [str(column).lower() for column in frame.columns]
        return [
            dict(zip(names, map(clean, values), strict=True))
            for values in frame.itertuples(index=False, name=None)
        ]


def clean(value: Any) -> Any:
    """None for NaN and NaT; other values as they are."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return value


def read_json(value: Any) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def read_instant(text: str | None) -> datetime | None:
    """An ISO instant inside JSON as the warehouse writes instants: UTC without a zone."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def lower(value: str | None) -> str | None:
    """Lower case, None stays None."""
    return None if value is None else value.lower()


def money(amount: Any) -> Decimal | None:
    """An exact amount with four decimals."""
    if amount is None:
        return None
    exact = Fraction(amount) if not isinstance(amount, float) else Fraction(str(amount))
    scaled = Decimal(exact.numerator * 10_000) / Decimal(exact.denominator)
    return scaled.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-4)


def cents(amount: Any) -> Decimal | None:
    """An amount told in cents."""
    return None if amount is None else money(Fraction(amount) / 100)


def number(value: Any) -> float | None:
    """A number as a float."""
    return None if value is None else float(value)


def first_not_none(*values: Any) -> Any:
    """The first value that is there."""
    return next((value for value in values if value is not None), None)


def as_text(value: Any) -> str:
    """How a value is written when rows are put in order by their text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def one_per_key(
    rows: Iterable[Row], keys: tuple[str, ...], first_by: str | None = None
) -> list[Row]:
    """Of rows with equal keys the earliest, then the smallest by all its values as text."""

    def place(row: Row) -> tuple[Any, ...]:
        texts = tuple((v is None, "" if v is None else as_text(v)) for v in row.values())
        return (row[first_by], texts) if first_by else (texts,)

    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        if key not in kept or place(row) < place(kept[key]):
            kept[key] = row
    return list(kept.values())
