"""Why a number changed: what each member of a dimension contributed, exactly.

    a sum        each member's own difference; who came and who left is among them
    a quotient   rate: the member's own ratio moved, at its mean weight
                 mix:  its weight moved, times how far its ratio lies from the whole's

Both add up to the change to the last digit. It is arithmetic, not cause.

    weight w = lower / whole's lower     ratio r = upper / lower     R = the whole's ratio
    change of R  =  sum of  mean(w) x change of r  +  (mean(r) - mean(R)) x change of w
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from metrics.errors import QueryError, UnsafeAggregationError
from metrics.periods import Comparison
from metrics.query.additivity import HasNoParts
from metrics.query.answer import Answers
from metrics.query.catalog import MetricInfo
from metrics.query.cells import Flags
from metrics.query.evaluate import Array, divide
from metrics.query.grid import Grid
from metrics.query.question import Query
from metrics.query.refusals import check_names, check_split, waits
from metrics.result import Ran, Stamp

CLOSE = 1e-6
NUMBERS = (
    "value",
    "previous_value",
    "effect",
    "rate_effect",
    "mix_effect",
    "numerator",
    "denominator",
    "previous_numerator",
    "previous_denominator",
)


@dataclass(frozen=True)
class Explanation:
    """A change and its parts.

    form   `sum`, or `quotient` where each effect is a rate and a mix effect.
    frame  one row per member, largest effect first, the others together in the last: member (None
           is the empty bucket), members (how many stand in the row), is_other, came, left, value,
           previous_value, effect, share (of the change), rate_effect, mix_effect, numerator,
           denominator, previous_numerator, previous_denominator. NaN is no value.

    `effect` adds up to `change`, `rate_effect` and `mix_effect` to `effect`.
    """

    metric: str
    by: str
    form: Literal["sum", "quotient"]
    value: float
    previous_value: float
    start: date
    end: date
    previous_start: date
    previous_end: date
    frame: pd.DataFrame
    stamp: Stamp
    ran: tuple[Ran, ...]

    @property
    def change(self) -> float:
        """Value less previous value."""
        return self.value - self.previous_value

    @property
    def growth(self) -> float:
        """The change relative to the previous value; NaN unless that is above zero."""
        return self.change / self.previous_value if self.previous_value > 0 else math.nan

    @property
    def sql(self) -> str:
        """Every statement that was run, ready to be pasted."""
        return "\n\n".join(f"-- {ran.part}\n{ran.sql};" for ran in self.ran)


@dataclass(frozen=True)
class Sides:
    """Numbers of one period by member: both sides of a quotient (of a sum, one over 1)."""

    upper: Array
    lower: Array
    whole_upper: float
    whole_lower: float


def explain(answers: Answers, query: Query, top: int) -> Explanation:
    """What members contributed to a change; at most `top` of them by themselves.

    Raises UnsafeAggregationError with the reason where a number has no exact parts, QueryError
    where there is no change because one of both periods has no value.
    """
    name, dimension = _one(query)
    info = answers.catalog.resolve(name, query.domain)
    if not info.answerable:
        raise waits({name: info.waiting_for})
    check_names(query, answers.model.definitions.dimensions)
    check_split(info, query)
    tree = answers.catalog.tree(info.name)
    try:
        parts = answers.catalog.additivity.parts(tree, dimension)
    except HasNoParts as refusal:
        raise _refusal(info, dimension, str(refusal)) from None
    if parts.form == "same":
        raise _refusal(info, dimension, f"it is the same for every {dimension}")
    compare = query.compare or Comparison.PREVIOUS_PERIOD
    query = replace(query, grain=None, compare=compare, top=None, share=False, days=())
    trees = {"upper": parts.upper, "lower": parts.lower}
    (whole, total), (split, result) = answers.arithmetic([replace(query, by=()), query], trees)
    [row] = total.frame.to_dict("records")
    if np.isnan(row["value"]) or np.isnan(row["previous_value"]):
        raise QueryError(
            f"'{name}' has no value in one of both periods, so it has no change.",
            "Compare other dates.",
        )
    now, before = (_sides(whole, split, past) for past in (False, True))
    for side, said in ((now, row["value"]), (before, row["previous_value"])):
        _check(info, dimension, side, said, parts.form)
    frame = _frame(parts.form, now, before, row["value"] - row["previous_value"])
    frame.insert(0, "member", pd.Series([one for (one,) in split.members], dtype=object))
    return Explanation(
        name,
        dimension,
        parts.form,
        row["value"],
        row["previous_value"],
        row["start"],
        row["end"],
        row["previous_start"],
        row["previous_end"],
        _largest(frame, top),
        result.stamp,
        (*total.ran, *result.ran),
    )


def _one(query: Query) -> tuple[str, str]:
    if len(query.metrics) != 1 or len(query.by) != 1:
        raise QueryError("A change is told of one metric by one dimension.", "Name one of each.")
    return query.metrics[0], query.by[0]


def _refusal(info: MetricInfo, dimension: str, reason: str) -> UnsafeAggregationError:
    others = ", ".join(one for one in info.explained_by if one != dimension)
    return UnsafeAggregationError(
        f"What {dimension} contributed to a change of '{info.name}' cannot be told: {reason}.",
        f"It can be told by: {others}." if others else "Look at the metrics it is made of.",
    )


def _sides(whole: Grid, split: Grid, past: bool) -> Sides:
    def numbers(grid: Grid, name: str) -> Array:
        series = grid.series[name]
        values: Array = (series.before if past else series.values)[0]
        return values

    [upper], [lower] = numbers(whole, "upper"), numbers(whole, "lower")
    return Sides(
        np.nan_to_num(numbers(split, "upper")),
        np.nan_to_num(numbers(split, "lower")),
        float(upper),
        float(lower),
    )


def _check(info: MetricInfo, dimension: str, side: Sides, said: float, form: str) -> None:
    """Parts that do not make up the number they are parts of are no explanation."""
    told = side.whole_upper / side.whole_lower
    sums = [(side.upper, side.whole_upper)]
    sums += [(side.lower, side.whole_lower)] if form == "quotient" else []
    gaps = [abs(told - said) - CLOSE * max(abs(said), 1.0)]
    gaps += [
        abs(float(members.sum()) - whole) - CLOSE * max(float(np.abs(members).sum()), abs(whole))
        for members, whole in sums
    ]
    if max(gaps) > 0:
        raise _refusal(info, dimension, "its members do not add up to the whole")


def _frame(form: str, now: Sides, before: Sides, change: float) -> pd.DataFrame:
    if form == "sum":
        return differences(now, before, change)
    return rates_and_mix(now, before, change)


def differences(now: Sides, before: Sides, change: float) -> pd.DataFrame:
    """Each member's own difference."""
    effect = now.upper - before.upper
    return _rows(
        {"value": now.upper, "previous_value": before.upper, "effect": effect},
        came=(before.upper == 0) & (now.upper != 0),
        left=(before.upper != 0) & (now.upper == 0),
        change=change,
    )


