"""Adoption by accounts: features they use, and how soon they do and get value."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tests.proof.question import Question, Value, count, distinct, divide, times
from tests.proof.registry import proof
from tests.proof.support import mean, quantile

USE = "feature_use"
AVAILABLE = "features_available"
LISTED = "listed_features"
FIRST_USE = "account_first_use"
VALUE = "account_value"


def _without(q: Question, *dimensions: str) -> Question:
    """The question without what it asks of some dimensions."""
    return replace(q, scope=tuple(one for one in q.scope if one[0] not in dimensions))


def _only(q: Question, dimension: str) -> Question:
    """The question without what it asks of any other dimension."""
    return replace(q, scope=tuple(one for one in q.scope if one[0] == dimension))


@proof("accounts_using_features_30d", USE)
def accounts_using_features_30d(q: Question) -> Value:
    return distinct(q.during(USE, q.last(days=30)), "customer_id")


def _pairs(q: Question) -> Value:
    """Pairs of account and feature, of accounts and features in scope."""
    return distinct(q.during(USE, q.last(days=30)), "customer_id", "feature_name")


@proof("features_adopted", USE)
def features_adopted(q: Question) -> Value:
    return divide(_pairs(q), accounts_using_features_30d(_without(q, "category")))


def _adoption(q: Question, listing: str) -> Value:
    available = count(_only(q, "category").in_force(listing))
    accounts = accounts_using_features_30d(_without(q, "category"))
    return divide(_pairs(q), times(accounts, available))


@proof("account_feature_adoption_rate", USE, AVAILABLE)
def account_feature_adoption_rate(q: Question) -> Value:
    return _adoption(q, AVAILABLE)


@proof("core_feature_adoption_rate", USE, LISTED)
def core_feature_adoption_rate(q: Question) -> Value:
    return _adoption(q.within(category=["core"]), LISTED)


@proof("advanced_feature_adoption_rate", USE, LISTED)
def advanced_feature_adoption_rate(q: Question) -> Value:
    return _adoption(q.within(category=["advanced"]), LISTED)


def _days(ended: pd.DataFrame | None) -> list[float] | None:
    if ended is None:
        return None
    return [float(end - day) for end, day in zip(ended["until"], ended["day"], strict=True)]


@proof("account_time_to_first_use_days", FIRST_USE)
def account_time_to_first_use_days(q: Question) -> Value:
    return mean(_days(q.during(FIRST_USE, q.period, at="until")))


@proof("time_to_value_days", VALUE)
def time_to_value_days(q: Question) -> Value:
    return mean(_days(q.during(VALUE, q.period, at="until")))


@proof("median_time_to_value_days", VALUE)
def median_time_to_value_days(q: Question) -> Value:
    return quantile(_days(q.during(VALUE, q.period, at="until")), 0.5)


def _reached_within(q: Question, anchor: str, event: str, days: int) -> Value:
    """Of accounts that began in the period, so many days ago, the share with an event by then."""
    begun = q.during(anchor, q.period)
    if begun is None or not q.covers_after(event, days):
        return None
    first: dict[str, int] = {}
    for row in q.world.facts[event].rows.itertuples():
        first[row.customer_id] = min(row.day, first.get(row.customer_id, row.day))
    reached = [
        row
        for row in begun.itertuples()
        if row.customer_id in first and first[row.customer_id] <= row.day + days
    ]
    return divide(float(len(reached)), count(begun))


@proof("new_account_use_rate_14d", FIRST_USE, "feature_use", settles=14)
def new_account_use_rate_14d(q: Question) -> Value:
    return _reached_within(q, FIRST_USE, "feature_use", 14)


@proof("value_reached_rate_90d", "accounts", "milestones", settles=90)
def value_reached_rate_90d(q: Question) -> Value:
    return _reached_within(q, "accounts", "milestones", 90)
