"""How the published tables lie in the database: comments, indexes, stable names, no harm done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from metrics.errors import StoreError
from metrics.models.columns import BUILD, columns_of
from metrics.models.spec import published_models
from metrics.store.views import show_models
from tests.models.conftest import Published


def comments(published: Published) -> dict[tuple[str, str], str]:
    """Comments of columns by table and column, as the database tells them."""
    sql = """
        SELECT table_name, column_name, comment FROM duckdb_columns()
        WHERE schema_name = 'metrics' AND comment IS NOT NULL
    """
    if published.engine == "postgresql":
        sql = """
            SELECT c.relname AS table_name, a.attname AS column_name,
                COL_DESCRIPTION(c.oid, a.attnum) AS comment
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'metrics'::regnamespace AND a.attnum > 0
                AND COL_DESCRIPTION(c.oid, a.attnum) IS NOT NULL
        """
    rows = published.read(sql.replace(":regnamespace", "\\:regnamespace").replace("::", "\\:\\:"))
    return {(row.table_name, row.column_name): row.comment for row in rows.itertuples()}


def test_every_column_is_described_in_the_database(published: Published) -> None:
    catalog = published.layer.catalog
    wanted = {
        (name, column.name): column.description
        for name, spec in published_models().items()
        for column in (*columns_of(spec, catalog), BUILD)
    }
    assert comments(published) == wanted


def test_every_row_names_its_build(published: Published) -> None:
    with published.layer.hold() as pinned:
        build = pinned.build
    for name, rows in build.models.items():
        table = published.read(f"SELECT build_id, COUNT(*) AS n FROM metrics.{name} GROUP BY 1")
        assert table.values.tolist() == ([[build.id, rows]] if rows else []), name


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("metrics_unified_domains", "metric_name = 'win_rate' AND domain = 'sales'"),
        ("metrics_unified_domains", "entity_id = 'acc_00001' AND metric_name = 'total_mrr'"),
        ("metrics_api", "metric_name = 'win_rate'"),
        ("metrics_customer_success", "customer_id = 'acc_00001'"),
        ("metrics_customer_success", "metric_date = DATE '2026-11-12'"),
        ("metrics_revenue", "customer_id = 'acc_00001'"),
        ("metrics_company_overview", "metric_name = 'total_mrr'"),
    ],
)
def test_look_ups_use_an_index(published: Published, table: str, condition: str) -> None:
    if published.engine == "duckdb":
        # DuckDB reads such a table faster than it would follow an index; rows lie by day.
        found = published.read("SELECT index_name FROM duckdb_indexes()")
        assert found.empty
        return
    plan = published.read(f"EXPLAIN SELECT * FROM metrics.{table} WHERE {condition}")
    text = "\n".join(plan.iloc[:, 0])
    assert re.search(rf"Index Scan.* on {table}", text), text


def made_build(connection: sa.Connection, build: str, columns: str) -> None:
    connection.exec_driver_sql(f'CREATE SCHEMA "mb_{build}"')
    connection.exec_driver_sql(f'CREATE TABLE "mb_{build}".metrics_x AS SELECT {columns}')


@pytest.fixture
def database(pg_url: str) -> Iterator[sa.Connection]:
    """A database with two builds of one table, of which the first is shown."""
    engine = sa.create_engine(pg_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA metrics")
        made_build(connection, OLD, "1 AS a, 2 AS b")
        made_build(connection, NEW, "3 AS b, 4 AS c")
        show_models(connection, OLD, ["metrics_x"])
        connection.commit()
        yield connection
    engine.dispose()


OLD, NEW = "20261101000000000000", "20261102000000000000"


@pytest.mark.postgres
def test_a_name_goes_on_when_its_columns_change(database: sa.Connection) -> None:
    read = "SELECT * FROM metrics.metrics_x"
    assert dict(database.exec_driver_sql(read).one()._mapping) == {"a": 1, "b": 2}
    show_models(database, NEW, ["metrics_x"])
    assert dict(database.exec_driver_sql(read).one()._mapping) == {"b": 3, "c": 4}


@pytest.mark.postgres
def test_what_rests_on_a_name_is_not_dropped(database: sa.Connection) -> None:
    database.exec_driver_sql("CREATE VIEW public.mine AS SELECT a FROM metrics.metrics_x")
    database.commit()
    with pytest.raises(StoreError, match="rests on the view"):
        show_models(database, NEW, ["metrics_x"])
    database.rollback()
    assert database.exec_driver_sql("SELECT a FROM public.mine").scalar_one() == 1


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["TABLE", "VIEW"])
def test_something_else_of_that_name_is_left_as_it_is(database: sa.Connection, kind: str) -> None:
    database.exec_driver_sql(f"CREATE {kind} metrics.metrics_y AS SELECT 5 AS mine")
    database.exec_driver_sql(f'CREATE TABLE "mb_{NEW}".metrics_y AS SELECT 6 AS ours')
    database.commit()
    with pytest.raises(StoreError, match=r"something else called metrics\.metrics_y"):
        show_models(database, NEW, ["metrics_y"])
    database.rollback()
    assert database.exec_driver_sql("SELECT mine FROM metrics.metrics_y").scalar_one() == 5
