"""Marketing: qualified leads and what a new customer costs."""

from __future__ import annotations

from tests.proof.question import Question, Value, count, divide, total
from tests.proof.registry import proof
from tests.proof.revenue import COSTS, PERIODS, acquisition_cost, moves, new_customers_12m, summed


@proof("total_mqls", "leads")
def total_mqls(q: Question) -> Value:
    return count(q.during("leads", q.period))


def _won(q: Question) -> Value:
    return summed(moves(q, q.period), lambda move: move.is_new)


@proof("customer_acquisition_cost", COSTS, PERIODS)
def customer_acquisition_cost(q: Question) -> Value:
    return divide(acquisition_cost(q, q.period), _won(q))


@proof("customer_acquisition_cost_12m", COSTS, PERIODS)
def customer_acquisition_cost_12m(q: Question) -> Value:
    return divide(acquisition_cost(q, q.last(months=12)), new_customers_12m(q))


@proof("customer_acquisition_cost_ad_spend", "ad_spend", PERIODS)
def customer_acquisition_cost_ad_spend(q: Question) -> Value:
    return divide(total(q.during("ad_spend", q.period), "cost"), _won(q))
