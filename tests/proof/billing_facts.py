"""Rows of the facts about money: subscriptions, Stripe, cost, advertising and leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from tests.proof.days import local
from tests.proof.raw import (
    Raw,
    Row,
    cents,
    first_not_none,
    lower,
    money,
    number,
    one_per_key,
    read_json,
)

TRIAL = ("trial", "trialing")
NOT_PAID_YET = ("trialing", "incomplete", "incomplete_expired")
MONTHS_IN = {
    "month": Fraction(1),
    "year": Fraction(1, 12),
    "week": Fraction(52, 12),
    "day": Fraction(365, 12),
}


def subscription_periods(raw: Raw) -> Iterator[Row]:
    """Each paid subscription cut at the days its plan, price or pause changed."""
    changes: dict[str, list[Row]] = {}
    for change in one_per_key(raw.rows("app_database_subscription_changes"), ("id",)):
        if change["effective_date"] is not None:
            changes.setdefault(change["subscription_id"], []).append(change)
    for paid in _paid(raw):
        if paid["start_date"] is not None:
            yield from _periods_of(paid, changes.get(paid["id"], []))


def _periods_of(paid: Row, changes: list[Row]) -> Iterator[Row]:
    start, end = paid["start_date"], paid["end_date"]
    plan, price, paused = paid["plan_name"], paid["monthly_price"], False
    steps = {start: ("start", plan, price, paused)}
    order = sorted(changes, key=lambda one: (max(one["effective_date"], start), one["id"]))
    for change in order:
        if end is not None and change["effective_date"] >= end:
            continue
        kind = lower(change["change_type"])
        if kind == "pause":
            paused = True
        else:
            plan = first_not_none(change["plan_name"], plan)
            price = first_not_none(change["monthly_price"], price)
            paused = paused and kind != "resume"
        steps[max(change["effective_date"], start)] = (change["id"], plan, price, paused)
    days = sorted(steps)
    for day, after in zip(days, [*days[1:], end], strict=True):
        step, plan, price, paused = steps[day]
        if price is not None and price > 0 and not paused:
            yield {
                "period_id": f"{paid['id']}:{step}",
                "subscription_id": paid["id"],
                "customer_id": paid["customer_id"],
                "plan": lower(plan),
                "is_enterprise": lower(plan) == "enterprise",
                "mrr": money(price),
                "valid_from": day,
                "valid_to": after,
            }


def _paid(raw: Raw) -> list[Row]:
    rows = one_per_key(raw.rows("app_database_subscriptions"), ("id",))
    return [row for row in rows if (lower(row["status"]) or "") not in TRIAL]


def subscriptions(raw: Raw) -> Iterator[Row]:
    """Paid subscriptions from start to end."""
    for row in raw.rows("app_database_subscriptions"):
        price = row["monthly_price"]
        if (lower(row["status"]) or "") in TRIAL or price is None or price <= 0:
            continue
        yield {
            "subscription_id": row["id"],
            "customer_id": row["customer_id"],
            "plan": lower(row["plan_name"]),
            "valid_from": row["start_date"],
            "valid_to": row["end_date"],
        }


class Stripe:
    """Stripe's tables; a customer of ours is named in the metadata of theirs."""

    def __init__(self, raw: Raw, time_zone: str) -> None:
        self._raw = raw
        self._zone = time_zone
        self._account = {
            row["id"]: read_json(row["metadata"]).get("account_id")
            for row in raw.rows("stripe_customers")
        }

    def _day(self, instant: datetime | None) -> date | None:
        return None if instant is None else local(instant, self._zone).date()

    def invoices(self) -> Iterator[Row]:
        """Invoices that were sent."""
        for row in self._sent(("void", "draft")):
            yield {
                "invoice_id": row["id"],
                "customer_id": self._account.get(row["customer"]),
                "status": lower(row["status"]),
                "is_paid": lower(row["status"]) == "paid",
                "amount_due": cents(row["amount_due"]),
                "created_at": row["created"],
            }

    def _sent(self, without: tuple[str, ...]) -> Iterator[Row]:
        for row in self._raw.rows("stripe_invoices"):
            if row["livemode"] is not False and (lower(row["status"]) or "") not in without:
                yield row

    def charges(self) -> Iterator[Row]:
        """Attempts to collect money."""
        for row in self._raw.rows("stripe_charges"):
            if row["livemode"] is not False:
                yield {
                    "charge_id": row["id"],
                    "customer_id": self._account.get(row["customer"]),
                    "status": lower(row["status"]),
                    "is_succeeded": lower(row["status"]) == "succeeded",
                    "amount": cents(row["amount"]),
                    "refunded": cents(row["amount_refunded"]),
                    "created_at": row["created"],
                }

    def receivables(self) -> Iterator[Row]:
        """What is owed: from the invoice's day to the day of its first succeeded charge."""
        succeeded = [
            row for row in self._raw.rows("stripe_charges") if lower(row["status"]) == "succeeded"
        ]
        for row in self._sent(("void", "draft", "uncollectible")):
            is_paid, left = lower(row["status"]) == "paid", row["amount_remaining"]
            payments = [
                charge["created"]
                for charge in succeeded
                if (charge["invoice"] == row["id"] or charge["id"] == row["charge"])
                and charge["created"] is not None
            ]
            paid_at = min(payments, default=row["created"])
            yield {
                "invoice_id": row["id"],
                "customer_id": self._account.get(row["customer"]),
                "balance": cents(row["amount_due"] if is_paid or left is None else left),
                "valid_from": self._day(row["created"]),
                "valid_to": self._day(paid_at) if is_paid else None,
            }

    def cancellations(self) -> Iterator[Row]:
        """Subscriptions from the day their end was asked for to the day of it."""
        for row in self._raw.rows("stripe_subscriptions"):
            never_began = (lower(row["status"]) or "") in ("incomplete", "incomplete_expired")
            if row["canceled_at"] is None or row["livemode"] is False or never_began:
                continue
            asked_end = "cancel_at" if row["cancel_at_period_end"] else "canceled_at"
            yield {
                "subscription_id": row["id"],
                "customer_id": self._account.get(row["customer"]),
                "valid_from": self._day(row["canceled_at"]),
                "valid_to": self._day(first_not_none(row["ended_at"], row[asked_end])),
            }

    def mrr_periods(self) -> Iterator[Row]:
        """What each item of a subscription costs a month, after its trial."""
        prices = {row["id"]: row for row in self._raw.rows("stripe_prices")}
        contracts = {row["id"]: row for row in self._raw.rows("stripe_subscriptions")}
        for item in self._raw.rows("stripe_subscription_items"):
            contract = contracts.get(item["subscription"])
            if contract is None or contract["livemode"] is False:
                continue
            if (lower(contract["status"]) or "") in NOT_PAID_YET:
                continue
            told = read_json(item["price"])
            asked_end = "cancel_at" if contract["cancel_at_period_end"] else "canceled_at"
            yield {
                "item_id": item["id"],
                "customer_id": self._account.get(contract["customer"]),
                "mrr": _monthly(item, told, prices.get(told.get("id"), {})),
                "valid_from": self._day(
                    first_not_none(
                        contract["trial_end"], contract["start_date"], contract["created"]
                    )
                ),
                "valid_to": self._day(first_not_none(contract["ended_at"], contract[asked_end])),
            }


