"""Product: registered users, and users with a session on a day, in a week, in a month."""

from __future__ import annotations

from tests.proof.question import Question, Value, Window, count, distinct, divide
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


def _seen(q: Question) -> tuple[set[str], set[str], set[str]] | None:
    """Users in scope with a session in the last 30 days, in the 30 before, and any time earlier."""
    now = q.last(days=30)
    before = Window(now.lo - 30, now.lo - 1, whole=True)
    if not q.covers(SESSIONS, before):
        return None
    rows = q.scoped(SESSIONS, q.end)
    rows = rows[rows["user_id"].notna()]
    days = rows["day"]
    return (
        set(rows["user_id"][(days >= now.lo) & (days <= now.hi)]),
        set(rows["user_id"][(days >= before.lo) & (days <= before.hi)]),
        set(rows["user_id"][days < before.lo]),
    )


@proof("newly_active_users_30d", SESSIONS)
def newly_active_users_30d(q: Question) -> Value:
    seen = _seen(q)
    return None if seen is None else float(len(seen[0] - seen[1] - seen[2]))


@proof("returning_users", SESSIONS)
def returning_users(q: Question) -> Value:
    seen = _seen(q)
    return None if seen is None else float(len(seen[0] & seen[1]))


@proof("resurrected_users", SESSIONS)
def resurrected_users(q: Question) -> Value:
    seen = _seen(q)
    return None if seen is None else float(len((seen[0] & seen[2]) - seen[1]))


@proof("dormant_users_30d", SESSIONS)
def dormant_users_30d(q: Question) -> Value:
    seen = _seen(q)
    return None if seen is None else float(len(seen[1] - seen[0]))


@proof("dau_mau_ratio", SESSIONS)
def dau_mau_ratio(q: Question) -> Value:
    return divide(daily_active_users(q), monthly_active_users(q))


@proof("wau_mau_ratio", SESSIONS)
def wau_mau_ratio(q: Question) -> Value:
    return divide(weekly_active_users(q), monthly_active_users(q))


@proof("total_users", "registrations")
def total_users(q: Question) -> Value:
    return count(q.in_force("registrations"))
