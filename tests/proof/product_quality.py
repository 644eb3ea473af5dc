"""Product: requests, crashes, load times, experiments, first key actions and invitations."""

from __future__ import annotations

import math

import pandas as pd

from tests.proof.product_analytics import total_users
from tests.proof.question import Question, Value, count, distinct, divide, minus, total
from tests.proof.registry import proof

REQUESTS, WATCHED, LOADS = "api_requests", "monitored_sessions", "page_loads"
EXPOSURES, CONVERSIONS = "experiment_exposures", "experiment_conversions"


@proof("error_rate_pct", REQUESTS)
def error_rate_pct(q: Question) -> Value:
    failed = q.during(REQUESTS, q.period, lambda r: r.status_code >= 500)
    return divide(count(failed), count(q.during(REQUESTS, q.period, lambda r: r.status_code >= 0)))


@proof("api_call_volume", REQUESTS)
def api_call_volume(q: Question) -> Value:
    return count(q.during(REQUESTS, q.period))


@proof("crash_free_session_rate", WATCHED)
def crash_free_session_rate(q: Question) -> Value:
    fine = q.during(WATCHED, q.period, lambda r: ~r.has_crashed.astype(bool))
    return divide(count(fine), count(q.during(WATCHED, q.period)))


@proof("page_load_time_ms", LOADS)
def page_load_time_ms(q: Question) -> Value:
    timed = q.during(LOADS, q.period, lambda r: r.load_ms >= 0)
    return divide(total(timed, "load_ms"), count(timed))


def _conversion(q: Question, control: bool) -> Value:
    def of_the_arm(rows: pd.DataFrame) -> pd.Series:
        return rows["is_control"] == control

    converted = q.in_force(CONVERSIONS, where=of_the_arm)
    return divide(count(converted), count(q.in_force(EXPOSURES, where=of_the_arm)))


@proof("ab_test_results", EXPOSURES, CONVERSIONS)
def ab_test_results(q: Question) -> Value:
    lift = divide(_conversion(q, control=False), _conversion(q, control=True))
    return minus(lift, 1.0)


@proof("time_to_first_key_action", "first_key_actions")
def time_to_first_key_action(q: Question) -> Value:
    reached = q.during("first_key_actions", q.period, at="until")
    if reached is None:
        return None
    seconds = math.fsum(reached["until_second"] - reached["second"])
    return divide(seconds / 3600, count(reached))


@proof("user_invitation_rate", "invitations", "registrations")
def user_invitation_rate(q: Question) -> Value:
    return divide(count(q.during("invitations", q.period)), total_users(q))


@proof("viral_coefficient", "invitations")
def viral_coefficient(q: Question) -> Value:
    accepted = q.during("invitations", q.period, at="until")
    return divide(count(accepted), distinct(q.during("invitations", q.period), "user_id"))
