"""What happened to one member on which day: the days of flows and movements that are not empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from metrics.definitions.expressions import Leaf, Node
from metrics.errors import QueryError, UnknownNameError
from metrics.periods import ONE_DAY, PERIOD
from metrics.query.answer import Answers, Named
from metrics.query.catalog import MetricInfo
from metrics.query.question import Query


@dataclass(frozen=True)
class Happening:
    """So much of a metric or a flow's measure on one day."""

    day: date
    name: str
    value: float


def happened(
    answers: Answers, names: Sequence[str], where: tuple[str, str], days: tuple[date, date]
) -> list[Happening]:
    """What happened to a member between two days, newest first.

    `names` are metrics of the asked range, or measures that are summed over it; what the build has
    no rows of is left out. Raises QueryError for what does not happen on days.
    """
    trees = {name: tree for name in names if (tree := _tree(answers, name))}
    if not trees:
        return []
    question = Query(
        (), days[0], days[1], where=((where[0], (where[1],)),), days=_each(days[0], days[1])
    )
    frame = answers.told(question, trees).frame
    frame = frame[frame["value"].notna() & (frame["value"] != 0)]
    found = [
        Happening(pd.Timestamp(day).date(), str(name), float(value))
        for day, name, value in zip(frame["start"], frame["metric"], frame["value"], strict=True)
    ]
    return sorted(found, key=lambda one: (-one.day.toordinal(), names.index(one.name)))


def _tree(answers: Answers, name: str) -> Named | None:
    model, info = answers.model, answers.catalog
    tree: Node
    if info.knows(name):
        metric = info.resolve(name)
        tree = info.tree(metric.name)
        if any(leaf.window != PERIOD for leaf in tree.leaves()):
            raise QueryError(
                f"'{name}' looks at days of its own, so nothing of it happens on one.",
                "Name a metric of the range that is asked for.",
            )
        return (metric, tree) if metric.answerable else None
    measure = model.definitions.measures.get(name)
    if measure is None:
        raise UnknownNameError("metric or measure", name, model.definitions.measures)
    if measure.kept_as != "flow":
        raise QueryError(f"'{name}' is no flow.", "Name a measure that is summed over days.")
    state = answers.info.facts[measure.fact]
    if not state.available:
        return None
    return _as_metric(answers, measure.fact, state.as_of), Leaf(name, "sum", PERIOD)


def _as_metric(answers: Answers, fact: str, as_of: date | None) -> MetricInfo:
    """Some metric of the fact, known as far as the fact is: a measure has no texts of its own."""
    infos = answers.catalog.metrics.values()
    one = next((info for info in infos if fact in info.facts), next(iter(infos)))
    return replace(one, as_of=as_of, settles=0, lacks=())


def _each(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + n * ONE_DAY for n in range((last - first).days + 1))
