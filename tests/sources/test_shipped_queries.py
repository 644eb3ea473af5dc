"""The shipped `queries/` as a whole: they translate, agree on both engines, keep their promises."""

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from metrics.demo.write import table_statements
from metrics.sources.contract import check
from metrics.sources.model import Queries
from metrics.sources.translate import physical_sql
from tests.sources.warehouses import Rows, run_queries


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_every_file_translates(queries: Queries, dialect: str) -> None:
    whole = {source.table: dict(source.columns) for source in queries.sources.values()}
    tables = {name: name.replace(".", "_") for name, _ in queries.named()}
    for _, query in queries.named():
        for file in query.files:
            assert physical_sql(file, queries, dialect, tables, whole)


def on_the_demo(queries: Queries) -> set[str]:
    """Entities and facts that need no table the demo leaves out."""
    tables = {f"raw.{name}" for name in table_statements()}
    there = {
        one.table: dict(one.columns) for one in queries.sources.values() if one.table in tables
    }
    return set(check(queries, there).possible)


def comparable(rows: Rows) -> Counter[tuple[object, ...]]:
    return Counter(
        tuple(round(value, 6) if isinstance(value, float) else value for value in row)
        for row in rows
    )


def lacks_a_table(queries: Queries, name: str) -> bool:
    """Whether a query needs a table that the demo leaves out on purpose."""
    reads = queries.reads[queries.query(name).files[0].path]
    tables = {queries.sources[source].table for source in reads.sources}
    return not tables <= {f"raw.{name}" for name in table_statements()} or any(
        lacks_a_table(queries, other) for other in reads.queries
    )


def test_both_engines_give_the_same_rows(
    queries: Queries, demo_duckdb: sa.Engine, demo_postgres: sa.Engine
) -> None:
    with demo_duckdb.connect() as here, demo_postgres.connect() as there:
        there.exec_driver_sql("SET TimeZone = 'Asia/Kathmandu'")
        ours = run_queries(here, queries)
        theirs = run_queries(there, queries)
        here.rollback()
    assert set(ours) == on_the_demo(queries), "the demo has every source but those of placeholders"
    for name, rows in ours.items():
        assert rows, name
        assert comparable(rows) == comparable(theirs[name]), name


@pytest.fixture(scope="module")
def demo_rows(queries: Queries, demo_duckdb: sa.Engine) -> Iterator[dict[str, Rows]]:
    with demo_duckdb.connect() as connection:
        yield run_queries(connection, queries)
        connection.rollback()


def test_the_demo_keeps_the_promises_of_the_schema(
    queries: Queries, demo_rows: dict[str, Rows]
) -> None:
    """Accepted values, not null and positive hold on clean and dirty demo rows alike."""
    for name, fact in queries.facts.items():
        if f"fact.{name}" not in demo_rows:
            continue
        columns = list(fact.columns)
        for test in fact.tests:
            values = [row[columns.index(test.column)] for row in demo_rows[f"fact.{name}"]]
            if test.kind == "accepted":
                assert {value for value in values if value is not None} <= set(test.values), name
            elif test.kind == "not_null":
                assert None not in values, name
            else:
                assert min(values) > 0, name


def test_nothing_is_possible_on_an_empty_warehouse(queries: Queries) -> None:
    contract = check(queries, {})
    assert set(contract.possible) == {"entity.stages"}, "which reads no table"
    assert all(contract.missing(name) for name in contract.answers if name != "entity.stages")
