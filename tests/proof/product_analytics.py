"""Product: registered users, those with a session in some days, and how they come and go."""

from __future__ import annotations

from tests.proof.question import (
    Question,
    Value,
    Window,
    count,
    distinct,
    divide,
    growth,
    keys,
    minus,
)
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


@proof("churned_users", SESSIONS)
def churned_users(q: Question) -> Value:
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


@proof("previously_active_users_30d", SESSIONS)
def previously_active_users_30d(q: Question) -> Value:
    seen = _seen(q)
    return None if seen is None else float(len(seen[1]))


@proof("avg_30d_retention_rate", SESSIONS)
def avg_30d_retention_rate(q: Question) -> Value:
    return divide(returning_users(q), previously_active_users_30d(q))


@proof("quarterly_active_users", SESSIONS)
def quarterly_active_users(q: Question) -> Value:
    return users_with_a_session(q, 90)


@proof("dormant_users", SESSIONS)
def dormant_users(q: Question) -> Value:
    seen, now = q.during(SESSIONS, q.last(days=90)), q.during(SESSIONS, q.last(days=30))
    if seen is None or now is None:
        return None
    return float(len(keys(seen, "user_id") - keys(now, "user_id")))


@proof("new_users", "registrations")
def new_users(q: Question) -> Value:
    return count(q.during("registrations", q.last(days=30)))


@proof("net_user_growth", "registrations", SESSIONS)
def net_user_growth(q: Question) -> Value:
    return minus(new_users(q), churned_users(q))


@proof("active_user_growth_30d", SESSIONS)
def active_user_growth_30d(q: Question) -> Value:
    """Plan and tier are those of each window's end, the earlier one's included."""
    return growth(monthly_active_users(q), monthly_active_users(q.before(days=30)))