def rates_and_mix(now: Sides, before: Sides, change: float) -> pd.DataFrame:
    """Rate and mix effects with mean weights: exact, and the same read forwards or backwards.

    Who came or left has one ratio only, so all of it is mix.
    """
    ratio, earlier = divide(now.upper, now.lower), divide(before.upper, before.lower)
    weight = now.lower / now.whole_lower - before.lower / before.whole_lower
    middle = (now.whole_upper / now.whole_lower + before.whole_upper / before.whole_lower) / 2
    # Of what stands over the whole's denominator, so that members without one are in it, too.
    effect = now.upper / now.whole_lower - before.upper / before.whole_lower - middle * weight
    known = np.where(np.isnan(ratio), earlier, ratio)
    mean = (known + np.where(np.isnan(earlier), known, earlier)) / 2
    mix = np.where(np.isnan(mean), 0.0, (mean - middle) * weight)
    return _rows(
        {
            "value": ratio,
            "previous_value": earlier,
            "effect": effect,
            "rate_effect": effect - mix,
            "mix_effect": mix,
            "numerator": now.upper,
            "denominator": now.lower,
            "previous_numerator": before.upper,
            "previous_denominator": before.lower,
        },
        came=(before.lower == 0) & (now.lower != 0),
        left=(before.lower != 0) & (now.lower == 0),
        change=change,
    )


def _rows(numbers: Mapping[str, Array], came: Flags, left: Flags, change: float) -> pd.DataFrame:
    """One row per member; a sum has no rates and no sides."""
    frame = pd.DataFrame({"members": np.ones(len(came), dtype=int), "is_other": False})
    frame["came"], frame["left"] = came, left
    for name in NUMBERS:
        frame[name] = numbers.get(name, np.nan)
    frame["share"] = frame["effect"] / change if change else np.nan
    return frame


def _largest(frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """The members with the largest effects, and all others in one row that hides nothing."""
    order = np.argsort(-frame["effect"].abs().to_numpy(), kind="stable")
    ordered = frame.iloc[order].reset_index(drop=True)
    if len(ordered) <= top:
        return ordered
    shown, rest = ordered.iloc[:top], ordered.iloc[top:]
    return pd.concat([shown, _together(rest)], ignore_index=True)


def _together(rest: pd.DataFrame) -> pd.DataFrame:
    """Members as one row: sums of all but ratios, which are made of both sides anew."""
    added = {name: rest[name].sum(min_count=1) for name in (*NUMBERS, "share")}
    if not np.isnan(added["denominator"]):
        for value, upper, lower in _RATIOS:
            sides = [np.array([added[side]]) for side in (upper, lower)]
            added[value] = float(divide(*sides)[0])
    row = {
        "member": None,
        "members": len(rest),
        "is_other": True,
        "came": bool(rest["came"].all()),
        "left": bool(rest["left"].all()),
        **added,
    }
    return pd.DataFrame([row]).astype({"member": object})[list(rest.columns)]


_RATIOS: Sequence[tuple[str, str, str]] = (
    ("value", "numerator", "denominator"),
    ("previous_value", "previous_numerator", "previous_denominator"),
)
