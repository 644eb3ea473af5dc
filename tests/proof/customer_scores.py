"""The scores of customers in docs/scores.md, and the flag of those at risk, in exact fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pandas as pd

from tests.proof.score_rules import (
    SCORES,
    Condition,
    Entity,
    Flag,
    Gated,
    Input,
    Numbers,
    Score,
    Worst,
    different,
    everyone,
    in_force,
    level,
    number_of,
    recent,
    scores_on,
    shares,
    since,
)
from tests.proof.scores import (
    EVENTS,
    OPEN,
    WHOLE,
    devices,
    locations,
    mean_of_members,
    pour_rows,
)
from tests.proof.world import World

PERIODS = "subscription_periods"
paying = in_force(PERIODS, "customer_id")


def own(score: str) -> Callable[[World, int], Numbers]:
    """Another score of the customer."""
    return lambda world, day: scores_on(world, score, day)


def by_customer(rows: pd.DataFrame) -> Counter[Entity]:
    """Rows by the customer they name."""
    return number_of(rows, "customer_id")


# Adoption


def _breadth(world: World, day: int) -> Numbers:
    found = different(recent(world, "feature_use", day), "customer_id", "feature_name")
    return everyone(world, found, paying(world, day))


def _depth(world: World, day: int) -> Numbers:
    uses: Counter[Entity] = Counter()
    rows = recent(world, "feature_use", day)
    for customer, uses_told in zip(rows["customer_id"], rows["usage_count"], strict=True):
        if uses_told == uses_told:
            uses[customer] += int(uses_told)
    pairs = different(recent(world, "activity", day), "customer_id", "user_id", "day")
    return shares(uses, pairs)


def _active_days(world: World, day: int) -> Numbers:
    found = different(recent(world, "activity", day), "customer_id", "day")
    return everyone(world, found, paying(world, day))


PRODUCT_ADOPTION = Score(
    paying,
    (
        Input("0.4", (("0", 0), ("6", 50), ("15", 100)), ("feature_use",), _breadth),
        Input("0.3", (("0", 0), ("4", 50), ("8", 100)), ("feature_use", "activity"), _depth),
        Input("0.3", (("0", 0), ("10", 50), ("22", 100)), ("activity",), _active_days),
    ),
)

# Health


def engagement(world: World, day: int) -> Numbers:
    """Mean engagement of each customer's users."""
    owners = {one: row["customer_id"] for one, row in world.entities.users.items()}
    return mean_of_members(scores_on(world, "user_engagement", day), owners)


def _revenue_trend(world: World, day: int) -> Numbers:
    brought: dict[Entity, Fraction] = {}
    for at in range(day - 89, day + 1):
        for customer, mrr in world.mrr_on(at).items():
            brought[customer] = brought.get(customer, Fraction(0)) + Fraction(mrr)
    return {one: brought[one] / Fraction(mrr) for one, mrr in world.mrr_on(day).items()}


def _support(world: World, day: int) -> Numbers:
    created = by_customer(recent(world, "tickets", day, 60))
    return shares(created, level(world, OPEN, day, "customer_id", None))


TREND = (("60", 100), ("90", 80), ("105", 50), ("135", 0))
CUSTOMER_HEALTH = Score(
    paying,
    (
        Input("0.30", (("0", 0), ("20", 50), ("40", 100)), (), engagement, 1),
        Input("0.20", (("40", 0), ("80", 80), ("95", 100)), (), devices, 1),
        Input("0.20", TREND, (PERIODS,), _revenue_trend, 90),
        Input("0.15", (("0", 100), ("1", 50), ("2", 0)), ("tickets", OPEN), _support, 60),
        Input("0.15", WHOLE, (), own("product_adoption"), 1),
    ),
)

# Churn risk


def _cancellation(world: World, day: int) -> Numbers:
    asked = level(world, "cancellations", day, "customer_id", None)
    return everyone(world, asked, paying(world, day))


def _overdue(world: World, day: int) -> Numbers:
    owed = level(world, "overdue_invoices", day, "customer_id", None)
    return everyone(world, owed, paying(world, day))


def _failed_payments(world: World, day: int) -> Numbers:
    rows = recent(world, "charges", day, 35)
    failed = rows[rows["status"].notna() & ~rows["is_succeeded"]]
    return everyone(world, by_customer(failed), paying(world, day))


def _silent_devices(world: World, day: int) -> Numbers:
    rows = world.facts[EVENTS].rows
    pours = rows[rows["is_pour"] & rows["device_id"].notna()]
    return since(pours, day, "by_customer")


