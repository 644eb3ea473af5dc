"""Surveys: recommendation, satisfaction and ease."""

from __future__ import annotations

import pandas as pd

from tests.proof.question import Question, Value, count, divide, total
from tests.proof.registry import proof

ANSWERS = "nps_answers"
RATINGS = "survey_ratings"


@proof("nps_response_count", ANSWERS)
def nps_response_count(q: Question) -> Value:
    return count(q.in_force(ANSWERS))


@proof("nps_score", ANSWERS)
def nps_score(q: Question) -> Value:
    answers = q.in_force(ANSWERS)
    if answers is None or answers.empty:
        return None
    return 100 * float(answers["is_promoter"].mean() - answers["is_detractor"].mean())


def _of(q: Question, kind: str) -> pd.DataFrame | None:
    return q.during(RATINGS, q.period, lambda rows: rows["survey_type"] == kind)


@proof("csat_score", RATINGS)
def csat_score(q: Question) -> Value:
    ratings = _of(q, "CSAT")
    return divide(total(ratings, "score"), count(ratings))


@proof("csat_satisfied_pct", RATINGS)
def csat_satisfied_pct(q: Question) -> Value:
    ratings = _of(q, "CSAT")
    if ratings is None:
        return None
    return divide(count(ratings[ratings["score"] >= 4]), count(ratings))


@proof("customer_effort_score", RATINGS)
def customer_effort_score(q: Question) -> Value:
    ratings = _of(q, "CES")
    return divide(total(ratings, "score"), count(ratings))
