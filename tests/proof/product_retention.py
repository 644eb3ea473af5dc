"""Product: whether new users get going and come back."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tests.proof.product_features import of_all_features
from tests.proof.question import Question, Value, count, distinct, divide, minus, times
from tests.proof.registry import proof

SESSIONS = "sessions"
ACTIVATIONS = "user_activations"
OUTCOMES, TRIED = "new_user_outcomes", "new_user_features"
COHORT_DAYS = 90

Ages = Callable[[set[int]], bool]


def _share_of_new_users(q: Question, fact: str, old_enough: int, reached: Ages) -> Value:
    """Of the users created in the last 90 days who are old enough, those whose ages say so.

    An age is a day with a row of the fact, in days since the creation; earlier ones count as 0.
    """
    window = q.last(days=COHORT_DAYS)
    created = q.during("registrations", window)
    if created is None or not q.covers(fact, window):
        return None
    days = _days_of(q, fact)
    cohort = created[created["day"] + old_enough <= q.end]
    came = 0
    for user, day in zip(cohort["user_id"], cohort["day"], strict=True):
        ages = {max(at - day, 0) for at in days.get(user, ()) if at <= q.end}
        came += reached(ages)
    return divide(float(came), count(cohort))


def _days_of(q: Question, fact: str) -> dict[str, set[int]]:
    key = ("days of users", fact)
    if key not in q.world.cache:
        rows = q.world.facts[fact].rows
        found: dict[str, set[int]] = {}
        for user, day in zip(rows["user_id"], rows["day"], strict=True):
            found.setdefault(user, set()).add(day)
        q.world.cache[key] = found
    return q.world.cache[key]


@proof("activation_rate", "registrations", ACTIVATIONS)
def activation_rate(q: Question) -> Value:
    return _share_of_new_users(q, ACTIVATIONS, 14, lambda ages: any(age <= 14 for age in ages))


def _on(q: Question, day: int) -> Value:
    return _share_of_new_users(q, SESSIONS, day, lambda ages: day in ages)


@proof("user_retention_d1", "registrations", SESSIONS)
def user_retention_d1(q: Question) -> Value:
    return _on(q, 1)


@proof("user_retention_d7", "registrations", SESSIONS)
def user_retention_d7(q: Question) -> Value:
    return _on(q, 7)


@proof("user_retention_d30", "registrations", SESSIONS)
def user_retention_d30(q: Question) -> Value:
    return _on(q, 30)


@proof("user_retention_d7_bracket", "registrations", SESSIONS)
def user_retention_d7_bracket(q: Question) -> Value:
    return _share_of_new_users(q, SESSIONS, 13, lambda ages: bool(ages & {*range(7, 14)}))


@proof("user_retention_d30_bracket", "registrations", SESSIONS)
def user_retention_d30_bracket(q: Question) -> Value:
    return _share_of_new_users(q, SESSIONS, 36, lambda ages: bool(ages & {*range(30, 37)}))


@proof("user_retention_d7_unbounded", "registrations", SESSIONS)
def user_retention_d7_unbounded(q: Question) -> Value:
    return _share_of_new_users(q, SESSIONS, 7, lambda ages: max(ages, default=0) >= 7)


@proof("user_retention_d30_unbounded", "registrations", SESSIONS)
def user_retention_d30_unbounded(q: Question) -> Value:
    return _share_of_new_users(q, SESSIONS, 30, lambda ages: max(ages, default=0) >= 30)


def _returned(rows: pd.DataFrame) -> pd.Series:
    return rows["has_returned"].astype(bool)


@proof("retention_impact_score", OUTCOMES, TRIED)
def retention_impact_score(q: Question) -> Value:
    everyone = of_all_features(q)
    users = count(everyone.during(OUTCOMES, q.period))
    back = count(everyone.during(OUTCOMES, q.period, _returned))
    tried = distinct(q.during(TRIED, q.period), "user_id")
    tried_and_back = distinct(q.during(TRIED, q.period, _returned), "user_id")
    with_it = divide(tried_and_back, tried)
    without = divide(minus(back, tried_and_back), minus(users, tried))
    return times(minus(with_it, without), 100.0)
