"""Product: flags and scores of users, and the composite of product-market fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from tests.proof.engagement import features_used_30d
from tests.proof.product_analytics import (
    active_user_growth_30d,
    dau_mau_ratio,
    monthly_active_users,
)
from tests.proof.product_retention import user_retention_d30
from tests.proof.question import Question, Value, divide, keys
from tests.proof.registry import proof
from tests.proof.score_rules import Numbers, Points, different, number_of, on_scale, recent
from tests.proof.world import World

SESSIONS, USES, USERS = "sessions", "feature_use", "registrations"
INTENSITY: Points = (("1", 0), ("4", 50), ("12", 100))


def _registered(q: Question) -> set[str] | None:
    """Users in scope who are registered on the last day."""
    rows = q.in_force(USERS)
    return None if rows is None else {user for (user,) in keys(rows, "user_id")}


def _flagged(q: Question, facts: tuple[str, ...], holds: Callable[[str], bool]) -> Value:
    """Registered users in scope a condition holds for; no value without any, or without data."""
    users = _registered(q)
    if not users or not all(q.covers(fact, q.last(days=30)) for fact in facts):
        return None
    return float(sum(holds(user) for user in users))


def _session_counts(world: World, day: int) -> Counter[str]:
    rows = recent(world, SESSIONS, day)
    return number_of(rows[~rows["is_anonymous"]], "user_id")


@proof("power_users", USERS, SESSIONS, USES)
def power_users(q: Question) -> Value:
    visits = _session_counts(q.world, q.end)
    features = different(recent(q.world, USES, q.end), "user_id", "feature_name")
    return _flagged(q, (SESSIONS, USES), lambda one: visits[one] >= 20 and features[one] >= 5)


@proof("power_user_percentage", USERS, SESSIONS, USES)
def power_user_percentage(q: Question) -> Value:
    return divide(power_users(q), monthly_active_users(q))


@proof("casual_users", USERS, SESSIONS)
def casual_users(q: Question) -> Value:
    visits = _session_counts(q.world, q.end)
    return _flagged(q, (SESSIONS,), lambda one: 1 <= visits[one] <= 9)


def _intensities(world: World, day: int) -> Numbers:
    """Uses of features by day with use, of each user with any in the last 30 days, on the scale."""
    rows = recent(world, USES, day)
    rows = rows[~rows["is_anonymous"]]
    uses: Counter[str] = Counter()
    for user, times in zip(rows["user_id"], rows["usage_count"], strict=True):
        uses[user] += 0 if times != times else int(times)
    days = different(rows, "user_id", "day")
    return {user: on_scale(Fraction(uses[user], n), INTENSITY) for user, n in days.items()}


@proof("usage_intensity_score", USERS, uses=(USES,))
def usage_intensity_score(q: Question) -> Value:
    users = _registered(q)
    if users is None or not q.covers(USES, q.last(days=30)):
        return None
    scores = [one for user, one in _intensities(q.world, q.end).items() if user in users]
    return float(sum(scores) / len(scores)) if scores else None


FIT: tuple[tuple[Callable[[Question], Value], Points], ...] = (
    (active_user_growth_30d, (("-0.1", 0), ("0", 40), ("0.05", 70), ("0.15", 100))),
    (dau_mau_ratio, (("0", 0), ("0.2", 60), ("0.5", 100))),
    (user_retention_d30, (("0", 0), ("0.15", 50), ("0.4", 100))),
    (features_used_30d, (("0", 0), ("3", 50), ("8", 100))),
    (power_user_percentage, (("0", 0), ("0.1", 50), ("0.3", 100))),
)


@proof("pmf_score", SESSIONS, uses=(USERS, USES, "activity", "feature_use of users"))
def pmf_score(q: Question) -> Value:
    """Plain mean of the parts that have a value, on their scales; none of fewer than three.

    Parts that the warehouse has no rows for have none.
    """
    told = [(part(q), points) for part, points in FIT if q.world.as_of(part.__name__)]
    scaled = [on_scale(Fraction(value), points) for value, points in told if value is not None]
    return float(sum(scaled) / len(scaled)) if len(scaled) >= 3 else None
