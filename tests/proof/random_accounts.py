"""Random rows about accounts: who they are, what they have and pay."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from tests.proof.random_values import Maker, Row


def people(m: Maker) -> dict[str, list[Row]]:
    """Accounts and users."""
    accounts = [
        {
            "id": one,
            "name": f"Account {one}",
            "industry": m.maybe(m.one_of("Bars", "Hotels", "Breweries")),
            "business_type": m.maybe(m.one_of("bar", "brewpub")),
            "created_date": m.maybe(m.one_of(m.day(), m.day(500))),
        }
        for one in m.customers
        if m.maybe(True, 0.95)
    ]
    users = [
        {
            "id": one,
            "customer_id": m.id_of(m.customers, "cX"),
            "role": m.maybe(m.one_of("admin", "member", "viewer")),
            "created_date": m.maybe(m.day(120), 0.7),
            "created_at": m.maybe(m.instant(120)),
        }
        for one in m.users
    ]
    return {"app_database_accounts": accounts, "app_database_users": users}


def fleet(m: Maker) -> dict[str, list[Row]]:
    """Locations and devices."""
    locations = [
        {
            "id": one,
            "customer_id": m.id_of(m.customers, "cX"),
            "name": one,
            "state": m.maybe(m.one_of("CA", "New York", " tx ", "Ontario", "il", "")),
            "location_type": m.maybe(m.one_of("pub", "arena")),
            "size": m.maybe(m.one_of("small", "large")),
            "install_date": m.maybe(m.day(200)),
        }
        for one in m.locations
    ]
    devices = [
        {
            "id": one,
            "location_id": m.id_of(m.locations, "lX"),
            "device_type": m.maybe(m.one_of("tap_controller", "tap_controller", "sensor")),
            "category": m.maybe(m.one_of("tap", "pos")),
            "manufacturer": m.maybe(m.one_of("TapFlow", "Other")),
            "model": m.maybe(m.one_of("m1", "m2")),
            "install_date": m.maybe(m.day(200)),
            "installation_date": m.maybe(m.day(120)),
            "warranty_expiry": m.maybe(m.day(100, ahead=300)),
            "firmware_version": m.maybe(m.one_of("1.9.0", "1.10.0", "v2", "1.10")),
            "energy_consumption_watts": m.maybe(m.chance.randint(0, 90)),
            "customer_id": m.maybe(m.id_of(m.customers, "cX"), 0.3),
        }
        for one in m.devices
    ]
    return {"app_database_locations": locations, "app_database_devices": devices}


def subscriptions(m: Maker) -> dict[str, list[Row]]:
    """Subscriptions and what changed in them."""
    plans = ("Starter", "professional", "business", "Enterprise", "custom")
    subscriptions, changes = [], []
    for index in range(m.chance.randint(1, 3 * m.shape.customers)):
        start = m.one_of(m.day(), m.day(430), m.day(430))
        soon = start + timedelta(days=m.chance.choice([-5, 0, 1, 30, 31, 90, 400]))
        customer = m.id_of(m.customers, "cX")
        subscriptions.append(
            {
                "id": f"s{index}",
                "customer_id": m.maybe(customer, 0.95),
                "plan_name": m.maybe(m.one_of(*plans), 0.95),
                "status": m.maybe(m.one_of("active", "active", "active", "canceled", "Trial")),
                "start_date": start,
                "end_date": m.one_of(None, None, None, soon, m.day(), m.day(300)),
                "monthly_price": m.maybe(m.price(), 0.95),
            }
        )
        if m.chance.random() < 0.3:  # away for some days, then back
            away = m.day()
            back = away + timedelta(days=m.chance.randint(1, 40))
            for kind, day in (("pause", away), ("Resume", back)):
                changes.append(
                    {
                        "id": f"g{index}.{kind}",
                        "subscription_id": f"s{index}",
                        "change_type": kind,
                        "effective_date": day,
                    }
                )
        for step in range(m.one_of(0, 0, 1, 2, 5)):
            kind = m.one_of("price", "price", "plan", "pause", "resume")
            changes.append(
                {
                    "id": f"g{index}.{step}",
                    "subscription_id": f"s{index}",
                    "customer_id": customer,
                    "change_type": kind,
                    "effective_date": m.maybe(m.one_of(m.day(), m.day(200), start), 0.95),
                    "plan_name": m.maybe(m.one_of(*plans), 0.7),
                    "monthly_price": m.maybe(m.price(), 0.7),
                }
            )
    if m.shape.untidy:
        subscriptions.append(
            {"id": "sN", "customer_id": "c0", "plan_name": "starter", "monthly_price": 5}
        )
    return {
        "app_database_subscriptions": subscriptions,
        "app_database_subscription_changes": changes,
    }


def stripe(m: Maker) -> dict[str, list[Row]]:
    """Stripe's customers, prices, subscriptions, invoices and charges."""
    accounts = [
        {"id": f"cus_{one}", "metadata": m.maybe(json.dumps({"account_id": m.maybe(one)}))}
        for one in m.customers
    ]
    names = [row["id"] for row in accounts]
    prices = [
        {"id": "p1", "unit_amount": 9999, "recurring_interval": "month"},
        {"id": "p2", "unit_amount": 120050, "recurring_interval": "Year"},
        {"id": "p3", "unit_amount": 1000, "recurring_interval": "week"},
    ]
    contracts, items = [], []
    for index in range(m.chance.randint(0, 2 * m.shape.customers)):
        contracts.append(
            {
                "id": f"t{index}",
                "customer": m.id_of(names, "cus_X"),
                "status": m.maybe(m.one_of("active", "canceled", "trialing")),
                "livemode": m.maybe(m.chance.random() < 0.9),
                "start_date": m.maybe(m.instant(300)),
                "created": m.instant(300),
                "trial_end": m.maybe(m.instant(), 0.1),
                "ended_at": m.maybe(m.instant(), 0.2),
                "canceled_at": m.maybe(m.instant(), 0.2),
                "cancel_at": m.maybe(m.instant(), 0.2),
                "cancel_at_period_end": m.maybe(m.chance.random() < 0.3),
            }
        )
        told = {"id": m.one_of("p1", "p2", "p3", "pX")}
        if m.chance.random() < 0.5:
            told |= {"unit_amount": m.chance.randint(0, 9999), "recurring": {"interval": "month"}}
        items.append(
            {
                "id": f"i{index}",
                "price": json.dumps(told),
                "quantity": m.maybe(m.chance.randint(1, 3)),
                "subscription": m.id_of([f"t{index}"], "tX"),
            }
        )
    invoices, charges = [], []
    for index in range(m.count(0.5)):
        status = m.maybe(m.one_of("paid", "Paid", "open", "void", "draft", "uncollectible"))
        created, amount = m.instant(), m.chance.randint(0, 99999)
        invoices.append(
            {
                "id": f"in{index}",
                "customer": m.id_of(names, "cus_X"),
                "status": status,
                "livemode": m.maybe(m.chance.random() < 0.9),
                "amount_due": m.maybe(amount),
                "amount_remaining": m.maybe(m.chance.randint(0, amount)),
                "created": m.maybe(created, 0.95),
                "charge": m.maybe(f"ch{index}", 0.3),
                "due_date": m.maybe(created + timedelta(days=m.one_of(-3, 0, 14, 30)), 0.8),
                **_term(m, contracts, created),
            }
        )
        charges.append(
            {
                "id": f"ch{index}",
                "customer": m.id_of(names, "cus_X"),
                "invoice": m.maybe(f"in{index}", 0.7),
                "status": m.one_of("succeeded", "Succeeded", "failed"),
                "livemode": m.maybe(m.chance.random() < 0.95),
                "amount": m.maybe(amount),
                "amount_refunded": m.maybe(m.one_of(0, amount // 3)),
                "created": created + timedelta(hours=m.chance.randint(-2, 90)),
            }
        )
    return {
        "stripe_discounts": _discounts(m, contracts),
        "stripe_customers": accounts,
        "stripe_prices": prices,
        "stripe_subscriptions": contracts,
        "stripe_subscription_items": items,
        "stripe_invoices": invoices,
        "stripe_charges": charges,
    }


def _term(m: Maker, contracts: list[Row], created: datetime) -> Row:
    """What an invoice says of the term it bills; many end after the last day."""
    days = m.one_of(30, 31, 90, 299, 300, 365, 0, -1)
    begins = created + timedelta(days=m.one_of(0, 0, 0, -300, 20))
    return {
        "subscription": m.id_of([row["id"] for row in contracts], "tX"),
        "billing_reason": m.maybe(
            m.one_of("subscription_create", "subscription_cycle", "Subscription_Cycle", "manual")
        ),
        "period_start": m.maybe(begins, 0.95),
        "period_end": m.maybe(begins + timedelta(days=days), 0.95),
    }


def _discounts(m: Maker, contracts: list[Row]) -> list[Row]:
    """Discounts of subscriptions: a percentage or an amount, for a time or for good."""
    rows = []
    for index in range(m.chance.randint(0, 2 * m.shape.customers)):
        starts = m.instant(200)
        is_share = m.chance.random() < 0.5
        rows.append(
            {
                "id": f"y{index}",
                "subscription": m.id_of([row["id"] for row in contracts], "tX"),
                "percent_off": m.maybe(m.one_of(10, 33.3, 100, 0)) if is_share else None,
                "amount_off": None if is_share else m.maybe(m.one_of(100, 1234, 10_000_000)),
                "starts_at": m.maybe(starts, 0.95),
                "ends_at": m.maybe(starts + timedelta(days=m.one_of(-1, 0, 30, 500)), 0.6),
            }
        )
    return rows
