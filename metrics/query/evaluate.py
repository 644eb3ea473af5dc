"""Arithmetic above the leaves, on arrays of periods x members; NaN is no value.

x / 0 -> no value      growth from zero or below -> no value      missing stays missing
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from metrics.definitions.expressions import (
    Binary,
    Blend,
    CalendarValue,
    Constant,
    GrowthOf,
    Leaf,
    Node,
    Positive,
    Scaled,
)
from metrics.periods import ONE_DAY, Calendar, Period, Shift, Window, WindowSpec, add_months, back

Array: TypeAlias = npt.NDArray[np.float64]
EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Scope:
    """Where a tree is evaluated: the periods (None: nothing is known), and leaf values."""

    periods: Sequence[Period | None]
    members: int
    calendar: Calendar
    leaf_values: Callable[[Leaf], Array]


def earlier(period: Period, shifts: Sequence[Shift]) -> Period:
    """A period moved back by shifts; its end keeps being a month end if it is one."""
    for shift in shifts:
        end = back(period.end, shift)
        start = add_months(period.start, -shift.months) - timedelta(days=shift.days)
        period = Period(min(start, end), end, min(start, end), end)
    return period


def window(spec: WindowSpec, shifts: Sequence[Shift], period: Period, calendar: Calendar) -> Window:
    """The days a leaf looks at for one period."""
    return spec.of(earlier(period, shifts), calendar)


def evaluate(node: Node, scope: Scope) -> Array:
    """Values of a node, one row per period and one column per member."""
    if isinstance(node, Leaf):
        return scope.leaf_values(node)
    if isinstance(node, Constant):
        return np.full((len(scope.periods), scope.members), node.value)
    if isinstance(node, CalendarValue):
        return _calendar_value(node, scope)
    if isinstance(node, Binary):
        left, right = evaluate(node.left, scope), evaluate(node.right, scope)
        return divide(left, right) if node.operator == "/" else ADDITIVE[node.operator](left, right)
    if isinstance(node, Positive):
        return positive(evaluate(node.node, scope))
    if isinstance(node, Scaled):
        return scaled(evaluate(node.node, scope), node.points)
    if isinstance(node, Blend):
        return blended([evaluate(one, scope) for one in node.nodes], node.weights, node.floor)
    assert isinstance(node, GrowthOf)
    return growth(evaluate(node.current, scope), evaluate(node.base, scope), node.compound)


def divide(left: Array, right: Array) -> Array:
    """left / right, no value where the divisor is zero or a side is missing."""
    result = np.full(np.broadcast(left, right).shape, np.nan)
    np.divide(left, right, out=result, where=(right != 0) & ~np.isnan(right))
    return result


def positive(values: Array) -> Array:
    """Values above zero, no value instead of the others."""
    return np.where(values > 0, values, np.nan)


def growth(current: Array, base: Array, compound: int = 1) -> Array:
    """Relative change per step; no value unless the base is above zero and current not below."""
    usable = base > 0
    if compound > 1:
        usable &= current >= 0
    result = np.full(current.shape, np.nan)
    np.divide(current, base, out=result, where=usable)
    with np.errstate(invalid="ignore"):
        return np.power(result, 1 / compound) - 1 if compound > 1 else result - 1


def scaled(values: Array, points: Sequence[tuple[float, float]]) -> Array:
    """Values on a scale of cut points, flat outside; no value stays none."""
    at, score = zip(*points, strict=True)
    result: Array = np.interp(values, at, score)
    return np.where(np.isnan(values), np.nan, result)


def blended(parts: Sequence[Array], weights: Sequence[float], floor: float) -> Array:
    """Weighted mean of what is there; no value where that weighs less than the floor."""
    values = np.stack(parts)
    present = ~np.isnan(values)
    heavy = np.reshape(weights, (-1, *(1,) * (values.ndim - 1))) * present
    weight = heavy.sum(axis=0)
    total = (heavy * np.where(present, values, 0.0)).sum(axis=0)
    return divide(total, np.where(weight >= floor - 1e-9, weight, np.nan))


ADDITIVE: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
}


def _calendar_value(node: CalendarValue, scope: Scope) -> Array:
    column = np.full(len(scope.periods), np.nan)
    for index, period in enumerate(scope.periods):
        if period is not None:
            days = window(node.window, node.shifts, period, scope.calendar)
            column[index] = _calendar_number(node.what, days, scope.calendar)
    return np.repeat(column[:, None], scope.members, axis=1)


def _calendar_number(what: str, days: Window, calendar: Calendar) -> float:
    if what == "day_number":
        return days.hi.toordinal() - EPOCH_ORDINAL
    if what == "closes":
        return calendar.midnight(days.hi + ONE_DAY)
    if what == "days":
        return (days.hi - days.lo).days + 1
    return calendar.hours_between(days.lo, days.hi)
