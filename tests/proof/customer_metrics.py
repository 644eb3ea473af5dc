"""Metrics about the scores of customers: means, who is at risk, and the money that hangs on it."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction

from tests.proof.customer_scores import PERIODS
from tests.proof.question import Question, Value, count, divide, minus
from tests.proof.registry import proof
from tests.proof.revenue import active_customers
from tests.proof.score_metrics import DEVICE, USE, mean, number_where
from tests.proof.score_rules import scores_on
from tests.proof.scores import EVENTS, OPEN, SERVICE, STATUS

ADOPTION = ("feature_use", "activity")
HEALTH = (*USE, "registrations", *DEVICE, SERVICE, OPEN, "tickets")
PAYMENT = ("invoices", "charges")
RISK = ("cancellations", "overdue_invoices", "charges", EVENTS, "activity", "sessions")
LOCATION = (STATUS, OPEN)


def customers(q: Question, score: str) -> dict[Hashable, Fraction]:
    """Scores on the last day of the paying customers in scope that have one."""
    alive = q.in_force(PERIODS)
    if alive is None:
        return {}
    found = scores_on(q.world, score, q.end)
    return {one: found[one] for one in set(alive["customer_id"]) if one in found}


def mean_score(q: Question, score: str) -> Value:
    """Mean over the customers in scope."""
    return mean(list(customers(q, score).values()))


@proof("customer_health_score", PERIODS, uses=HEALTH)
def customer_health_score(q: Question) -> Value:
    return mean_score(q, "customer_health")


@proof("health_trend_30d", PERIODS, uses=HEALTH)
def health_trend_30d(q: Question) -> Value:
    return minus(customer_health_score(q), customer_health_score(q.before(days=30)))


@proof("mrr_weighted_health_score", PERIODS, uses=HEALTH)
def mrr_weighted_health_score(q: Question) -> Value:
    scores, paid = customers(q, "customer_health"), q.world.mrr_on(q.end)
    weighted = sum((score * Fraction(paid[one]) for one, score in scores.items()), Fraction(0))
    return divide(float(weighted), float(sum(paid[one] for one in scores)))


@proof("critical_customer_count", PERIODS, uses=HEALTH)
def critical_customer_count(q: Question) -> Value:
    scores = list(customers(q, "customer_health").values())
    return number_where(scores, lambda score: score < 40)


@proof("product_adoption_score", PERIODS, uses=ADOPTION)
def product_adoption_score(q: Question) -> Value:
    return mean_score(q, "product_adoption")


@proof("composite_success_score", PERIODS, uses=(*HEALTH, *LOCATION))
def composite_success_score(q: Question) -> Value:
    return mean_score(q, "composite_success")


@proof("churn_risk_score", PERIODS, uses=RISK)
def churn_risk_score(q: Question) -> Value:
    return mean_score(q, "churn_risk")


@proof("payment_health_score", PERIODS, uses=PAYMENT)
def payment_health_score(q: Question) -> Value:
    return mean_score(q, "payment_health")


@proof("expansion_opportunity_score", PERIODS, "customer_spells", uses=(*PAYMENT, *RISK))
def expansion_opportunity_score(q: Question) -> Value:
    return mean_score(q, "expansion_opportunity")


@proof("at_risk_customer_count", PERIODS, uses=(*HEALTH, *RISK))
def at_risk_customer_count(q: Question) -> Value:
    flags = list(customers(q, "customer_at_risk").values())
    return number_where(flags, lambda flag: flag == 100)


@proof("at_risk_customer_pct", PERIODS, uses=(*HEALTH, *RISK))
def at_risk_customer_pct(q: Question) -> Value:
    return divide(at_risk_customer_count(q), active_customers(q))


@proof("mrr_at_risk", PERIODS, uses=(*HEALTH, *RISK))
def mrr_at_risk(q: Question) -> Value:
    flags, paid = customers(q, "customer_at_risk"), q.world.mrr_on(q.end)
    if not flags:
        return None
    return float(sum(paid[one] for one, flag in flags.items() if flag == 100))


@proof("pending_cancellations", "cancellations")
def pending_cancellations(q: Question) -> Value:
    return count(q.in_force("cancellations"))
