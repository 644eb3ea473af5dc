"""What the queries make of subscriptions, invoices, charges and Stripe prices."""

from decimal import Decimal

import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.sources.handmade import day, picked, rows_of
from tests.sources.warehouses import make_source, run_queries


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