def _monthly(item: Row, told: dict[str, Any], price: Row) -> Any:
    """The price written on the item counts, else that of the list."""
    recurring = told.get("recurring") or {}
    amount = first_not_none(told.get("unit_amount"), price.get("unit_amount"))
    unit = first_not_none(recurring.get("interval"), price.get("recurring_interval"))
    units = first_not_none(
        recurring.get("interval_count"), price.get("recurring_interval_count"), 1
    )
    if amount is None or (lower(unit) or "") not in MONTHS_IN:
        return None
    quantity = first_not_none(item["quantity"], 1)
    return money(Fraction(int(amount) * int(quantity), 100) / int(units) * MONTHS_IN[unit.lower()])


def company_costs(raw: Raw) -> Iterator[Row]:
    """Cost and margin by month."""
    for row in raw.rows("finance_monthly_costs"):
        yield {
            "valid_from": row["period_start"],
            "valid_to": row["period_end"],
            "sales_cost": money(row["sales_cost"]),
            "marketing_cost": money(row["marketing_cost"]),
            "gross_margin": number(row["gross_margin_pct"]),
        }


def ad_spend(raw: Raw) -> Iterator[Row]:
    """What a campaign cost on one day."""
    for row in raw.rows("ad_performance_daily"):
        platform = lower(row["platform"])
        yield {
            "spend_id": f"{platform or ''}:{row['campaign_id'] or ''}:{row['date']}",
            "platform": platform,
            "campaign_id": row["campaign_id"],
            "date": row["date"],
            "impressions": row["impressions"],
            "clicks": row["clicks"],
            "cost": money(row["cost"]),
            "conversions": number(row["conversions"]),
            "conversion_value": money(row["conversion_value"]),
        }


def leads(raw: Raw) -> Iterator[Row]:
    """Leads that marketing qualified."""
    for row in raw.rows("marketing_qualified_leads"):
        yield {
            "mql_id": row["id"],
            "contact_id": None if row["contact_id"] is None else str(row["contact_id"]),
            "lead_source": row["lead_source"],
            "campaign_id": row["campaign_id"],
            "score": number(row["mql_score"]),
            "engagement_score": number(row["engagement_score"]),
            "conversion_probability": number(row["conversion_probability"]),
            "days_to_mql": row["days_to_mql"],
            "qualified_at": row["mql_date"],
        }
