"""Customer success: support tickets. Active customers are with revenue, whose rows they count."""

from __future__ import annotations

from tests.proof.question import Question, Value, count
from tests.proof.registry import proof


@proof("support_tickets_open", "tickets")
def support_tickets_open(q: Question) -> Value:
    return count(q.in_force("tickets"))


@proof("support_tickets_30d", "tickets")
def support_tickets_30d(q: Question) -> Value:
    return count(q.during("tickets", q.last(days=30)))
