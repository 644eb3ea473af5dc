"""Columns of a result are the values of the database, on both engines."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from metrics.engines.engine import ENGINES

ROWS = """
    SELECT * FROM (VALUES
        (1, 'a', CAST(1.5 AS NUMERIC(18, 4)), CAST(2.5 AS DOUBLE PRECISION), DATE '2026-11-01'),
        (2, NULL, NULL, NULL, NULL),
        (3, '?', CAST(-2 AS NUMERIC(18, 4)), CAST(0 AS DOUBLE PRECISION), DATE '2026-11-02')
    ) AS v (id, name, money, number, day)
"""


@pytest.mark.parametrize("name", ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("rows", [3, 0])
def test_nothing_stays_nothing(name: str, rows: int, request: pytest.FixtureRequest) -> None:
    url = "duckdb:///:memory:" if name == "duckdb" else request.getfixturevalue("pg_url")
    database = sa.create_engine(url)
    with database.connect() as connection:
        found = ENGINES[name].fetch(connection.execute(sa.text(f"{ROWS} ORDER BY id LIMIT {rows}")))
    database.dispose()
    assert list(found) == ["id", "name", "money", "number", "day"]
    assert list(found["name"]) == ["a", None, "?"][:rows]
    assert found["id"].tolist() == [1, 2, 3][:rows]
    for column, wanted in (("money", [1.5, np.nan, -2]), ("number", [2.5, np.nan, 0])):
        np.testing.assert_array_equal(found[column].astype(float), wanted[:rows])
