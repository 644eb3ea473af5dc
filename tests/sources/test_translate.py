"""One PostgreSQL file, two engines, any warehouse: names, types and text inside JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from metrics.errors import WarehouseError
from metrics.sources.lineage import check_file
from metrics.sources.model import Queries, Source, SqlFile
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import inspect_warehouse
from tests.sources.warehouses import Rows, duckdb_engine, make_table

THINGS = Source(
    name="things",
    table="raw.things",
    system="web",
    columns={
        "id": "text",
        "n": "integer",
        "x": "number",
        "day": "date",
        "at": "instant",
        "doc": "json",
    },
)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection whose session lives in a zone of its own; nothing is left behind."""
    if request.param == "duckdb":
        engine = duckdb_engine()
    else:
        engine = sa.create_engine(request.getfixturevalue("pg_module_url"))
    with engine.connect() as connection:
        connection.exec_driver_sql("SET TimeZone = 'Asia/Kathmandu'")
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture(autouse=True)
def one_test_alone(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "connection" in request.fixturenames:
        request.getfixturevalue("connection").rollback()


def prepared(sql: str, columns: set[str]) -> tuple[SqlFile, Queries]:
    """A file and queries that know just its source."""
    file = SqlFile("f", "facts/f.sql", sql)
    queries = Queries({"things": THINGS}, {}, {})
    return file, replace(queries, reads={file.path: check_file(file, frozenset(columns), queries)})


def answer(connection: sa.Connection, sql: str, columns: set[str]) -> Rows:
    file, queries = prepared(sql, columns)
    inspected = inspect_warehouse(connection, [THINGS.table])
    dialect = {"duckdb": "duckdb", "postgresql": "postgres"}[connection.dialect.name]
    text = physical_sql(file, queries, dialect, {}, inspected)
    return [tuple(row) for row in connection.exec_driver_sql(text)]


def flat(sql: str) -> str:
    return re.sub(r"\s+", " ", sql)


@pytest.mark.parametrize(("dialect", "big"), [("duckdb", "BIGINT"), ("postgres", "BIGINT")])
def test_sources_become_projections(dialect: str, big: str) -> None:
    file, queries = prepared("SELECT t.ID, N AS twice FROM source.things t", {"id", "twice"})
    inspected = {"RAW.Things": {"ID": "text", "N": "number", "other": "text"}}
    sql = flat(physical_sql(file, queries, dialect, {}, inspected))
    assert sql == (
        'SELECT "t"."id", "n" AS "twice" FROM '
        f'( SELECT "ID" AS "id", CAST("N" AS {big}) AS "n" FROM "RAW"."Things" ) AS "t"'
    )


def test_a_source_keeps_its_name_and_may_live_in_a_catalog() -> None:
    file, queries = prepared("SELECT things.id FROM source.things WHERE n > 0", {"id"})
    inspected = {"raw.things": {"id": "text", "n": "integer"}}
    sql = flat(physical_sql(file, queries, "duckdb", {}, inspected, catalog="warehouse"))
    assert 'FROM "warehouse"."raw"."things" ) AS "things"' in sql


def test_entities_and_facts_become_staged_tables(queries: Queries) -> None:
    file = queries.entities["customers"].files[0]
    inspected = {"raw.app_database_accounts": dict(queries.sources["accounts"].columns)}
    tables = {"entity.locations": "build_7.Entity_Locations"}
    sql = flat(physical_sql(file, queries, "postgres", tables, inspected))
    assert 'FROM "build_7"."Entity_Locations" AS "locations"' in sql
    assert "source" not in sql
    assert "--" not in sql
    assert "/*" not in sql


def test_what_is_not_there_is_an_error() -> None:
    file, queries = prepared("SELECT id FROM source.things", {"id"})
    with pytest.raises(WarehouseError, match=r"no raw\.things"):
        physical_sql(file, queries, "duckdb", {}, {})
    with pytest.raises(WarehouseError, match=r"no raw\.things\.id"):
        physical_sql(file, queries, "duckdb", {}, {"raw.things": {"a": "text"}})
    with pytest.raises(WarehouseError):
        physical_sql(file, queries, "duckdb", {}, {"raw.things": {"ID": "text", "Id": "text"}})


def test_types_that_fit_are_cast_on_the_way_in(connection: sa.Connection) -> None:
    """Integer keys, decimals for integers, days for instants, zoned instants, JSON as text."""
    make_table(
        connection,
        "raw.things",
        {
            "ID": "integer",
            "N": "number",
            "x": "integer",
            "Day": "TIMESTAMPTZ",
            "At": "date",
            "doc": "text",
        },
        [
            {
                "ID": 7,
                "N": 3.0,
                "x": 2,
                "Day": "2024-03-01 02:00:00+05:45",
                "At": "2024-03-01",
                "doc": '{"a": "b"}',
            }
        ],
    )
    sql = "SELECT id || '!' AS key, n, x, day, at, doc ->> 'a' AS a FROM source.things"
    rows = answer(connection, sql, {"key", "n", "x", "day", "at", "a"})
    assert rows == [("7!", 3, 2, date(2024, 2, 29), datetime(2024, 3, 1), "b")]


NUMBERS = {
    "1.5": 1.5,
    "-2": -2.0,
    "1e3": 1000.0,
    " 7 ": 7.0,
    ".5": 0.5,
    "n/a": None,
    "": None,
    "1,5": None,
    "12 ml": None,
}
WHOLES = {"3": 3, "12.0": 12, "-4": -4, "99999999999": None, "x": None, "": None}
INSTANTS = {
    "2024-03-01T10:00:00.250Z": datetime(2024, 3, 1, 10, 0, 0, 250_000),
    "2024-03-01T10:00:00": datetime(2024, 3, 1, 10),
    "2024-03-01 10:00:00+02:00": datetime(2024, 3, 1, 8),
    "2024-03-01T00:30:00-0100": datetime(2024, 3, 1, 1, 30),
    "2024-03-01": datetime(2024, 3, 1),
    "2024-02-29T23:59:59Z": datetime(2024, 2, 29, 23, 59, 59),
    "2023-02-29T10:00:00Z": None,
    "2024-04-31T10:00:00Z": None,
    "2024-13-01T10:00:00Z": None,
    "2024-03-01T25:00:00Z": None,
    "1709287200000": None,
    "yesterday": None,
    "": None,
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("DOUBLE PRECISION", NUMBERS),
        ("NUMERIC(10, 2)", NUMBERS),
        ("INTEGER", WHOLES),
        ("TIMESTAMP", INSTANTS),
        ("DATE", {"2024-03-01": date(2024, 3, 1), "2024-02-30": None, "soon": None}),
        ("BOOLEAN", {"true": True, "false": False, "maybe": None}),
    ],
)
def test_text_in_json_that_does_not_fit_is_no_value(
    connection: sa.Connection, kind: str, expected: dict[str, object]
) -> None:
    rows = [{"id": text, "doc": json.dumps({"v": text})} for text in expected]
    make_table(connection, "raw.things", THINGS.columns, rows)
    sql = f"SELECT id, CAST(doc ->> 'v' AS {kind}) AS v FROM source.things"
    assert dict(answer(connection, sql, {"id", "v"})) == expected


