"""What the queries make of accounts, visits and tickets."""

import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.sources.handmade import at, picked, rows_of
from tests.sources.warehouses import duckdb_engine, make_table


def test_where_a_customer_is(connection: sa.Connection, queries: Queries) -> None:
    location = {"id": "l1", "customer_id": "c1", "state": "tx", "install_date": "2024-01-02"}
    rows = rows_of(
        connection,
        queries,
        "entity.customers",
        {
            "accounts": [
                {"id": "c1", "created_date": "2024-01-31"},
                {"id": "c2", "created_date": "2023-12-01"},
                {"id": "c3"},
            ],
            "locations": [
                {**location, "id": "l0", "state": "New York", "install_date": None},
                location,
                {**location, "id": "l2", "state": "CA"},
                {**location, "id": "l3", "customer_id": "c2", "state": "Utrecht"},
            ],
        },
    )
    assert picked(rows, "customer_id", "cohort", "state", "region") == [
        ("c1", "2024-01", "tx", "South"),
        ("c2", "2023-12", "Utrecht", "Other"),
        ("c3", None, None, None),
    ]


def test_order_does_not_depend_on_the_collation(queries: Queries) -> None:
    """A session that sorts a before B would make a the first location; ours is byte by byte."""
    engine = duckdb_engine()
    with engine.connect() as connection:
        connection.exec_driver_sql("SET default_collation = 'NOCASE'")
        tables = {
            "accounts": [{"id": "c1"}],
            "locations": [
                {"id": "a", "customer_id": "c1", "state": "OH"},
                {"id": "B", "customer_id": "c1", "state": "TX"},
            ],
        }
        rows = rows_of(connection, queries, "entity.customers", tables)
        assert picked(rows, "state") == [("TX",)]
    engine.dispose()


def test_visits_of_nobody_and_negative_times(connection: sa.Connection, queries: Queries) -> None:
    session = {
        "session_id": "s1",
        "user_id": "u1",
        "customer_id": "c1",
        "device_type": "Desktop",
        "start_time": "2024-01-01 10:00:00",
        "duration_seconds": 60,
    }
    tables = {
        "user_sessions": [
            session,
            {**session, "session_id": "s2", "user_id": "0", "duration_seconds": -5},
        ],
        "page_views": [
            {
                "page_view_id": "p1",
                "user_id": "u1",
                "page_url": "/menu?id=3",
                "time_on_page_seconds": -1,
            },
            {"page_view_id": "p2", "user_id": "0"},
        ],
        "feature_usage": [{"usage_id": "f1", "user_id": "u2"}, {"usage_id": "f2", "user_id": "0"}],
    }
    rows = rows_of(connection, queries, "fact.activity", tables)
    assert picked(rows, "activity_id", "user_id", "kind") == [
        ("feature:f1", "u2", "feature"),
        ("page_view:p1", "u1", "page_view"),
        ("session:s1", "u1", "session"),
    ]
    sessions = connection.exec_driver_sql(
        "SELECT user_id, is_anonymous, duration_seconds, device_type FROM stage.fact_sessions"
    ).fetchall()
    assert sorted(map(tuple, sessions), key=str) == [
        ("u1", False, 60, "desktop"),
        (None, True, None, "desktop"),
    ]
    pages = connection.exec_driver_sql("SELECT page, seconds_on_page FROM stage.fact_page_views")
    assert sorted(map(tuple, pages), key=str)[0] == ("/menu", None)


def test_tickets_end_when_they_are_closed(connection: sa.Connection, queries: Queries) -> None:
    def ticket(key: str, stage: str, companies: str, closed: str = "") -> dict[str, object]:
        return {
            "id": key,
            "hs_pipeline_stage": stage,
            "hs_ticket_priority": "high",
            "createdate": "2024-01-01 08:00:00",
            "hs_lastmodifieddate": "2024-01-09 00:00:00",
            "archived": True,
            "associations": f'{{"company_ids": {companies}}}',
            "properties": f'{{"category": "Billing", "closed_date": "{closed}"}}',
        }

    rows = rows_of(
        connection,
        queries,
        "fact.tickets",
        {
            "hubspot_companies": [
                {"id": "7", "properties": '{"account_id": "c1"}'},
                {"id": "8", "properties": "{}"},
            ],
            "hubspot_tickets": [
                ticket("1", "Closed", '["7", "8"]', "2024-01-02T10:30:00.000Z"),
                ticket("2", "closed", "[7]"),
                ticket("3", "waiting-on-us", '"7"', "2024-01-02T10:30:00Z"),
                ticket("4", "new", '["8"]'),
                ticket("5", "Waiting on contact", "[]"),
            ],
        },
    )
    assert picked(rows, "ticket_id", "customer_id", "status", "valid_to") == [
        ("1", "c1", "closed", at("2024-01-02 10:30")),
        ("2", "c1", "closed", at("2024-01-09 00:00")),
        ("3", "c1", "waiting_on_us", None),
        ("4", None, "new", None),
        ("5", None, "waiting_on_contact", None),
    ]
    assert {row["priority"] for row in rows} == {"HIGH"}


def test_integer_keys_join(connection: sa.Connection, queries: Queries) -> None:
    """A copy whose keys are integers gives the same text keys everywhere."""
    for name in ("accounts", "locations"):
        columns = {
            column: "integer" if column in ("id", "customer_id") else kind
            for column, kind in queries.sources[name].columns.items()
        }
        row = {"id": 7, "customer_id": 7, "state": "OH"} if name == "locations" else {"id": 7}
        make_table(connection, queries.sources[name].table, columns, [row])
    rows = rows_of(connection, queries, "entity.customers", {})
    assert picked(rows, "customer_id", "region") == [("7", "Midwest")]
