"""Engagement: who uses the product, how much and how deeply."""

from __future__ import annotations

import pandas as pd

from tests.proof.question import Question, Value, count, distinct, divide, minus, total
from tests.proof.registry import proof
from tests.proof.revenue import PERIODS, active_customers

ACTIVITY = "activity of users"
SESSIONS_OF_USERS = "sessions of users"
NIGHT = (23, 0, 1, 2, 3, 4, 5)


# Active


@proof("active_users", ACTIVITY)
def active_users(q: Question) -> Value:
    return distinct(q.during(ACTIVITY, q.last(days=30)), "user_id")


@proof("active_accounts", "activity")
def active_accounts(q: Question) -> Value:
    return distinct(q.during("activity", q.last(days=30)), "customer_id")


@proof("account_engagement_rate", "activity", PERIODS)
def account_engagement_rate(q: Question) -> Value:
    return divide(active_accounts(q), active_customers(q))


@proof("inactive_users", "registrations", ACTIVITY)
def inactive_users(q: Question) -> Value:
    return minus(count(q.in_force("registrations")), active_users(q))


@proof("new_user_engagement_rate", "registrations", "sessions")
def new_user_engagement_rate(q: Question) -> Value:
    window = q.last(days=30)
    created = q.during("registrations", window)
    if created is None or not q.covers("sessions", window):
        return None
    sessions = q.world.facts["sessions"].rows
    seen = set(sessions[sessions["day"] <= q.end]["user_id"])
    came = sum(user in seen for user in created["user_id"])
    return divide(float(came), count(created))


@proof("avg_days_since_login", SESSIONS_OF_USERS)
def avg_days_since_login(q: Question) -> Value:
    sessions = q.scoped(SESSIONS_OF_USERS, q.end)
    last: dict[str, int] = {}
    for user, day in zip(sessions["user_id"], sessions["day"], strict=True):
        if user is not None and day <= q.end:
            last[user] = max(day, last.get(user, day))
    return divide(float(sum(q.end - day for day in last.values())), float(len(last)))


# Sessions


def _timed(rows: pd.DataFrame) -> pd.Series:
    return rows["duration_seconds"] >= 0


@proof("total_sessions_30d", "sessions")
def total_sessions_30d(q: Question) -> Value:
    return count(q.during("sessions", q.last(days=30)))


@proof("total_session_minutes_30d", "sessions")
def total_session_minutes_30d(q: Question) -> Value:
    return divide(total(q.during("sessions", q.last(days=30), _timed), "duration_seconds"), 60.0)


@proof("avg_session_minutes_30d", "sessions")
def avg_session_minutes_30d(q: Question) -> Value:
    timed = count(q.during("sessions", q.last(days=30), _timed))
    return divide(total_session_minutes_30d(q), timed)


@proof("median_session_seconds", "sessions")
def median_session_seconds(q: Question) -> Value:
    timed = q.during("sessions", q.period, _timed)
    if timed is None or timed.empty:
        return None
    lengths = sorted(timed["duration_seconds"])
    middle = len(lengths) // 2
    return lengths[middle] if len(lengths) % 2 else (lengths[middle - 1] + lengths[middle]) / 2


@proof("median_session_minutes", "sessions")
def median_session_minutes(q: Question) -> Value:
    return divide(median_session_seconds(q), 60.0)


@proof("user_active_days_30d", ACTIVITY)
def user_active_days_30d(q: Question) -> Value:
    return distinct(q.during(ACTIVITY, q.last(days=30)), "user_id", "day")


@proof("active_days_30d", ACTIVITY)
def active_days_30d(q: Question) -> Value:
    return divide(user_active_days_30d(q), active_users(q))


@proof("user_session_days_30d", SESSIONS_OF_USERS)
def user_session_days_30d(q: Question) -> Value:
    return distinct(q.during(SESSIONS_OF_USERS, q.last(days=30)), "user_id", "day")


@proof("sessions_per_active_day_30d", SESSIONS_OF_USERS)
def sessions_per_active_day_30d(q: Question) -> Value:
    known = count(q.during("sessions", q.last(days=30), lambda r: ~r.is_anonymous))
    return divide(known, user_session_days_30d(q))


@proof("anonymous_session_pct", "sessions")
def anonymous_session_pct(q: Question) -> Value:
    anonymous = count(q.during("sessions", q.period, lambda r: r.is_anonymous))
    return divide(anonymous, count(q.during("sessions", q.period)))


@proof("after_hours_usage_pct", "sessions")
def after_hours_usage_pct(q: Question) -> Value:
    at_night = count(q.during("sessions", q.period, lambda r: r.by_hour.isin(NIGHT)))
    return divide(at_night, count(q.during("sessions", q.period)))


# Pages and features


@proof("total_page_views_30d", "page_views")
def total_page_views_30d(q: Question) -> Value:
    return count(q.during("page_views", q.last(days=30)))


@proof("avg_page_views_per_session", "sessions")
def avg_page_views_per_session(q: Question) -> Value:
    told = q.during("sessions", q.period, lambda r: r.page_views >= 0)
    return divide(total(told, "page_views"), count(told))


@proof("total_feature_uses_30d", "feature_use")
def total_feature_uses_30d(q: Question) -> Value:
    return total(q.during("feature_use", q.last(days=30)), "usage_count")


@proof("user_features_30d", "feature_use of users")
def user_features_30d(q: Question) -> Value:
    used = q.during("feature_use of users", q.last(days=30))
    return distinct(used, "user_id", "feature_name")


@proof("features_used_30d", "feature_use of users", ACTIVITY)
def features_used_30d(q: Question) -> Value:
    return divide(user_features_30d(q), active_users(q))


@proof("engagement_depth_ratio", "feature_use", "page_views")
def engagement_depth_ratio(q: Question) -> Value:
    viewed = count(q.during("page_views", q.period))
    return divide(count(q.during("feature_use", q.period)), viewed)
