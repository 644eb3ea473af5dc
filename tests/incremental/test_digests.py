"""A digest of a day tells apart whatever a number could rest on, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from metrics.engines.functions import rows_digest

ENGINES = ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
Rows = list[tuple[Any, ...]]


@pytest.fixture(params=ENGINES)
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    url = "duckdb:///:memory:"
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def digest(connection: sa.Connection, rows: Rows) -> str:
    """The digest of rows of a text, a whole number and a number, the last as money too."""
    columns = sa.column("t", sa.Text), sa.column("i", sa.BigInteger), sa.column("x", sa.Double)
    values = sa.values(*columns, name="v").data(rows)
    cast: list[Any] = [sa.cast(column, column.type) for column in values.c]
    cast.append(sa.cast(values.c.x, sa.Numeric(18, 4)))
    found = connection.execute(sa.select(rows_digest(*cast)).select_from(values)).scalar_one()
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([(None, 1, 1.0)], [("", 1, 1.0)]),
        ([("a", None, 1.0)], [("a", 0, 1.0)]),
        ([("a", 1, None)], [("a", 1, 0.0)]),
        ([(None, None, None)], [("", 0, 0.0)]),
        ([("a", 1, 1.0)], [("a", 1, 1.0), ("a", 1, 1.0)]),
        ([("a", 1, 1.0), ("b", 2, 1.0)], [("a", 2, 1.0), ("b", 1, 1.0)]),
        ([("a", 1, 1.0), ("b", 1, 2.0)], [("a", 1, 2.0), ("b", 1, 1.0)]),
        ([("a", 1, 2.0)], [("a", 2, 1.0)]),
        ([("a", 1, 0.1)], [("a", 1, 0.10000000000000002)]),
    ],
)
def test_digests_differ(connection: sa.Connection, one: Rows, other: Rows) -> None:
    assert digest(connection, one) != digest(connection, other)


def test_no_money_is_not_zero_money(connection: sa.Connection) -> None:
    amounts = [sa.cast(amount, sa.Numeric(18, 4)) for amount in (sa.null(), sa.literal(0))]
    none, zero = (
        connection.execute(sa.select(rows_digest(amount))).scalar_one() for amount in amounts
    )
    assert none != zero


def test_the_order_of_rows_does_not_matter(connection: sa.Connection) -> None:
    rows: Rows = [("a", n, n / 3) for n in range(50)]
    assert digest(connection, rows) == digest(connection, rows[::-1])
