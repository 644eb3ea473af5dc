"""Answers to questions about metrics by name: a break-down is the question asked of each member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from tests.proof import (  # noqa: F401  the proofs register themselves
    adoption,
    advertising,
    attribution,
    audience,
    company,
    customer_metrics,
    customer_success,
    engagement,
    finance,
    marketing,
    operations,
    product_analytics,
    product_features,
    product_quality,
    product_retention,
    product_scores,
    product_sessions,
    revenue,
    sales,
    sales_work,
    score_metrics,
    support,
    surveys,
    website,
)
from tests.proof.days import number
from tests.proof.facts import DIMENSIONS
from tests.proof.question import Question, Value
from tests.proof.registry import PROOFS
from tests.proof.world import World, tier_of


def answer(
    world: World,
    metric: str,
    start: date,
    end: date,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Iterable[Any]] | None = None,
    members: Iterable[Any] | None = None,
) -> dict[Any, Value]:
    """The value of one period by member; without `by` under the empty text.

    The period is cut to what is known of the metric. `members` asks for some members only; by
    several dimensions a member is a tuple.
    """
    as_of = world.as_of(metric)
    if as_of is None:
        raise ValueError(f"the warehouse has no rows for {metric}")
    question = Question(world, number(start), number(min(end, as_of))).within(**(where or {}))
    if by is None:
        return {"": None if start > as_of else _computed(metric, question)}
    names = (by,) if isinstance(by, str) else tuple(by)
    found = members if members is not None else members_of(world, by)
    values = {}
    for member in found:
        parts = (member,) if isinstance(by, str) else member
        only = question.within(**{n: [part] for n, part in zip(names, parts, strict=True)})
        values[member] = None if start > as_of else _computed(metric, only)
    return values


def _computed(metric: str, question: Question) -> Value:
    """The value of one question, worked out once in a world however often it is asked."""
    key = ("answer", metric, question.start, question.end, question.scope)
    if key not in question.world.cache:
        question.world.cache[key] = PROOFS[metric].compute(question)
    return question.world.cache[key]


def members_of(world: World, by: str | Sequence[str]) -> list[Any]:
    """Every member that any row has of a dimension (tuples for several), None among them."""
    if not isinstance(by, str):
        return list(product(*(members_of(world, name) for name in by)))
    if ("members", by) not in world.cache:
        found = {None, *_members(world, by)}
        world.cache["members", by] = sorted(found, key=lambda one: (one is not None, str(one)))
    return world.cache["members", by]


def _members(world: World, dimension: str) -> Iterable[Any]:
    if dimension == "weekday":
        return range(1, 8)
    if dimension in ("plan", "tier"):
        plans = set(world.facts["subscription_periods"].rows.get("plan", ())) - {None}
        return plans if dimension == "plan" else {tier_of(plan) for plan in plans}
    assert dimension in DIMENSIONS, dimension
    column = f"by_{dimension}"
    return (value for fact in world.facts.values() for value in fact.rows[column])
