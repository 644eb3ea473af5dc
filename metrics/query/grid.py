"""Answers as arrays of periods x members, and as the tidy frame people get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from metrics.periods import Period
from metrics.query.cells import Flags, Member
from metrics.query.evaluate import Array, growth


@dataclass(frozen=True)
class Series:
    """One metric: numbers by period and member, NaN where there is no value.

    shown    each period as far as the metric is known, None where it is not at all;
    earlier  what it is held against, None where there is nothing like it.
    """

    shown: Sequence[Period | None]
    earlier: Sequence[Period | None]
    values: Array
    numerator: Array
    denominator: Array
    before: Array

    @property
    def complete(self) -> list[bool]:
        """Whether each period is known as a whole."""
        return [bool(period and period.complete) for period in self.shown]


@dataclass(frozen=True)
class Grid:
    """All metrics of one question over the same periods and members.

    `present` tells, where it was asked for, which of them any metric has a row of; `left_out` how
    many members are not among them by themselves.
    """

    periods: Sequence[Period]
    members: Sequence[Member]
    series: Mapping[str, Series]
    present: Flags | None = None
    left_out: int = 0


def frame_of(grid: Grid, by: Sequence[str]) -> pd.DataFrame:
    """One row per metric, period and member; members stay objects, so that None stays None."""
    parts = [_rows(grid, name, series, by) for name, series in grid.series.items()]
    columns = {name: [value for part in parts for value in part[name]] for name in _columns(by)}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object) if name in by else values
            for name, values in columns.items()
        }
    )


def _rows(grid: Grid, name: str, series: Series, by: Sequence[str]) -> dict[str, Sequence[Any]]:
    """The columns of one metric's rows, period by period and member by member."""
    size = len(grid.members)
    whole = [period for period in grid.periods for _ in range(size)]
    shown = [period for period in series.shown for _ in range(size)]
    moved = [period for period in series.earlier for _ in range(size)]
    values, before = series.values, series.before
    rows: dict[str, Sequence[Any]] = {
        "metric": [name] * len(whole),
        "start": [one.start for one in whole],
        "end": [cut.end if cut else one.end for cut, one in zip(shown, whole, strict=True)],
        "complete": list(np.repeat(series.complete, size).tolist()),
        "covered_days": [cut.days if cut else 0 for cut in shown],
        "bucket_days": [one.bucket_days for one in whole],
        "value": values.ravel().tolist(),
        "numerator": series.numerator.ravel().tolist(),
        "denominator": series.denominator.ravel().tolist(),
        "previous_value": before.ravel().tolist(),
        "change": (values - before).ravel().tolist(),
        "growth": growth(values, before).ravel().tolist(),
        "previous_start": [one.start if one else None for one in moved],
        "previous_end": [one.end if one else None for one in moved],
    }
    for index, dimension in enumerate(by):
        rows[dimension] = [member[index] for _ in grid.periods for member in grid.members]
    return rows


def _columns(by: Sequence[str]) -> list[str]:
    return [
        "metric",
        "start",
        "end",
        "complete",
        "covered_days",
        "bucket_days",
        *by,
        "value",
        "numerator",
        "denominator",
        "previous_value",
        "change",
        "growth",
        "previous_start",
        "previous_end",
    ]
