"""Customer success: accounts, tenure, renewals, users and devices.

Active customers are with revenue, whose rows they count; tickets, surveys and adoption apart.
"""

from __future__ import annotations

import pandas as pd

from tests.proof.operations import BY_DEVICE, EVENTS, STATUS
from tests.proof.product_analytics import SESSIONS, monthly_active_users, total_users
from tests.proof.question import (
    Question,
    Value,
    count,
    distinct,
    divide,
    keys,
    minus,
    times,
    total,
)
from tests.proof.registry import proof
from tests.proof.revenue import PERIODS, customer_churn_rate, moves, summed, total_mrr

SPELLS = "customer_spells"
OVERDUE = "overdue_invoices"
RENEWALS = "next_renewals"
SEATS = "contracted_seats"


# Accounts and their tenure


@proof("total_customers", "accounts")
def total_customers(q: Question) -> Value:
    return count(q.in_force("accounts"))


def _ever_paid(q: Question) -> pd.DataFrame | None:
    """Paid time that began by the last day."""
    if not q.covers(SPELLS, q.period):
        return None
    spells = q.scoped(SPELLS, q.end)
    return spells[spells["day"] <= q.end]


@proof("customers_ever_paid", SPELLS)
def customers_ever_paid(q: Question) -> Value:
    return distinct(_ever_paid(q), "customer_id")


@proof("paid_customer_days", SPELLS)
def paid_customer_days(q: Question) -> Value:
    spells = _ever_paid(q)
    if spells is None:
        return None
    ends = (min(until, q.end + 1) for until in spells["until"])
    return float(sum(end - day for day, end in zip(spells["day"], ends, strict=True)))


@proof("avg_customer_lifetime_months", SPELLS)
def avg_customer_lifetime_months(q: Question) -> Value:
    days = divide(paid_customer_days(q), customers_ever_paid(q))
    return divide(times(days, 12.0), 365.0)


@proof("previous_month_mrr", PERIODS)
def previous_month_mrr(q: Question) -> Value:
    return total_mrr(q.before(months=1))


@proof("expansion_revenue_30d", PERIODS)
def expansion_revenue_30d(q: Question) -> Value:
    return summed(moves(q, q.last(days=30)), lambda move: move.grew)


@proof("retention_rate", PERIODS)
def retention_rate(q: Question) -> Value:
    return minus(1.0, customer_churn_rate(q))


# Payment and renewal


@proof("delinquent_customers", OVERDUE)
def delinquent_customers(q: Question) -> Value:
    return distinct(q.in_force(OVERDUE), "customer_id")


@proof("overdue_receivables", OVERDUE)
def overdue_receivables(q: Question) -> Value:
    return total(q.in_force(OVERDUE), "balance")


@proof("days_until_renewal", RENEWALS)
def days_until_renewal(q: Question) -> Value:
    terms = q.in_force(RENEWALS)
    if terms is None:
        return None
    first: dict[str, int] = {}
    for customer, day in zip(terms["customer_id"], terms["renews_on"], strict=True):
        first[customer] = min(day.toordinal(), first.get(customer, day.toordinal()))
    return divide(float(sum(day - q.end for day in first.values())), float(len(first)))


@proof("renewals_due_90d", "renewals_due")
def renewals_due_90d(q: Question) -> Value:
    return distinct(q.in_force("renewals_due"), "customer_id")


# Users of accounts


@proof("days_since_last_login", "sessions")
def days_since_last_login(q: Question) -> Value:
    if not q.covers("sessions", q.period):
        return None
    sessions = q.scoped("sessions", q.end)
    last: dict[str, int] = {}
    for row in sessions.itertuples():
        if row.customer_id is not None and not row.is_anonymous and row.day <= q.end:
            last[row.customer_id] = max(row.day, last.get(row.customer_id, row.day))
    return divide(float(sum(q.end - day for day in last.values())), float(len(last)))


@proof("user_activation_rate", SESSIONS, "registrations")
def user_activation_rate(q: Question) -> Value:
    return divide(monthly_active_users(q), total_users(q))


@proof("inactive_user_rate", SESSIONS, "registrations")
def inactive_user_rate(q: Question) -> Value:
    return minus(1.0, user_activation_rate(q))


@proof("active_admin_users", SESSIONS)
def active_admin_users(q: Question) -> Value:
    return monthly_active_users(q.within(role=("admin", "Admin", "ADMIN")))


def _users_with_seats(q: Question) -> Value:
    active = q.during(SESSIONS, q.last(days=30))
    if active is None:
        return None
    contracts = q.world.facts[SEATS].rows
    having = {row.customer_id for row in contracts.itertuples() if row.day <= q.end < row.until} - {
        None
    }
    return distinct(active[active["by_customer"].isin(having)], "user_id")


@proof("seat_utilization", SESSIONS, SEATS)
def seat_utilization(q: Question) -> Value:
    contracts = q.in_force(SEATS, where=lambda rows: rows["customer_id"].notna())
    return divide(_users_with_seats(q), total(contracts, "seats"))


# Devices of accounts


@proof("active_device_count", EVENTS)
def active_device_count(q: Question) -> Value:
    return distinct(q.during(BY_DEVICE, q.last(days=30)), "device_id")


def _online_taps(q: Question) -> set[str]:
    """Tap controllers whose last status up to the last day is online, in scope or not."""
    statuses = q.world.facts[STATUS].rows
    if statuses.empty:
        return set()
    now = statuses[(statuses["day"] <= q.end) & (statuses["until"] > q.end)]
    online = now[now["is_online"] & now["is_tap"]]
    return {device for (device,) in keys(online, "device_id")}


@proof("online_tap_pour_days_30d", BY_DEVICE)
def online_tap_pour_days_30d(q: Question) -> Value:
    pours = q.during(BY_DEVICE, q.last(days=30), lambda rows: rows["is_pour"])
    if pours is None:
        return None
    return distinct(pours[pours["device_id"].isin(_online_taps(q))], "device_id", "day")


@proof("avg_device_uptime_30d", BY_DEVICE, STATUS)
def avg_device_uptime_30d(q: Question) -> Value:
    online = count(q.in_force(STATUS, where=lambda rows: rows["is_online"] & rows["is_tap"]))
    return divide(online_tap_pour_days_30d(q), times(online, 30.0))


# With what success managers keep


@proof("expansion_potential_score", "expansion_predictions")
def expansion_potential_score(q: Question) -> Value:
    told = q.in_force("expansion_predictions")
    return divide(times(100.0, total(told, "score")), count(told))


@proof("qbr_attendance_rate", "business_reviews")
def qbr_attendance_rate(q: Question) -> Value:
    planned = q.during("business_reviews", q.period)
    held = q.during("business_reviews", q.period, lambda rows: rows["is_held"])
    return divide(count(held), count(planned))
