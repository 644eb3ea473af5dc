"""Metrics the demo warehouse lacks the data for, with small tables that bring them to life.

company.yml   tables the demo has as well, the last day
others        tables of their own; `metrics` with the right number (of May unless they say
              otherwise), worked out by hand; `without` the column to drop of each table
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.proof.warehouses import write_warehouse

FOLDER = Path(__file__).parents[1] / "data/placeholders"
MAY = date(2026, 5, 1)


@dataclass(frozen=True)
class Expected:
    """The right number of a metric from `start` to the last day."""

    metric: str
    start: date
    value: float


@dataclass(frozen=True)
class Placeholders:
    """All cases together: one warehouse, one number a metric, one column a table to drop."""

    last_day: date
    tables: dict[str, list[dict[str, Any]]]
    expected: tuple[Expected, ...]
    without: dict[str, str]

    def write(self, path: Path) -> None:
        """A DuckDB file with all tables."""
        write_warehouse(path, self.tables)

    def drop_columns(self, path: Path) -> None:
        """The same file after each table of the placeholders lost a column."""
        with duckdb.connect(str(path)) as connection:
            for statement in self.drops():
                connection.execute(statement)

    def drops(self) -> list[str]:
        """The statements that take a column from each table."""
        return [
            f'ALTER TABLE raw."{table}" DROP COLUMN "{column}"'
            for table, column in self.without.items()
        ]


def read_placeholders() -> Placeholders:
    """Every file of the folder as one."""
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yml"))
    ]
    tables: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        for name, table in file["tables"].items():
            assert name not in tables, f"{name} is written twice"
            tables[name] = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return Placeholders(
        last_day=next(file["last_day"] for file in files if "last_day" in file),
        tables=tables,
        expected=tuple(
            _expected(metric, told)
            for file in files
            for metric, told in file.get("metrics", {}).items()
        ),
        without={
            table: column for file in files for table, column in file.get("without", {}).items()
        },
    )


def _expected(metric: str, told: Any) -> Expected:
    if isinstance(told, dict):
        return Expected(metric, told["start"], told["value"])
    return Expected(metric, MAY, told)
