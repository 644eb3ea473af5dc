"""What a warehouse lacks is said by name, and takes down only what needs it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from metrics.sources.contract import Lack, check, merged, missing_columns
from metrics.sources.model import Queries
from metrics.sources.warehouse import family, inspect_warehouse
from tests.sources.warehouses import duckdb_engine, make_table

Warehouse = dict[str, dict[str, str]]


@pytest.fixture
def whole(queries: Queries) -> Warehouse:
    """A warehouse that has every source just as declared."""
    return {source.table: dict(source.columns) for source in queries.sources.values()}


def lost(queries: Queries, warehouse: Warehouse) -> set[str]:
    contract = check(queries, warehouse)
    return set(contract.answers) - set(contract.possible)


def test_a_whole_warehouse_lacks_nothing(queries: Queries, whole: Warehouse) -> None:
    contract = check(queries, whole)
    assert set(contract.possible) == {name for name, _ in queries.named()}
    assert all(
        file.path.endswith(f"/{name.split('.')[1]}.sql") for name, file in contract.possible.items()
    )
    assert not any(contract.missing(name) for name in contract.answers)


def test_a_missing_table_takes_down_what_needs_it(queries: Queries, whole: Warehouse) -> None:
    del whole["raw.app_database_tap_events"]
    assert lost(queries, whole) == {"fact.tap_events"}
    [lack] = check(queries, whole).lacks("fact.tap_events")
    assert (lack.kind, lack.place) == ("table", "raw.app_database_tap_events")
    assert dict(lack.columns)["timestamp"] == "instant"
    assert str(lack).startswith("raw.app_database_tap_events (device_id, event_type, id, ")


def test_what_was_made_of_a_missing_table_is_missing_too(
    queries: Queries, whole: Warehouse
) -> None:
    del whole["raw.app_database_device_status_events"]
    needing = {"fact.device_status", "fact.device_repairs", "entity.device_states"}
    assert lost(queries, whole) == needing
    missing = check(queries, whole).missing("fact.device_repairs")
    assert missing == ("raw.app_database_device_status_events (at, device_id, id, status)",)


@pytest.mark.parametrize(
    ("table", "name", "other"),
    [
        (
            "raw.app_database_subscription_changes",
            "fact.subscription_periods",
            "facts/subscription_periods_without_changes.sql",
        ),
        (
            "raw.app_database_device_maintenance",
            "fact.device_care",
            "facts/device_care_from_devices.sql",
        ),
        ("raw.app_database_features", "entity.features", "entities/features_from_use.sql"),
    ],
)
def test_an_alternative_stands_in(
    queries: Queries, whole: Warehouse, table: str, name: str, other: str
) -> None:
    del whole[table]
    assert name not in lost(queries, whole)
    assert check(queries, whole).possible[name].path == other
    assert check(queries, whole).missing(name) == ()


def test_customers_do_not_need_locations(queries: Queries, whole: Warehouse) -> None:
    del whole["raw.app_database_locations"]
    possible = check(queries, whole).possible
    assert possible["entity.customers"].name == "customers_without_locations"
    assert "fact.subscription_periods" in possible
    assert "fact.locations_open" not in possible


def test_without_any_choice_the_first_one_is_named(queries: Queries, whole: Warehouse) -> None:
    del whole["raw.app_database_subscription_changes"]
    del whole["raw.app_database_subscriptions"]
    lacks = check(queries, whole).lacks("fact.subscription_periods")
    assert [lack.about for lack in lacks] == [
        "raw.app_database_subscription_changes",
        "raw.app_database_subscriptions",
    ]


def test_what_stands_in_still_says_what_the_first_choice_lacks(
    queries: Queries, whole: Warehouse
) -> None:
    del whole["raw.app_database_features"]
    answer = check(queries, whole).answers["entity.features"]
    assert answer.file is not None
    assert [lack.place for lack in answer.lacks] == ["raw.app_database_features"]


def without(column: str) -> Callable[[dict[str, str]], object]:
    return lambda columns: columns.pop(column)


def typed(column: str, kind: str) -> Callable[[dict[str, str]], object]:
    return lambda columns: columns.update({column: kind})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("created_at"), ()),  # nothing reads it
        (without("start_time"), ("raw.app_database_user_sessions.start_time",)),
        (
            typed("start_time", "text"),
            ("raw.app_database_user_sessions.start_time is text, needs instant",),
        ),
        (typed("start_time", "date"), ()),
        (typed("start_time", "zoned"), ()),
        (typed("user_id", "integer"), ()),
        (typed("page_views", "number"), ()),
        (
            typed("page_views", "boolean"),
            ("raw.app_database_user_sessions.page_views is boolean, needs integer",),
        ),
        (typed("Browser", "text"), ()),
        (
            lambda columns: columns.update({"BROWSER": columns.pop("browser"), "Browser": "text"}),
            ("raw.app_database_user_sessions.browser (several columns differ only in case)",),
        ),
    ],
)
def test_columns_are_held_to_what_is_read(
    queries: Queries,
    whole: Warehouse,
    change: Callable[[dict[str, str]], object],
    expected: tuple[str, ...],
) -> None:
    change(whole["raw.app_database_user_sessions"])
    assert check(queries, whole).missing("fact.sessions") == expected


def test_needs_of_tables_no_query_knows() -> None:
    inspected = {"raw.Survey": {"Score": "number", "at": "text"}}
    needs = {"score": "number", "at": "instant", "user_id": "text"}
    found = missing_columns("raw.survey", needs, inspected)
    assert list(map(str, found)) == ["raw.survey.at is text, needs instant", "raw.survey.user_id"]
    assert [lack.kind for lack in found] == ["column", "column"]
    [table] = missing_columns("raw.nps", needs, inspected)
    assert str(table) == "raw.nps (at, score, user_id)"
    assert table.about == "raw.nps"
    [twice] = missing_columns("raw.nps", needs, {"raw.NPS": {}, "raw.Nps": {}})
    assert str(twice) == "raw.nps (several tables differ only in case)"


def test_columns_wanted_of_one_absent_table_are_named_together() -> None:
    lacks = [
        Lack("table", "raw.a", (("x", "text"),)),
        Lack("column", "raw.b", (("y", "date"),)),
        Lack("table", "raw.a", (("w", "number"), ("x", "text"))),
        Lack("column", "raw.b", (("y", "date"),)),
    ]
    assert list(map(str, merged(lacks))) == ["raw.a (w, x)", "raw.b.y"]


NATIVE = {
    "duckdb": {
        "a": ("VARCHAR(50)", "text"),
        "b": ("HUGEINT", "integer"),
        "c": ("DECIMAL(10, 2)", "number"),
        "d": ("TIMESTAMP_NS", "instant"),
        "e": ("TIMESTAMPTZ", "zoned"),
        "f": ("JSON", "json"),
        "g": ("STRUCT(x INTEGER, y VARCHAR)", "struct"),
        "h": ("INTEGER[]", "other"),
        "i": ("UUID", "other"),
        "J": ("FLOAT", "number"),
    },
    "postgresql": {
        "a": ("VARCHAR(50)", "text"),
        "b": ("SMALLINT", "integer"),
        "c": ("NUMERIC(10, 2)", "number"),
        "d": ("TIMESTAMP(3)", "instant"),
        "e": ("TIMESTAMPTZ", "zoned"),
        "f": ("JSONB", "json"),
        "g": ("BOOLEAN", "boolean"),
        "h": ("INTEGER[]", "other"),
        "i": ("UUID", "other"),
        "J": ("REAL", "number"),
    },
}


@pytest.mark.parametrize("name", ["duckdb", "postgresql"])
def test_the_warehouse_is_read_in_its_own_case(request: pytest.FixtureRequest, name: str) -> None:
    engine = (
        duckdb_engine() if name == "duckdb" else sa.create_engine(request.getfixturevalue("pg_url"))
    )
    with engine.connect() as connection:
        columns = {column: kind for column, (kind, _) in NATIVE[name].items()}
        make_table(connection, "raw.Things", columns)
        make_table(connection, "raw.unwanted", {"id": "text"})
        make_table(connection, "other.things", {"id": "text"})
        found = inspect_warehouse(connection, ["raw.things", "raw.absent"])
        assert found == {"raw.Things": {c: kind for c, (_, kind) in NATIVE[name].items()}}
        assert inspect_warehouse(connection, []) == {}
    engine.dispose()


def test_an_attached_warehouse_is_read_by_its_catalog() -> None:
    engine = duckdb_engine()
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS shop")
        connection.exec_driver_sql("CREATE SCHEMA shop.raw")
        connection.exec_driver_sql("CREATE TABLE shop.raw.things (id INTEGER)")
        assert inspect_warehouse(connection, ["raw.things"]) == {}
        found = inspect_warehouse(connection, ["raw.things"], catalog="shop")
        assert found == {"raw.things": {"id": "integer"}}
    engine.dispose()


def test_an_unknown_type_is_other() -> None:
    assert family("GEOMETRY") == "other"