def test_the_traps_of_json_operators(connection: sa.Connection) -> None:
    """Precedence beside ||, =, IS NULL and inside calls; paths, array items, missing keys."""
    make_table(
        connection,
        "raw.things",
        THINGS.columns,
        [{"id": "a", "doc": '{"id": "a", "list": [12, 13], "in": {"deep": "x"}, "none": null}'}],
    )
    sql = """
        SELECT
            doc ->> 'id' || '!' AS joined,
            doc ->> 'id' = id AS equal,
            doc ->> 'none' IS NULL AS is_null,
            doc ->> 'absent' AS absent,
            COALESCE((doc -> 'list') ->> 0, '') AS first,
            doc -> 'in' ->> 'deep' AS deep,
            doc ->> 'list' IS NOT NULL AND doc ->> 'id' IN ('a') AS both
        FROM source.things
    """
    names = {"joined", "equal", "is_null", "absent", "first", "deep", "both"}
    assert answer(connection, sql, names) == [("a!", True, True, None, "12", "x", True)]


def test_the_traps_of_plain_sql(connection: sa.Connection) -> None:
    """Column names that are keywords, months of dates, parts of versions, order of nulls."""
    make_table(
        connection,
        "raw.things",
        THINGS.columns,
        [
            {"id": "1.10.0", "n": 7, "day": "2024-03-01", "at": "2024-03-01 23:59:59"},
            {"id": "1.9.0", "n": 2, "at": "2024-03-02 00:00:00"},
        ],
    )
    sql = """
        SELECT
            id AS version,
            SUBSTRING(CAST(day AS TEXT) FROM 1 FOR 7) AS month,
            CAST(at AS DATE) AS date,
            LPAD(SPLIT_PART(id, '.', 2), 4, '0') AS part,
            SPLIT_PART(id, '.', 9) AS nothing,
            CAST(n AS DOUBLE PRECISION) / 2 AS half,
            n * 0.01 AS cents,
            ROW_NUMBER() OVER (ORDER BY day NULLS LAST) AS place,
            ROW_NUMBER() OVER (ORDER BY day DESC) AS back
        FROM source.things
    """
    names = {"version", "month", "date", "part", "nothing", "half", "cents", "place", "back"}
    rows = [tuple(map(str, row)) for row in sorted(answer(connection, sql, names))]
    first = ("1.10.0", "2024-03", "2024-03-01", "0010", "", "3.5", "0.07", "1", "2")
    second = ("1.9.0", "None", "2024-03-02", "0009", "", "1.0", "0.02", "2", "1")
    assert rows == [first, second]
