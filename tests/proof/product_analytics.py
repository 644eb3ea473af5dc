"""Product: registered users, and users with a session on a day, in a week, in a month."""

from __future__ import annotations

from tests.proof.question import Question, Value, count, distinct, divide
from tests.proof.registry import proof

SESSIONS = "sessions of users"


def users_with_a_session(q: Question, days: int) -> Value:
    """Different known users with a session in the last days."""
    return distinct(q.during(SESSIONS, q.last(days=days)), "user_id")


@proof("daily_active_users", SESSIONS)
def daily_active_users(q: Question) -> Value:
    return users_with_a_session(q, 1)


@proof("weekly_active_users", SESSIONS)
def weekly_active_users(q: Question) -> Value:
    return users_with_a_session(q, 7)


@proof("monthly_active_users", SESSIONS)
def monthly_active_users(q: Question) -> Value:
    return users_with_a_session(q, 30)


@proof("dau_mau_ratio", SESSIONS)
def dau_mau_ratio(q: Question) -> Value:
    return divide(daily_active_users(q), monthly_active_users(q))


@proof("wau_mau_ratio", SESSIONS)
def wau_mau_ratio(q: Question) -> Value:
    return divide(weekly_active_users(q), monthly_active_users(q))


@proof("total_users", "registrations")
def total_users(q: Question) -> Value:
    return count(q.in_force("registrations"))
