"""Where the small companies of these tests lie: a DuckDB file, then PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(params=["duckdb", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The database of a test's warehouse; None for a DuckDB file in the test's folder."""
    if request.param == "duckdb":
        yield None
    else:
        yield request.getfixturevalue("pg_url")
