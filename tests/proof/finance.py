"""Finance: the ledger, deferred revenue, discounts, people, the market and the API."""

from __future__ import annotations

from collections.abc import Iterable

from tests.proof.question import Question, Value, Window, count, divide, growth, minus, total
from tests.proof.registry import proof
from tests.proof.revenue import PERIODS, total_arr

LEDGER = "ledger_entries"
COSTS = ("cost_of_revenue", "operating_expense")
API = "api_requests"


def _posted(q: Question, window: Window, kinds: Iterable[str], financing: bool = True) -> Value:
    """Sum of the postings to some kinds of account."""
    lines = q.during(LEDGER, window, lambda rows: rows["account_type"].isin(list(kinds)))
    if lines is not None and not financing:
        lines = lines[~lines["is_financing"]]
    return total(lines, "amount")


@proof("ledger_revenue_12m", LEDGER)
def ledger_revenue_12m(q: Question) -> Value:
    return _posted(q, q.last(months=12), ["revenue"])


@proof("ledger_revenue_growth_yoy", LEDGER)
def ledger_revenue_growth_yoy(q: Question) -> Value:
    return growth(ledger_revenue_12m(q), ledger_revenue_12m(q.before(months=12)))


@proof("operating_margin_12m", LEDGER)
def operating_margin_12m(q: Question) -> Value:
    revenue = ledger_revenue_12m(q)
    return divide(minus(revenue, _posted(q, q.last(months=12), COSTS)), revenue)


@proof("rule_of_40_score", LEDGER)
def rule_of_40_score(q: Question) -> Value:
    grown, margin = ledger_revenue_growth_yoy(q), operating_margin_12m(q)
    return None if grown is None or margin is None else 100 * (grown + margin)


@proof("cash_balance", LEDGER)
def cash_balance(q: Question) -> Value:
    return _posted(q, Window(1, q.end), ["cash"])


def _burn(q: Question, months: int) -> Value:
    """Cash out less cash in without financing, in so many months."""
    return minus(0.0, _posted(q, q.last(months=months), ["cash"], financing=False))


@proof("quarterly_burn", LEDGER)
def quarterly_burn(q: Question) -> Value:
    return _burn(q, 3)


@proof("mean_monthly_burn_3m", LEDGER)
def mean_monthly_burn_3m(q: Question) -> Value:
    return divide(_burn(q, 3), 3.0)


@proof("monthly_burn_rate", LEDGER)
def monthly_burn_rate(q: Question) -> Value:
    return _burn(q, 1)


@proof("cash_runway_months", LEDGER)
def cash_runway_months(q: Question) -> Value:
    burn = mean_monthly_burn_3m(q)
    return divide(cash_balance(q), burn) if burn is not None and burn > 0 else None


@proof("market_penetration_pct", PERIODS, "market_sizes")
def market_penetration_pct(q: Question) -> Value:
    return divide(total_arr(q), total(q.in_force("market_sizes"), "annual_amount"))


@proof("revenue_per_employee", PERIODS, "headcounts")
def revenue_per_employee(q: Question) -> Value:
    return divide(total_arr(q), total(q.in_force("headcounts"), "employees"))


@proof("deferred_revenue", "deferred_amounts")
def deferred_revenue(q: Question) -> Value:
    return total(q.in_force("deferred_amounts"), "amount")


@proof("discount_rate", "subscription_discounts", "stripe_mrr_periods")
def discount_rate(q: Question) -> Value:
    full = total(q.in_force("stripe_mrr_periods"), "mrr")
    return divide(total(q.in_force("subscription_discounts"), "discount"), full)


@proof("api_response_time_ms", API)
def api_response_time_ms(q: Question) -> Value:
    timed = q.during(API, q.period, lambda rows: rows["duration_ms"] >= 0)
    return divide(total(timed, "duration_ms"), count(timed))
