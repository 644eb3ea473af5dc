"""Support: tickets, the time they take, escalations and ratings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.proof.days import midnight
from tests.proof.question import Question, Value, count, divide, total
from tests.proof.registry import proof
from tests.proof.revenue import PERIODS, active_customers

TICKETS = "tickets"
REPLIES = "ticket_first_replies"
TARGET_HOURS = {"URGENT": 4, "HIGH": 4, "MEDIUM": 24, "LOW": 72}


@proof("support_tickets_open", TICKETS)
def support_tickets_open(q: Question) -> Value:
    return count(q.in_force(TICKETS))


@proof("support_tickets_30d", TICKETS)
def support_tickets_30d(q: Question) -> Value:
    return count(q.during(TICKETS, q.last(days=30)))


@proof("high_priority_tickets", TICKETS)
def high_priority_tickets(q: Question) -> Value:
    return count(q.during(TICKETS, q.last(days=30), lambda rows: rows["priority"] == "HIGH"))


@proof("avg_tickets_per_customer", TICKETS, PERIODS)
def avg_tickets_per_customer(q: Question) -> Value:
    return divide(support_tickets_30d(q), active_customers(q))


@proof("ticket_resolution_rate", TICKETS)
def ticket_resolution_rate(q: Question) -> Value:
    window = q.last(days=90)
    closed = count(q.during(TICKETS, window, at="until"))
    return divide(closed, count(q.during(TICKETS, window)))


def hours_of_ended(q: Question, fact: str) -> list[float] | None:
    """Hours of the intervals that ended in the period."""
    ended = q.during(fact, q.period, at="until")
    if ended is None:
        return None
    lengths = zip(ended["until_second"], ended["second"], strict=True)
    return [(end - begin) / 3600 for end, begin in lengths]


def mean(values: Sequence[float] | None) -> Value:
    """The mean of what there is."""
    return math.fsum(values) / len(values) if values else None


def quantile(values: Sequence[float] | None, q: float) -> Value:
    """The value at a share of the way through the sorted ones, on a line between neighbours."""
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@proof("avg_ticket_resolution_hours", TICKETS)
def avg_ticket_resolution_hours(q: Question) -> Value:
    return mean(hours_of_ended(q, TICKETS))


@proof("median_ticket_resolution_hours", TICKETS)
def median_ticket_resolution_hours(q: Question) -> Value:
    return quantile(hours_of_ended(q, TICKETS), 0.5)


@proof("p90_ticket_resolution_hours", TICKETS)
def p90_ticket_resolution_hours(q: Question) -> Value:
    return quantile(hours_of_ended(q, TICKETS), 0.9)


def _in_seconds(hours: Value) -> Value:
    return None if hours is None else hours * 3600


@proof("median_ticket_resolution_seconds", TICKETS)
def median_ticket_resolution_seconds(q: Question) -> Value:
    return _in_seconds(median_ticket_resolution_hours(q))


@proof("p90_ticket_resolution_seconds", TICKETS)
def p90_ticket_resolution_seconds(q: Question) -> Value:
    return _in_seconds(p90_ticket_resolution_hours(q))


@proof("sla_compliance", TICKETS)
def sla_compliance(q: Question) -> Value:
    closed = q.during(TICKETS, q.period, at="until")
    if closed is None:
        return None
    kept = [
        row.until_second - row.second <= TARGET_HOURS[row.priority] * 3600
        for row in closed.itertuples()
        if row.priority in TARGET_HOURS
    ]
    return divide(float(sum(kept)), float(len(kept)))


@proof("ticket_backlog_age_hours", TICKETS)
def ticket_backlog_age_hours(q: Question) -> Value:
    waiting = q.in_force(TICKETS)
    if waiting is None:
        return None
    ends = midnight(q.end + 1, q.world.time_zone)
    return mean([(ends - second) / 3600 for second in waiting["second"]])


@proof("avg_first_response_hours", REPLIES)
def avg_first_response_hours(q: Question) -> Value:
    return mean(hours_of_ended(q, REPLIES))


@proof("median_first_response_hours", REPLIES)
def median_first_response_hours(q: Question) -> Value:
    return quantile(hours_of_ended(q, REPLIES), 0.5)


@proof("median_first_response_seconds", REPLIES)
def median_first_response_seconds(q: Question) -> Value:
    return _in_seconds(median_first_response_hours(q))


@proof("escalation_rate", TICKETS, "ticket_escalations")
def escalation_rate(q: Question) -> Value:
    created = q.during(TICKETS, q.period)
    if created is None or not q.covers("ticket_escalations", q.period):
        return None
    told = q.world.facts["ticket_escalations"].rows
    passed_on = set(told[told["day"] <= q.end]["ticket_id"])
    return divide(float(sum(one in passed_on for one in created["ticket_id"])), count(created))


@proof("support_satisfaction_score", "ticket_ratings")
def support_satisfaction_score(q: Question) -> Value:
    rated = q.during("ticket_ratings", q.period)
    return divide(total(rated, "score"), count(rated))
