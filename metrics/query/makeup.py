"""What the score of one entity is made of: each input's number, its points and its share.

The score itself was computed and kept by the build. Here its inputs are read again from the parts,
day by day, so that the sum of what they add can be held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from metrics.definitions.expressions import Leaf, Node
from metrics.definitions.score import Score, ScoreInput
from metrics.errors import QueryError, UnknownNameError
from metrics.kinds import KINDS
from metrics.periods import AT_END, ONE_DAY, PERIOD, parse_shift, parse_window
from metrics.query.answer import Answers
from metrics.query.catalog import MetricInfo
from metrics.query.evaluate import Array, scaled
from metrics.query.question import Query

TO_TELL_SINCE = 400  # days looked back for the last day with a row
ALL_TIME = parse_window("all time")


@dataclass(frozen=True)
class MadeOf:
    """One input of a score on one day; None is no value, and such an input drops out.

    number   the input itself: a ratio, days, a count;
    points   the same on 0 to 100;
    weight   its weight among the inputs that are there, which make 1;
    adds     the points it brings to the score; of a score that is the highest sign, none.
    """

    name: str
    number: float | None
    points: float | None
    weight: float
    adds: float | None


@dataclass(frozen=True)
class Makeup:
    """A score of one entity on one day, and what it is made of in the order of its definition."""

    score: str
    description: str
    version: int
    blend: str
    value: float | None
    parts: tuple[MadeOf, ...]


def makeup(
    answers: Answers, score: str, where: tuple[str, str], day: date, info: MetricInfo
) -> Makeup:
    """What a score is made of for one member of the dimension of its entities.

    Raises QueryError for a flag, which has no points.
    """
    known = answers.model.definitions.scores
    if score not in known:
        raise UnknownNameError("score", score, known)
    spec = known[score]
    if spec.is_flag:
        raise QueryError(f"'{score}' says yes or no; it has no parts.", "Ask for a blend.")
    told = _Told(answers, spec, where, day, info)
    numbers = {name: told.number(one) for name, one in spec.inputs.items()}
    points = {name: _points(numbers[name], one) for name, one in spec.inputs.items()}
    weights = {name: spec.inputs[name].weight for name in points if points[name] is not None}
    total = sum(weights.values())
    parts = []
    for name in spec.inputs:
        weight = weights.get(name, 0.0) / total if total else 0.0
        mine = points[name]
        adds = weight * mine if mine is not None and spec.blend == "mean" else None
        parts.append(MadeOf(name, numbers[name], mine, weight, adds))
    value = told.of_the_build(score)
    return Makeup(score, spec.description, spec.version, spec.blend, value, tuple(parts))


class _Told:
    """Numbers of the parts about one entity, asked together: one column per leaf and day."""

    def __init__(
        self, answers: Answers, score: Score, where: tuple[str, str], day: date, info: MetricInfo
    ) -> None:
        self._measures = answers.model.definitions.measures
        self._usable = [one for one in score.inputs.values() if _is_there(answers, one)]
        daily = {
            f"day {name}": self._of_a_day(name)
            for one in self._usable
            if one.take not in ("score", "keys")
            for name in (one.measure, one.denominator)
            if name
        }
        at_end: dict[str, Node] = {}
        for one in self._usable:
            if one.score:
                at_end |= _of_score(one.score)
            elif one.take == "keys" and one.measure:
                window = parse_window(one.window)
                at_end[f"{one.measure} {one.window}"] = Leaf(one.measure, "keys", window)
            elif one.take == "since" and one.measure:
                at_end[f"ever {one.measure}"] = Leaf(one.measure, "known_keys", ALL_TIME)
        own = next(name for name, one in answers.model.definitions.scores.items() if one is score)
        at_end |= _of_score(own)
        # Every number is told as of the day that is asked for, whatever each fact knows beyond it.
        known = replace(info, as_of=day, settles=0)
        question = Query((), where=((where[0], (where[1],)),))
        self._first = day - (TO_TELL_SINCE - 1) * ONE_DAY
        self._days = _columns(
            answers, replace(question, days=_each_day(self._first, day)), daily, known
        )
        self._end = _columns(answers, replace(question, days=(day,)), at_end, known)

    def number(self, one: ScoreInput) -> float | None:
        """The number of one input."""
        if one not in self._usable:
            return None
        if one.score:
            return self.of_the_build(one.score)
        assert one.measure is not None
        if one.take == "keys":
            return _none(self._end[f"{one.measure} {one.window}"][-1])
        days = self._days[f"day {one.measure}"]
        if one.take == "since":
            seen = np.flatnonzero(days > 0)
            ever = self._end[f"ever {one.measure}"][-1] > 0
            return float(len(days) - 1 - seen[-1]) if len(seen) else TO_TELL_SINCE * ever or None
        if one.take == "level":
            return _none(days[-1])
        if one.take == "age":
            return None
        window = days[-parse_shift(one.window).days :]
        if one.take == "days":
            return _none((window > 0).sum()) if not np.isnan(window).any() else None
        upper = _none(window.sum())
        if one.take != "ratio" or upper is None:
            return upper
        length = parse_shift(one.denominator_window or one.window).days
        lower = _none(self._days[f"day {one.denominator}"][-length:].sum())
        return upper / lower if lower else None

    def of_the_build(self, score: str) -> float | None:
        """The mean of a score over the entities that belong to this one, as it was kept."""
        total, entities = self._end[f"total {score}"][-1], self._end[f"entities {score}"][-1]
        return float(total / entities) if entities > 0 else None

    def _of_a_day(self, name: str) -> Leaf:
        kind = self._measures[name].kept_as
        takes = KINDS[kind].takes
        if kind == "movement" or "level" in takes:
            return Leaf(name, "level", AT_END)
        return Leaf(name, "key_days" if "key_days" in takes else "sum", PERIOD)


def _is_there(answers: Answers, one: ScoreInput) -> bool:
    """Whether the build has what an input is read from."""
    names = [name for name in (one.measure, one.denominator, one.score) if name]
    facts = {fact for name in names for fact in answers.model.required_facts(name)}
    return all(answers.info.facts[fact].available for fact in facts)


def _of_score(score: str) -> dict[str, Node]:
    total = Leaf(score, "total", AT_END)
    return {f"total {score}": total, f"entities {score}": replace(total, take="entities")}


def _columns(
    answers: Answers, query: Query, trees: Mapping[str, Node], info: MetricInfo
) -> dict[str, Array]:
    result = answers.told(query, {name: (info, tree) for name, tree in trees.items()})
    rows = result.frame.groupby("metric", sort=False)["value"]
    return {str(name): values.to_numpy(float) for name, values in rows}


def _each_day(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _points(number: float | None, one: ScoreInput) -> float | None:
    if number is None or one.scale is None:
        return None
    return float(scaled(np.array([number]), _pairs(one.scale))[0])


def _pairs(scale: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(float(at), float(points)) for at, points in scale]


def _none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