def _silent_users(world: World, day: int) -> Numbers:
    return since(world.facts["activity"].rows, day, "customer_id")


def _falling_pours(world: World, day: int) -> Numbers:
    now, before = (number_of(pour_rows(world, day, days), "by_customer") for days in (30, 90))
    return shares(now, before)


def _falling_use(world: World, day: int) -> Numbers:
    rows = (recent(world, "sessions", day, days) for days in (30, 90))
    now, before = (by_customer(found[~found["is_anonymous"]]) for found in rows)
    return shares(now, before)


FAILED = (("0", 0), ("1", 35), ("2", 60), ("4", 80))
POURS = (("0.2", 90), ("0.25", 75), ("0.28", 25), ("0.33", 0))
USE = (("0.12", 70), ("0.2", 50), ("0.25", 35), ("0.33", 0))
CHURN_RISK = Worst(
    paying,
    (
        Input("1", (("0", 0), ("1", 100)), ("cancellations",), _cancellation, 1),
        Input("1", (("0", 0), ("1", 60), ("2", 80)), ("overdue_invoices",), _overdue, 1),
        Input("1", FAILED, ("charges",), _failed_payments, 35),
        Input("1", (("1", 0), ("7", 40), ("30", 80)), (EVENTS,), _silent_devices, 1),
        Input("1", (("1", 0), ("7", 25), ("30", 45)), ("activity",), _silent_users, 1),
        Input("1", POURS, (EVENTS,), _falling_pours, 90),
        Input("1", USE, ("sessions",), _falling_use, 90),
    ),
    floor="0.4",
)

# Payment


def _paid_rate(days: int) -> Callable[[World, int], Numbers]:
    def of_days(world: World, day: int) -> Numbers:
        rows = recent(world, "invoices", day, days)
        return shares(by_customer(rows[rows["is_paid"]]), by_customer(rows))

    return of_days


def _charge_success(world: World, day: int) -> Numbers:
    rows = recent(world, "charges", day, 90)
    return shares(by_customer(rows[rows["is_succeeded"]]), by_customer(rows))


SHARE = (("0", 0), ("1", 100))
PAYMENT_HEALTH = Score(
    paying,
    (
        Input("0.4", SHARE, ("invoices",), _paid_rate(365), 365),
        Input("0.3", SHARE, ("invoices",), _paid_rate(90), 90),
        Input("0.3", SHARE, ("charges",), _charge_success, 90),
    ),
    floor="0.4",
)

# What is made of these


def _tenure(world: World, day: int) -> Numbers:
    rows = world.facts["customer_spells"].rows
    rows = rows[(rows["day"] <= day) & (rows["until"] > day)]
    ages: dict[Entity, list[int]] = {}
    for customer, began in zip(rows["customer_id"], rows["day"], strict=True):
        ages.setdefault(customer, []).append(day - began)
    return {one: Fraction(sum(found), len(found)) for one, found in ages.items()}


def _enterprise(world: World, day: int) -> Numbers:
    found = level(world, PERIODS, day, "customer_id", "is_enterprise")
    return everyone(world, found, paying(world, day))


COMPOSITE_SUCCESS = Score(
    paying,
    (
        Input("0.4", WHOLE, (), own("customer_health"), 1),
        Input("0.3", WHOLE, (), engagement, 1),
        Input("0.2", WHOLE, (), devices, 1),
        Input("0.1", WHOLE, (), locations, 1),
    ),
)
EXPANSION_OPPORTUNITY = Gated(
    paying,
    (
        Input("0.5", WHOLE, (), own("payment_health"), 1),
        Input("0.5", (("0", 100), ("100", 0)), (), own("churn_risk"), 1),
    ),
    requirements=(
        Condition(("customer_spells",), _tenure, lambda age: age >= 90),
        Condition((PERIODS,), _enterprise, lambda held: held < 1),
    ),
)
CUSTOMER_AT_RISK = Flag(
    paying,
    (),
    conditions=(
        Condition((), own("customer_health"), lambda health: health < 60),
        Condition((), own("churn_risk"), lambda risk: risk >= 60),
    ),
)

SCORES |= {
    "product_adoption": PRODUCT_ADOPTION,
    "customer_health": CUSTOMER_HEALTH,
    "churn_risk": CHURN_RISK,
    "payment_health": PAYMENT_HEALTH,
    "composite_success": COMPOSITE_SUCCESS,
    "expansion_opportunity": EXPANSION_OPPORTUNITY,
    "customer_at_risk": CUSTOMER_AT_RISK,
}
