"""Sales people, what they do and plan, and what becomes of leads."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from tests.proof.question import (
    Question,
    Value,
    Where,
    Window,
    count,
    distinct,
    divide,
    minus,
    plus,
    total,
)
from tests.proof.registry import proof
from tests.proof.sales import (
    CLOSED,
    STAGES,
    accrued,
    is_won,
    mean_length,
    open_opportunities,
    share_within,
    won_revenue,
)

LEADS, CONVERSIONS = "leads", "lead_conversions"
DAYS_IN_MONTH = 365.25 / 12


# People and their work


@proof("active_reps", "sales_activity")
def active_reps(q: Question) -> Value:
    return distinct(q.during("sales_activity", q.last(days=30)), "owner_id")


@proof("revenue_per_rep", CLOSED, "sales_activity")
def revenue_per_rep(q: Question) -> Value:
    return divide(total(q.during(CLOSED, q.last(days=30), is_won), "amount"), active_reps(q))


def _activities(kind: str, *outcomes: str) -> Where:
    def chosen(rows: pd.DataFrame) -> pd.Series:
        of_kind = rows["activity_type"] == kind
        return of_kind & rows["outcome"].isin(outcomes) if outcomes else of_kind

    return chosen


def _done(q: Question, window: Window, where: Where) -> Value:
    return count(q.during("engagements", window, where))


def _in_30_days(where: Where) -> Callable[[Question], Value]:
    return lambda q: _done(q, q.last(days=30), where)


calls_made_30d = proof("calls_made_30d", "engagements")(_in_30_days(_activities("call")))
emails_sent_30d = proof("emails_sent_30d", "engagements")(_in_30_days(_activities("email")))
meetings_held_30d = proof("meetings_held_30d", "engagements")(
    _in_30_days(_activities("meeting", "completed"))
)


@proof("total_activities_30d", "engagements")
def total_activities_30d(q: Question) -> Value:
    return plus(calls_made_30d(q), emails_sent_30d(q), meetings_held_30d(q))


@proof("activities_per_opportunity", "deal_activities", STAGES)
def activities_per_opportunity(q: Question) -> Value:
    done = count(q.during("deal_activities", q.last(days=30)))
    return divide(done, open_opportunities(q))


@proof("call_connect_rate", "engagements")
def call_connect_rate(q: Question) -> Value:
    connected = _done(q, q.period, _activities("call", "completed"))
    return divide(connected, _done(q, q.period, _activities("call")))


@proof("meeting_show_rate", "engagements")
def meeting_show_rate(q: Question) -> Value:
    held = _done(q, q.period, _activities("meeting", "completed"))
    return divide(held, _done(q, q.period, _activities("meeting", "completed", "no_show")))


@proof("email_bounce_rate", "engagements")
def email_bounce_rate(q: Question) -> Value:
    bounced = _done(q, q.period, _activities("email", "bounced"))
    return divide(bounced, _done(q, q.period, _activities("email")))


# From leads to deals


@proof("mql_conversion_rate", LEADS, CONVERSIONS, settles=90)
def mql_conversion_rate(q: Question) -> Value:
    return share_within(q, q.period, LEADS, CONVERSIONS, "mql_id", 90)


@proof("converted_mqls", CONVERSIONS)
def converted_mqls(q: Question) -> Value:
    return count(q.during(CONVERSIONS, q.period))


@proof("mql_conversion_rate_in_period", CONVERSIONS, LEADS)
def mql_conversion_rate_in_period(q: Question) -> Value:
    return divide(converted_mqls(q), count(q.during(LEADS, q.period)))


# Plans, forecasts, contracts


@proof("quota_attainment_pct", CLOSED, "sales_quotas")
def quota_attainment_pct(q: Question) -> Value:
    return divide(won_revenue(q), accrued(q, "sales_quotas", q.period))


@proof("forecast_amount", "sales_forecasts")
def forecast_amount(q: Question) -> Value:
    return total(q.in_force("sales_forecasts"), "amount")


@proof("forecast_accuracy_pct", "forecast_results")
def forecast_accuracy_pct(q: Question) -> Value:
    ended = q.during("forecast_results", q.period)
    return minus(1.0, divide(total(ended, "off_by"), total(ended, "actual")))


@proof("renewal_rate", "contract_renewals")
def renewal_rate(q: Question) -> Value:
    due = q.during("contract_renewals", q.period)
    return None if due is None else divide(count(due[due["is_renewed"]]), count(due))


@proof("ramp_time_months", "rep_ramps")
def ramp_time_months(q: Question) -> Value:
    return divide(mean_length(q, "rep_ramps"), DAYS_IN_MONTH)


@proof("lead_response_time", "lead_responses")
def lead_response_time(q: Question) -> Value:
    touched = q.during("lead_responses", q.period, at="until")
    if touched is None:
        return None
    seconds = math.fsum(touched["until_second"] - touched["second"])
    return divide(seconds / 3600, count(touched))
