"""How the inputs of an entity's day become its score: cut points, conditions, blends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ZERO
from metrics.build.score_sides import Side
from metrics.definitions.score import ScoreInput
from metrics.engines.functions import double


@dataclass(frozen=True)
class Signal:
    """One usable input: its sides, and the first day it can be told."""

    name: str
    spec: ScoreInput
    sides: tuple[Side, ...]
    from_day: date


Terms = tuple[Any, list[Any]]


def _mean(values: Sequence[Any], signals: Sequence[Signal], floor: float) -> Terms:
    """Weighted mean of the inputs that are there, if they weigh enough."""
    weighted = [
        sa.func.coalesce(value * sa.literal_column(repr(signal.spec.weight)), ZERO)
        for value, signal in zip(values, signals, strict=True)
    ]
    weight = _weight(values, signals)
    return double(_total(weighted)).op("/")(double(weight)), [
        weight >= sa.literal_column(repr(floor))
    ]


def _highest(values: Sequence[Any], signals: Sequence[Signal], floor: float) -> Terms:
    """The largest of the inputs that are there, if they weigh enough."""
    enough = _weight(values, signals) >= sa.literal_column(repr(floor))
    return sa.func.greatest(*values), [enough]


def _weight(values: Sequence[Any], signals: Sequence[Signal]) -> Any:
    """Weight of the inputs that are there."""
    return _total(
        [
            sa.case((value.is_not(None), sa.literal_column(repr(signal.spec.weight))), else_=ZERO)
            for value, signal in zip(values, signals, strict=True)
        ]
    )


def _any(values: Sequence[Any], signals: Sequence[Signal], floor: float) -> Terms:
    """100 where one condition holds; some condition has to be known."""
    holds = sa.or_(*[sa.func.coalesce(value, ZERO) > 0 for value in values])
    return sa.case((holds, 100.0), else_=0.0), [sa.or_(*[v.is_not(None) for v in values])]


def _all(values: Sequence[Any], signals: Sequence[Signal], floor: float) -> Terms:
    """100 where each condition holds; all have to be known."""
    holds = sa.and_(*[value > 0 for value in values])
    return sa.case((holds, 100.0), else_=0.0), [value.is_not(None) for value in values]


BLENDS: dict[str, Callable[[Sequence[Any], Sequence[Signal], float], Terms]] = {
    "mean": _mean,
    "highest": _highest,
    "any": _any,
    "all": _all,
}


def on_scale(windows: Any, signal: Signal) -> Any:
    """The input on 0..100, NULL where it is missing."""
    first = windows.c[signal.sides[0].name]
    number: Any = double(first)
    if len(signal.sides) > 1:
        second = windows.c[signal.sides[1].name]
        number = number.op("/")(sa.func.nullif(double(second), ZERO))
    told = windows.c.day >= sa.cast(sa.literal(signal.from_day.isoformat()), sa.Date())
    return sa.case((sa.and_(told, number.is_not(None)), _judged(number, signal.spec)))


def _judged(number: Any, spec: ScoreInput) -> Any:
    """A number by its cut points, or 100 and 0 for a condition."""
    if spec.scale is not None:
        return _scale(number, spec.scale)
    bound = spec.at_least if spec.at_least is not None else spec.below
    less, otherwise = (100.0, 0.0) if spec.at_least is None else (0.0, 100.0)
    return sa.case((under(number, bound or 0), less), else_=otherwise)


def under(number: Any, bound: float) -> Any:
    """Whether a number is below a bound, to nine decimals: the last digits of a sum are noise."""
    return number < double(sa.literal_column(repr(float(bound) - 5e-10)))


def _scale(number: Any, points: Sequence[tuple[float, float]]) -> Any:
    whens = [(number <= points[0][0], double(sa.literal_column(repr(float(points[0][1])))))]
    for (x0, y0), (x1, y1) in pairwise(points):
        slope = (y1 - y0) / (x1 - x0)
        line = (number - sa.literal_column(repr(x0))) * sa.literal_column(f"({slope!r})") + (
            sa.literal_column(repr(y0))
        )
        whens.append((number <= x1, line))
    return sa.case(*whens, else_=double(sa.literal_column(repr(float(points[-1][1])))))


def _total(values: Sequence[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total
