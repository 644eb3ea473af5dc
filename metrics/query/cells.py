"""Rows of a statement as cells: a number per leaf, window and member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.expressions import Leaf
from metrics.periods import Window
from metrics.query.plan import AT_THE_END

LEAST_ACCRUED = 1e-6

Member = tuple[Any, ...]
Cell = tuple[Leaf, Window]


def as_seen(rule: str, leaf: Leaf, days: Window) -> Window:
    """As-of rules look at a window's last day only, so windows that share it are one."""
    if rule in AT_THE_END and not leaf.take.startswith("time_"):
        return replace(days, lo=days.hi)
    return days


def rows_by_window(
    names: Sequence[str], rows: Sequence[tuple[Any, ...]], by: Sequence[str]
) -> dict[int, dict[Member, tuple[Any, ...]]]:
    places = [names.index(f"by_{dimension}") for dimension in by]
    found: dict[int, dict[Member, tuple[Any, ...]]] = {}
    for row in rows:
        member = tuple(_member(row[place]) for place in places)
        found.setdefault(row[names.index("id")], {})[member] = row
    return found


def _member(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)


def number(value: Any, take: str = "") -> float:
    """Floats at the edge; whatever is not finite is no value.

    Daily rates that have all ended leave nothing but rounding, which must not divide anything.
    """
    if value is None:
        return float("nan")
    found = float(value)
    if take == "time_days" and abs(found) < LEAST_ACCRUED:
        return 0.0
    return found if np.isfinite(found) else float("nan")


def in_order(value: str | None) -> tuple[bool, float, str]:
    """Sort key of a member: numbers as numbers, then text, the empty bucket last."""
    if value is None:
        return (True, 0.0, "")
    return (False, float(value), "") if value.isdecimal() else (False, float("inf"), value)


def frame_of(parts: Sequence[Mapping[str, Sequence[Any]]], by: Sequence[str]) -> pd.DataFrame:
    """Rows of all metrics as one frame; members stay objects, so that None stays None."""
    columns = {name: [value for part in parts for value in part[name]] for name in columns_of(by)}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object) if name in by else values
            for name, values in columns.items()
        }
    )


def columns_of(by: Sequence[str]) -> list[str]:
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
