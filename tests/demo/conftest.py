"""A tiny demo warehouse, written once and open for reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from metrics.demo import DemoSummary, write_demo

END = date(2025, 6, 30)


@pytest.fixture(scope="session")
def summary(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo") / "tiny.duckdb", "tiny", end_date=END)


@pytest.fixture(scope="session")
def raw(summary: DemoSummary) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(summary.path), read_only=True) as connection:
        connection.execute("USE raw")
        yield connection
