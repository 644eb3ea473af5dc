"""Metrics that are means or shares of a score, over the entities in scope on the last day."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tests.proof.question import Question, Value
from tests.proof.registry import proof
from tests.proof.score_rules import scores_on
from tests.proof.scores import EVENTS, OPEN, SERVICE, STATUS

USE = ("sessions", "page_views", "feature_use", "activity")
DEVICE = (EVENTS, STATUS, "device_care")
LOCATION = (EVENTS, STATUS, SERVICE)
CUSTOMER = (*DEVICE, SERVICE, OPEN, "tickets")
PERIODS = "subscription_periods"


def scores_in_scope(q: Question, score: str, population: str, entity: str) -> list[Fraction]:
    """Scores on the last day of the entities in scope that have one."""
    alive = q.in_force(population)
    if alive is None:
        return []
    found = scores_on(q.world, score, q.end)
    return [found[one] for one in set(alive[entity]) if one in found]


def mean(scores: list[Fraction]) -> Value:
    """Plain mean, everyone once."""
    return float(sum(scores) / len(scores)) if scores else None


def number_where(scores: list[Fraction], holds: Callable[[Fraction], bool]) -> Value:
    """How many scores are so; nothing is known where there are none."""
    return float(sum(map(holds, scores))) if scores else None


@proof("avg_user_engagement_score", "registrations", uses=USE)
def avg_user_engagement_score(q: Question) -> Value:
    return mean(scores_in_scope(q, "user_engagement", "registrations", "user_id"))


@proof("engaged_user_rate", "registrations", uses=USE)
def engaged_user_rate(q: Question) -> Value:
    scores = scores_in_scope(q, "user_engagement", "registrations", "user_id")
    return sum(score >= 60 for score in scores) / len(scores) if scores else None


@proof("overall_health_score", SERVICE, uses=DEVICE)
def overall_health_score(q: Question) -> Value:
    return mean(scores_in_scope(q, "device_health", SERVICE, "device_id"))


@proof("operational_health_score", OPEN, uses=LOCATION)
def operational_health_score(q: Question) -> Value:
    return mean(scores_in_scope(q, "location_health", OPEN, "location_id"))


@proof("composite_operational_score", PERIODS, uses=CUSTOMER)
def composite_operational_score(q: Question) -> Value:
    return mean(scores_in_scope(q, "account_operations", PERIODS, "customer_id"))


@proof("unhealthy_devices", SERVICE, uses=DEVICE)
def unhealthy_devices(q: Question) -> Value:
    scores = scores_in_scope(q, "device_health", SERVICE, "device_id")
    return number_where(scores, lambda score: score < 50)
