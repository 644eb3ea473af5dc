"""Company: what only the overview shows."""

from __future__ import annotations

from tests.proof.question import Question, Value, minus
from tests.proof.registry import proof
from tests.proof.revenue import PERIODS, active_customers


@proof("net_new_customers_30d", PERIODS)
def net_new_customers_30d(q: Question) -> Value:
    return minus(active_customers(q), active_customers(q.before(days=30)))
