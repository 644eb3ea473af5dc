"""Revenue: recurring revenue and its movements, retention, billing, unit economics."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from tests.proof.question import (
    Question,
    Value,
    Window,
    count,
    distinct,
    divide,
    growth,
    minus,
    plus,
    times,
    total,
)
from tests.proof.registry import proof

PERIODS = "subscription_periods"
COSTS = "company_costs"
NOTHING = Decimal(0)


# Recurring revenue at a date


@proof("total_mrr", PERIODS)
def total_mrr(q: Question) -> Value:
    return total(q.in_force(PERIODS), "mrr")


@proof("total_arr", PERIODS)
def total_arr(q: Question) -> Value:
    return times(12.0, total_mrr(q))


@proof("active_customers", PERIODS)
def active_customers(q: Question) -> Value:
    paid = paid_by_customer(q)
    return None if paid is None else float(len(paid))


@proof("arpa", PERIODS)
def arpa(q: Question) -> Value:
    return divide(total_mrr(q), active_customers(q))


@proof("median_mrr", PERIODS)
def median_mrr(q: Question) -> Value:
    paid = paid_by_customer(q)
    known = [mrr for customer, mrr in (paid or {}).items() if customer is not None]
    return float(median(known)) if known else None


@proof("top_10_revenue_concentration", PERIODS)
def top_10_revenue_concentration(q: Question) -> Value:
    paid = paid_by_customer(q)
    known = sorted((mrr for customer, mrr in (paid or {}).items() if customer is not None))
    return divide(float(sum(known[-10:])), float(sum(known)))


def paid_by_customer(q: Question) -> dict[str | None, Decimal] | None:
    """What each customer in scope pays a month on the last day."""
    if not q.covers(PERIODS, Window(q.end, q.end)):
        return None
    payers = q.world.payers()
    in_scope = payers[q.counts("payers", payers, q.end)]
    paid = q.world.mrr_on(q.end)
    return {one: paid[one] for one in in_scope["customer_id"] if paid.get(one, 0) > 0}


# Movements


@dataclass(frozen=True)
class Move:
    """What a customer paid a month at both ends of a window, and on which day it first ever did."""

    opening: Decimal
    closing: Decimal
    first_day: int
    lo: int

    @property
    def won(self) -> bool:
        """Pays now and did not at the opening."""
        return self.opening == 0 and self.closing > 0

    @property
    def is_new(self) -> bool:
        """Won, and never paid before."""
        return self.won and self.first_day >= self.lo

    @property
    def is_back(self) -> bool:
        """Won, but had paid some time before."""
        return self.won and self.first_day < self.lo

    @property
    def is_lost(self) -> bool:
        """Paid at the opening, pays nothing now."""
        return self.opening > 0 and self.closing == 0

    @property
    def grew(self) -> Decimal:
        """How much more a customer pays that paid already."""
        return max(self.closing - self.opening, NOTHING) if self.opening > 0 else NOTHING

    @property
    def shrank(self) -> Decimal:
        """How much less a customer pays that still pays."""
        return max(self.opening - self.closing, NOTHING) if self.closing > 0 else NOTHING


def moves(q: Question, window: Window, segment: str = "closing") -> list[Move] | None:
    """Every customer in scope at both ends of a window; plan and tier are those of one end."""
    if not q.covers(PERIODS, window):
        return None
    plan_day = window.hi if segment == "closing" else window.lo - 1
    payers = q.world.payers()
    in_scope = payers[q.counts("payers", payers, plan_day)]
    before, after = q.world.mrr_on(window.lo - 1), q.world.mrr_on(window.hi)
    first = q.world.first_paid_day()
    return [
        Move(before.get(one, NOTHING), after.get(one, NOTHING), first[one], window.lo)
        for one in in_scope["customer_id"]
        if one in first
    ]


def summed(found: Iterable[Move] | None, amount: Callable[[Move], Any]) -> Value:
    """Sum over customers; a truth counts as one."""
    return None if found is None else float(sum(amount(move) for move in found))


MOVEMENTS: dict[str, Callable[[Move], Any]] = {
    "opening_mrr": lambda move: move.opening,
    "new_mrr": lambda move: move.closing if move.is_new else 0,
    "expansion_mrr": lambda move: move.grew,
    "contraction_mrr": lambda move: move.shrank,
    "churned_mrr": lambda move: move.opening if move.is_lost else 0,
    "reactivation_mrr": lambda move: move.closing if move.is_back else 0,
    "net_new_mrr": lambda move: move.closing - move.opening,
    "closing_mrr": lambda move: move.closing,
    "opening_customers": lambda move: move.opening > 0,
    "new_customers": lambda move: move.is_new,
    "churned_customers": lambda move: move.is_lost,
    "reactivated_customers": lambda move: move.is_back,
}
"""Of the asked period, split by where customers stand at its end."""

OF_LAST_MONTH: dict[str, Callable[[Move], Any]] = {
    "opening_mrr_1m": lambda move: move.opening,
    "churned_mrr_1m": lambda move: move.opening if move.is_lost else 0,
    "opening_customers_1m": lambda move: move.opening > 0,
    "churned_customers_1m": lambda move: move.is_lost,
}
OF_LAST_YEAR: dict[str, Callable[[Move], Any]] = {
    "opening_mrr_12m": lambda move: move.opening,
    "retained_mrr_12m": lambda move: move.closing if move.opening > 0 else 0,
    "retained_mrr_capped_12m": lambda move: min(move.opening, move.closing),
    "opening_customers_12m": lambda move: move.opening > 0,
    "churned_customers_12m": lambda move: move.is_lost,
    "retained_customers_12m": lambda move: move.opening > 0 and move.closing > 0,
}
"""Of the trailing month and year, split by where customers stood at the opening."""


def _register(names: dict[str, Callable[[Move], Any]], months: int) -> None:
    for name in names:

        def compute(q: Question, amount: Callable[[Move], Any] = names[name]) -> Value:
            if months:
                return summed(moves(q, q.last(months=months), "opening"), amount)
            return summed(moves(q, q.period), amount)

        proof(name, PERIODS)(compute)


_register(MOVEMENTS, 0)
_register(OF_LAST_MONTH, 1)
_register(OF_LAST_YEAR, 12)


@proof("new_customers_12m", PERIODS)
def new_customers_12m(q: Question) -> Value:
    return summed(moves(q, q.last(months=12)), lambda move: move.is_new)


@proof("quick_ratio", PERIODS)
def quick_ratio(q: Question) -> Value:
    found = moves(q, q.period)
    gained = summed(found, lambda move: move.closing if move.won else move.grew)
    return divide(gained, summed(found, lambda m: m.opening if m.is_lost else m.shrank))


# Growth


@proof("mrr_growth_rate", PERIODS)
def mrr_growth_rate(q: Question) -> Value:
    return growth(total_mrr(q), total_mrr(q.before(months=1)))


@proof("mrr_growth_30d", PERIODS)
def mrr_growth_30d(q: Question) -> Value:
    return growth(total_mrr(q), total_mrr(q.before(days=30)))


@proof("arr_growth_yoy", PERIODS)
def arr_growth_yoy(q: Question) -> Value:
    return growth(total_arr(q), total_arr(q.before(days=365)))


@proof("cmgr", PERIODS)
def cmgr(q: Question) -> Value:
    whole = growth(total_mrr(q), total_mrr(q.before(months=12)))
    return None if whole is None else (1 + whole) ** (1 / 12) - 1


# Retention and churn


def _last_year(q: Question, name: str) -> Value:
    return summed(moves(q, q.last(months=12), "opening"), OF_LAST_YEAR[name])


def _last_month(q: Question, name: str) -> Value:
    return summed(moves(q, q.last(months=1), "opening"), OF_LAST_MONTH[name])


@proof("net_revenue_retention", PERIODS)
def net_revenue_retention(q: Question) -> Value:
    return divide(_last_year(q, "retained_mrr_12m"), _last_year(q, "opening_mrr_12m"))


@proof("gross_revenue_retention", PERIODS)
def gross_revenue_retention(q: Question) -> Value:
    return divide(_last_year(q, "retained_mrr_capped_12m"), _last_year(q, "opening_mrr_12m"))


@proof("revenue_churn_rate", PERIODS)
def revenue_churn_rate(q: Question) -> Value:
    return divide(_last_month(q, "churned_mrr_1m"), _last_month(q, "opening_mrr_1m"))


@proof("customer_churn_rate", PERIODS)
def customer_churn_rate(q: Question) -> Value:
    return divide(_last_month(q, "churned_customers_1m"), _last_month(q, "opening_customers_1m"))


@proof("logo_retention_rate", PERIODS)
def logo_retention_rate(q: Question) -> Value:
    return divide(_last_year(q, "retained_customers_12m"), _last_year(q, "opening_customers_12m"))


@proof("monthly_churn_12m", PERIODS)
def monthly_churn_12m(q: Question) -> Value:
    lost = divide(_last_year(q, "churned_customers_12m"), _last_year(q, "opening_customers_12m"))
    return divide(lost, 12.0)


# Subscriptions


@proof("active_subscriptions", "subscriptions")
def active_subscriptions(q: Question) -> Value:
    return count(q.in_force("subscriptions"))


@proof("new_subscription_count", "subscriptions")
def new_subscription_count(q: Question) -> Value:
    return count(q.during("subscriptions", q.period))


@proof("churned_subscription_count", "subscriptions")
def churned_subscription_count(q: Question) -> Value:
    return count(q.during("subscriptions", q.period, at="until"))


# Billing and cash


@proof("invoiced_revenue", "invoices")
def invoiced_revenue(q: Question) -> Value:
    return total(q.during("invoices", q.period), "amount_due")


@proof("collected_revenue", "charges")
def collected_revenue(q: Question) -> Value:
    charges = q.during("charges", q.period, lambda r: r.is_succeeded)
    return minus(total(charges, "amount"), total(charges, "refunded"))


@proof("refund_rate", "charges")
def refund_rate(q: Question) -> Value:
    charges = q.during("charges", q.period, lambda r: r.is_succeeded)
    return divide(total(charges, "refunded"), total(charges, "amount"))


@proof("outstanding_receivables", "receivables")
def outstanding_receivables(q: Question) -> Value:
    return total(q.in_force("receivables"), "balance")


@proof("payment_success_rate", "invoices")
def payment_success_rate(q: Question) -> Value:
    paid = q.during("invoices", q.period, lambda r: r.is_paid)
    return divide(count(paid), count(q.during("invoices", q.period)))


@proof("mrr_mismatch_count", PERIODS, "stripe_mrr_periods")
def mrr_mismatch_count(q: Question) -> Value:
    ours, theirs = q.in_force(PERIODS), q.in_force("stripe_mrr_periods")
    if ours is None or theirs is None:
        return None
    left, right = ({}, {})
    for rows, paid in ((ours, left), (theirs, right)):
        for customer, mrr in zip(rows["customer_id"], rows["mrr"], strict=True):
            if customer is not None and mrr is not None:
                paid[customer] = paid.get(customer, NOTHING) + mrr
    everyone = {*left, *right}
    apart = (left.get(one, NOTHING) - right.get(one, NOTHING) for one in everyone)
    return float(sum(abs(difference) > 1 for difference in apart))


# Unit economics


@proof("mrr_per_location", PERIODS, "locations_open")
def mrr_per_location(q: Question) -> Value:
    return divide(total_mrr(q), count(q.in_force("locations_open")))


@proof("mrr_per_device", PERIODS, "devices_in_service")
def mrr_per_device(q: Question) -> Value:
    return divide(total_mrr(q), distinct(q.in_force("devices_in_service"), "device_id"))


@proof("gross_margin", COSTS)
def gross_margin(q: Question) -> Value:
    months = q.in_force(COSTS)
    return None if months is None or months.empty else total(months, "gross_margin")


@proof("lifetime_value", PERIODS, COSTS)
def lifetime_value(q: Question) -> Value:
    return divide(times(arpa(q), gross_margin(q)), monthly_churn_12m(q))


def cost_of(q: Question, window: Window, column: str) -> Value:
    """Cost of the days of a window: each month's cost is spread evenly over its days."""
    if not q.covers(COSTS, window):
        return None
    spent = []
    for month in q.world.facts[COSTS].rows.to_dict("records"):
        days = [day for day in range(month["day"], month["until"]) if window.lo <= day <= window.hi]
        if month["valid_to"] is not None and month[column] is not None and days:
            length = month["until"] - month["day"]
            spent.append(float(month[column]) * len(days) / length)
    return math.fsum(spent)


def acquisition_cost(q: Question, window: Window) -> Value:
    """Cost of sales and marketing in a window."""
    return plus(cost_of(q, window, "sales_cost"), cost_of(q, window, "marketing_cost"))


@proof("ltv_cac_ratio", PERIODS, COSTS)
def ltv_cac_ratio(q: Question) -> Value:
    cost = divide(acquisition_cost(q, q.last(months=12)), new_customers_12m(q))
    return divide(lifetime_value(q), cost)
