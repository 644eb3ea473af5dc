"""Product: how people visit, by session and page."""

from __future__ import annotations

import pandas as pd

from tests.proof.product_analytics import monthly_active_users
from tests.proof.question import Question, Value, Where, count, divide, total
from tests.proof.registry import proof

PEAK = {11, 12, 13, 18, 19, 20, 21, 22}


def _sessions(q: Question, where: Where | None = None) -> Value:
    return count(q.during("sessions", q.period, where))


@proof("total_sessions", "sessions")
def total_sessions(q: Question) -> Value:
    return _sessions(q)


@proof("sessions_per_user", "sessions", "sessions of users")
def sessions_per_user(q: Question) -> Value:
    known = count(q.during("sessions", q.last(days=30), lambda r: ~r.is_anonymous))
    return divide(known, monthly_active_users(q))


@proof("avg_session_duration", "sessions")
def avg_session_duration(q: Question) -> Value:
    timed = q.during("sessions", q.period, lambda r: r.duration_seconds >= 0)
    return divide(divide(total(timed, "duration_seconds"), count(timed)), 60.0)


@proof("actions_per_session", "sessions")
def actions_per_session(q: Question) -> Value:
    told = q.during("sessions", q.period, lambda r: r.actions >= 0)
    return divide(total(told, "actions"), count(told))


@proof("session_bounce_rate", "sessions")
def session_bounce_rate(q: Question) -> Value:
    return divide(
        _sessions(q, lambda r: r.page_views == 1), _sessions(q, lambda r: r.page_views >= 0)
    )


@proof("avg_time_on_page_seconds", "page_views")
def avg_time_on_page_seconds(q: Question) -> Value:
    timed = q.during("page_views", q.period, lambda r: r.seconds_on_page >= 0)
    return divide(total(timed, "seconds_on_page"), count(timed))


def _share_on(q: Question, device: str) -> Value:
    return divide(_sessions(q, lambda r: r.by_device_type == device), _sessions(q))


@proof("desktop_usage_pct", "sessions")
def desktop_usage_pct(q: Question) -> Value:
    return _share_on(q, "desktop")


@proof("mobile_usage_pct", "sessions")
def mobile_usage_pct(q: Question) -> Value:
    return _share_on(q, "mobile")


@proof("tablet_usage_pct", "sessions")
def tablet_usage_pct(q: Question) -> Value:
    return _share_on(q, "tablet")


@proof("peak_hour_usage_pct", "sessions")
def peak_hour_usage_pct(q: Question) -> Value:
    return divide(_sessions(q, lambda r: r.by_hour.isin(PEAK)), _sessions(q))


def _on_a_weekend(rows: pd.DataFrame) -> pd.Series:
    return (rows["day"] % 7).isin((6, 0))  # day 1 was a Monday


@proof("weekend_usage_pct", "sessions")
def weekend_usage_pct(q: Question) -> Value:
    return divide(_sessions(q, _on_a_weekend), _sessions(q))
