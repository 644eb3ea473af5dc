"""The shipped `queries/`: the same rows on both engines, and what each rule in them means."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from metrics.sources.contract import check
from metrics.sources.model import Queries
from metrics.sources.translate import physical_sql
from tests.sources.warehouses import Rows, duckdb_engine, make_source, make_table, run_queries

Tables = Mapping[str, Sequence[Mapping[str, object]]]


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_every_file_translates(queries: Queries, dialect: str) -> None:
    whole = {source.table: dict(source.columns) for source in queries.sources.values()}
    tables = {name: name.replace(".", "_") for name, _ in queries.named()}
    for _, query in queries.named():
        for file in query.files:
            assert physical_sql(file, queries, dialect, tables, whole)


def comparable(rows: Rows) -> Counter[tuple[object, ...]]:
    return Counter(
        tuple(round(value, 6) if isinstance(value, float) else value for value in row)
        for row in rows
    )


def test_both_engines_give_the_same_rows(
    queries: Queries, demo_duckdb: sa.Engine, demo_postgres: sa.Engine
) -> None:
    with demo_duckdb.connect() as here, demo_postgres.connect() as there:
        there.exec_driver_sql("SET TimeZone = 'Asia/Kathmandu'")
        ours = run_queries(here, queries)
        theirs = run_queries(there, queries)
        here.rollback()
    assert set(ours) == {name for name, _ in queries.named()}, "the demo has every source"
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
        columns = list(fact.columns)
        for test in fact.tests:
            values = [row[columns.index(test.column)] for row in demo_rows[f"fact.{name}"]]
            if test.kind == "accepted":
                assert {value for value in values if value is not None} <= set(test.values), name
            elif test.kind == "not_null":
                assert None not in values, name
            else:
                assert min(values) > 0, name


@pytest.fixture(params=["duckdb", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    if request.param == "duckdb":
        engine = duckdb_engine()
    else:
        engine = sa.create_engine(request.getfixturevalue("pg_module_url"))
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
    engine.dispose()


def rows_of(
    connection: sa.Connection, queries: Queries, name: str, tables: Tables
) -> list[dict[str, Any]]:
    """Rows of one entity or fact over hand-made sources, as dictionaries in order of the key."""
    for source, rows in tables.items():
        make_source(connection, queries, source, rows)
    columns = list(queries.query(name).columns)
    found = run_queries(connection, queries, {name})[name]
    return [dict(zip(columns, row, strict=True)) for row in sorted(found, key=str)]


def picked(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def subscription(key: str, customer: str = "c1", **more: object) -> dict[str, object]:
    return {
        "id": key,
        "customer_id": customer,
        "plan_name": "Starter",
        "status": "active",
        "start_date": "2024-01-10",
        "monthly_price": 100,
        **more,
    }


def change(key: str, kind: str, day: str, **more: object) -> dict[str, object]:
    row = {"id": key, "subscription_id": "s1", "change_type": kind, "effective_date": day}
    return {**row, **more}


def test_subscription_periods(connection: sa.Connection, queries: Queries) -> None:
    """
    s1   100 from 10 Jan, 150 from 1 Feb, business from 1 Mar at 300, paused in April, ends 1 June
    """
    rows = rows_of(
        connection,
        queries,
        "fact.subscription_periods",
        {
            "subscriptions": [
                subscription("s1", end_date="2024-06-01"),
                subscription("s2", status="Trialing"),
                subscription("s3", monthly_price=0),
                subscription("s4", status=None, end_date="2023-12-31"),
            ],
            "subscription_changes": [
                change("1", "price", "2024-02-01", monthly_price=150),
                change("2", "plan", "2024-03-01", plan_name="Business", monthly_price=250),
                change("3", "price", "2024-03-01", monthly_price=300),
                change("4", "pause", "2024-04-01", monthly_price=0),
                change("5", "price", "2024-04-15", monthly_price=310),
                change("6", "resume", "2024-05-01"),
                change("7", "price", "2024-07-01", monthly_price=999),
                change("8", "price", "2024-01-01", plan_name="Starter", monthly_price=90),
                change("9", "price", "2024-01-02", subscription_id="gone", monthly_price=1),
            ],
        },
    )
    assert picked(rows, "period_id", "plan", "mrr", "valid_from", "valid_to") == [
        ("s1:1", "starter", 150, day("2024-02-01"), day("2024-03-01")),
        ("s1:3", "business", 300, day("2024-03-01"), day("2024-04-01")),
        ("s1:6", "business", 310, day("2024-05-01"), day("2024-06-01")),
        ("s1:8", "starter", 90, day("2024-01-10"), day("2024-02-01")),
        ("s4:start", "starter", 100, day("2024-01-10"), day("2023-12-31")),  # set aside later
    ]


def test_subscription_periods_without_changes(connection: sa.Connection, queries: Queries) -> None:
    tables = {"subscriptions": [subscription("s1"), subscription("s2", status="trial")]}
    rows = rows_of(connection, queries, "fact.subscription_periods", tables)
    assert picked(rows, "period_id", "mrr", "valid_to") == [("s1:start", 100, None)]


def test_the_plan_in_force(connection: sa.Connection, queries: Queries) -> None:
    """The dearest of several plans; none after churn, so the last stays; repeats are no change."""
    rows = rows_of(
        connection,
        queries,
        "entity.customer_plans",
        {
            "subscriptions": [
                subscription("s1", end_date="2024-05-01"),
                subscription(
                    "s2",
                    plan_name="Enterprise",
                    monthly_price=900,
                    start_date="2024-02-01",
                    end_date="2024-03-01",
                ),
                subscription("s3", start_date="2024-04-01", end_date="2024-05-01"),
                subscription("s4", start_date="2024-08-01", plan_name="bespoke"),
            ]
        },
    )
    assert picked(rows, "valid_from", "plan", "tier") == [
        (day("2024-01-10"), "starter", "Small"),
        (day("2024-02-01"), "enterprise", "Enterprise"),
        (day("2024-03-01"), "starter", "Small"),
        (day("2024-08-01"), "bespoke", "Other"),
    ]


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


def test_customers_of_devices(connection: sa.Connection, queries: Queries) -> None:
    rows = rows_of(
        connection,
        queries,
        "entity.devices",
        {
            "locations": [{"id": "l1", "customer_id": "c1"}],
            "devices": [
                {"id": "d1", "location_id": "l1", "device_type": "Tap_Controller"},
                {"id": "d2", "location_id": "l1", "customer_id": "c2", "category": "cooling"},
                {"id": "d3", "location_id": "gone", "installation_date": "2024-01-01"},
            ],
        },
    )
    assert picked(rows, "device_id", "customer_id", "is_tap", "installed_date") == [
        ("d1", "c1", True, None),
        ("d2", "c2", False, None),
        ("d3", None, False, day("2024-01-01")),
    ]


STRIPE_CUSTOMER = {"stripe_customers": [{"id": "cus", "metadata": '{"account_id": "c1"}'}]}


def test_invoices_and_receivables(connection: sa.Connection, queries: Queries) -> None:
    invoice = {
        "id": "paid",
        "customer": "cus",
        "status": "paid",
        "created": "2024-01-01 10:00:00",
        "amount_due": 12_345,
        "amount_remaining": 0,
        "livemode": True,
    }
    charge = {"id": "ch", "customer": "cus", "amount": 12_345, "amount_refunded": 45}
    tables: dict[str, list[dict[str, object]]] = {
        **STRIPE_CUSTOMER,
        "stripe_invoices": [
            invoice,
            {**invoice, "id": "part", "status": "open", "amount_remaining": 345},
            {**invoice, "id": "by_charge", "charge": "ch3"},
            {**invoice, "id": "free", "amount_due": 0},
            {**invoice, "id": "lost", "status": "uncollectible"},
            {**invoice, "id": "test", "livemode": False},
            {**invoice, "id": "void", "status": "void"},
            {**invoice, "id": "draft", "status": "draft"},
            {**invoice, "id": "orphan", "customer": "gone", "livemode": None},
        ],
        "stripe_charges": [
            {**charge, "invoice": "paid", "status": "failed", "created": "2024-01-02 00:00:00"},
            {
                **charge,
                "id": "ch1",
                "invoice": "paid",
                "status": "succeeded",
                "created": "2024-01-05 23:00:00",
            },
            {
                **charge,
                "id": "ch2",
                "invoice": "paid",
                "status": "succeeded",
                "created": "2024-01-09 00:00:00",
            },
            {**charge, "id": "ch3", "status": "succeeded", "created": "2024-01-03 00:00:00"},
            {**charge, "id": "ch4", "livemode": False, "status": "succeeded"},
        ],
    }
    for source, rows in tables.items():
        make_source(connection, queries, source, rows)
    found = run_queries(connection, queries)
    invoices = {row[0]: row[1:5] for row in found["fact.invoices"]}
    assert set(invoices) == {"paid", "part", "by_charge", "free", "lost", "orphan"}
    assert invoices["paid"] == ("c1", "paid", True, Decimal("123.45"))
    assert invoices["orphan"][0] is None
    owed = {row[0]: row[2:] for row in found["fact.receivables"]}
    assert owed == {
        "paid": (Decimal("123.45"), day("2024-01-01"), day("2024-01-05")),
        "part": (Decimal("3.45"), day("2024-01-01"), None),
        "by_charge": (Decimal("123.45"), day("2024-01-01"), day("2024-01-03")),
        "free": (0, day("2024-01-01"), day("2024-01-01")),
        "orphan": (Decimal("123.45"), day("2024-01-01"), day("2024-01-01")),
    }
    charges = {row[0]: row[2:6] for row in found["fact.charges"]}
    assert set(charges) == {"ch", "ch1", "ch2", "ch3"}
    assert charges["ch"] == ("failed", False, Decimal("123.45"), Decimal("0.45"))


def test_stripe_prices_are_brought_to_a_month(connection: sa.Connection, queries: Queries) -> None:
    def item(key: str, price: str, quantity: int = 1, sub: str = "live") -> dict[str, object]:
        return {"id": key, "subscription": sub, "price": price, "quantity": quantity}

    inline = '{"unit_amount": 5200, "recurring": {"interval": "%s", "interval_count": %d}}'
    subscription = {
        "id": "live",
        "customer": "cus",
        "status": "active",
        "livemode": True,
        "start_date": "2024-01-01 00:00:00",
        "trial_end": "2024-01-15 00:00:00",
    }
    rows = rows_of(
        connection,
        queries,
        "fact.stripe_mrr_periods",
        {
            **STRIPE_CUSTOMER,
            "stripe_prices": [
                {
                    "id": "monthly",
                    "unit_amount": 29_900,
                    "recurring_interval": "month",
                    "recurring_interval_count": 1,
                },
                {
                    "id": "yearly",
                    "unit_amount": 100_000,
                    "recurring_interval": "year",
                    "recurring_interval_count": 1,
                },
            ],
            "stripe_subscriptions": [
                subscription,
                {
                    **subscription,
                    "id": "ended",
                    "ended_at": "2024-03-01 10:00:00",
                    "canceled_at": "2024-02-01 00:00:00",
                },
                {
                    **subscription,
                    "id": "leaving",
                    "canceled_at": "2024-02-01 00:00:00",
                    "cancel_at_period_end": True,
                    "cancel_at": "2024-04-01 00:00:00",
                },
                {**subscription, "id": "test", "livemode": False},
                {**subscription, "id": "try", "status": "trialing"},
            ],
            "stripe_subscription_items": [
                item("1", '{"id": "monthly"}', 2),
                item("2", '{"id": "yearly"}', 3, "ended"),
                item("3", inline % ("week", 1), 1, "leaving"),
                item("4", inline % ("month", 3)),
                item("5", '{"unit_amount": "?"}'),
                item("6", '{"id": "monthly"}', 1, "test"),
                item("7", '{"id": "monthly"}', 1, "try"),
                item("8", '{"id": "monthly"}', 1, "gone"),
            ],
        },
    )
    assert picked(rows, "item_id", "mrr", "valid_from", "valid_to") == [
        ("1", 598, day("2024-01-15"), None),
        ("2", 250, day("2024-01-15"), day("2024-03-01")),
        ("3", Decimal("225.3333"), day("2024-01-15"), day("2024-04-01")),
        ("4", Decimal("17.3333"), day("2024-01-15"), None),
        ("5", None, day("2024-01-15"), None),
    ]


def test_pours_and_their_anomalies(connection: sa.Connection, queries: Queries) -> None:
    def event(key: str, kind: str, c: object = 4, psi: object = 12) -> dict[str, object]:
        metrics = f'{{"volume_ml": 473.5, "temperature_c": {c}, "pressure_psi": {psi}}}'
        return {
            "id": key,
            "device_id": "d",
            "event_type": kind,
            "metrics": metrics,
            "timestamp": "2024-01-01 10:00:00",
        }

    rows = rows_of(
        connection,
        queries,
        "fact.tap_events",
        {
            "tap_events": [
                event("edge_low", "Pour", 2, 10),
                event("edge_top", "pour", 6, 15),
                event("warm", "pour", 6.01),
                event("weak", "pour", 4, 9.9),
                event("blind", "pour", '"n/a"', "null"),
                event("alert", "temperature_alert", 12, 30),
                {**event("bare", "pour"), "metrics": None},
                {**event("odd", "pour"), "event_type": None},
            ]
        },
    )
    columns = (
        "event_id",
        "is_pour",
        "is_alert",
        "volume_ml",
        "is_temperature_anomaly",
        "is_pressure_anomaly",
        "is_anomaly",
    )
    assert picked(rows, *columns) == [
        ("alert", False, True, None, False, False, False),
        ("bare", True, False, None, False, False, False),
        ("blind", True, False, 473.5, False, False, False),
        ("edge_low", True, False, 473.5, False, False, False),
        ("edge_top", True, False, 473.5, False, False, False),
        ("odd", False, False, None, False, False, False),
        ("warm", True, False, 473.5, True, False, True),
        ("weak", True, False, 473.5, False, True, True),
    ]


def test_outages(connection: sa.Connection, queries: Queries) -> None:
    """One outage from the first event that is down to the first that is not; repeats add none."""

    def event(key: str, status: str, moment: str, device: str = "d1") -> dict[str, object]:
        return {"id": key, "device_id": device, "status": status, "at": f"2024-01-01 {moment}"}

    tables = {
        "device_status_events": [
            event("1", "Online", "00:00:00"),
            event("2", "OFFLINE", "01:00:00"),
            event("2", "OFFLINE", "01:00:00"),
            event("3", "offline ", "02:00:00"),
            event("4", "Maintenance", "03:30:00"),
            event("5", "online", "04:00:00"),
            event("6", "offline", "05:00:00"),
            event("7", "offline", "00:30:00", "d2"),
        ]
    }
    rows = rows_of(connection, queries, "fact.device_repairs", tables)
    assert picked(rows, "repair_id", "device_id", "failed_at", "repaired_at") == [
        ("2", "d1", at("2024-01-01 01:00"), at("2024-01-01 03:30")),
        ("6", "d1", at("2024-01-01 05:00"), None),
        ("7", "d2", at("2024-01-01 00:30"), None),
    ]
    status = connection.exec_driver_sql(
        "SELECT status_id, is_online, is_down, valid_to FROM stage.fact_device_status"
    ).fetchall()
    assert sorted(map(tuple, status), key=str)[:3] == [
        ("1", True, False, at("2024-01-01 01:00")),
        ("2", False, True, at("2024-01-01 02:00")),
        ("3", False, True, at("2024-01-01 03:30")),
    ]


def test_care_starts_again_with_each_maintenance(
    connection: sa.Connection, queries: Queries
) -> None:
    rows = rows_of(
        connection,
        queries,
        "fact.device_care",
        {
            "locations": [],
            "devices": [{"id": "d1", "install_date": "2024-01-01"}, {"id": "d2"}],
            "device_maintenance": [
                {"id": "1", "device_id": "d1", "ended_at": "2024-02-01 23:00:00"},
                {"id": "2", "device_id": "d1", "ended_at": "2024-02-01 08:00:00"},
                {"id": "3", "device_id": "d1", "started_at": "2024-03-01 08:00:00"},
            ],
        },
    )
    assert picked(rows, "device_id", "valid_from", "valid_to") == [
        ("d1", day("2024-01-01"), day("2024-02-01")),
        ("d1", day("2024-02-01"), None),
    ]


def test_versions_are_compared_as_numbers(connection: sa.Connection, queries: Queries) -> None:
    def device(key: str, model: str, version: str | None) -> dict[str, object]:
        return {"id": key, "model": model, "firmware_version": version}

    rows = rows_of(
        connection,
        queries,
        "fact.device_firmware",
        {
            "devices": [
                device("1", "a", "1.9.0"),
                device("2", "a", "v1.10.0"),
                device("3", "a", "1.10"),
                device("4", "a", None),
                device("5", "b", "2.0.0-beta"),
                device("6", "b", "2.0.0"),
                device("7", "c", "0.1"),
            ]
        },
    )
    assert picked(rows, "device_id", "is_latest") == [
        ("1", False),
        ("2", True),
        ("3", True),
        ("4", None),
        ("5", False),
        ("6", True),
        ("7", True),
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


def test_nothing_is_possible_on_an_empty_warehouse(queries: Queries) -> None:
    contract = check(queries, {})
    assert not contract.possible
    assert all(contract.missing(name) for name in contract.answers)
