"""Rows of a statement as cells: a number per leaf, window and member."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.definitions.expressions import Leaf
from metrics.engines.fetch import Column
from metrics.periods import Window
from metrics.query.evaluate import Array
from metrics.query.plan import AT_THE_END

LEAST_ACCRUED = 1e-6

Member = tuple[Any, ...]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Executed:
    """What running a select gave: how to write its SQL out, and its columns by name."""

    text: Callable[[], str]
    columns: Mapping[str, Column]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True)
class Found:
    """The rows of a statement by window and member.

    columns  the statement's columns by name, `ids` and `places` where each row belongs;
    present  which members each window has a row of.
    """

    columns: Mapping[str, Column]
    ids: npt.NDArray[np.intp]
    places: npt.NDArray[np.intp]
    members: Mapping[Member, int]
    present: Flags

    def table(self, column: str, take: str) -> Array:
        """One column as windows x members; NaN where there is no row, or no value in it."""
        table = np.full(self.present.shape, np.nan)
        table[self.ids, self.places] = numbers(self.columns[column], take)
        return table


@dataclass(frozen=True)
class Cells:
    """The numbers of one leaf: windows x members, and which row belongs to which window."""

    found: Found
    table: Array
    rows: Mapping[Window, int]

    def members(self, windows: Iterable[Window]) -> set[Member]:
        """Members any of the windows has."""
        rows = [self.rows[days] for days in windows if days in self.rows]
        seen: Flags = np.any(self.found.present[rows], axis=0)
        return {member for member, place in self.found.members.items() if seen[place]}

    def put_into(
        self, values: Array, windows: Mapping[int, Window], members: Sequence[Member]
    ) -> None:
        """Write what was found into rows of periods and columns of members."""
        target, source = self._places(windows, members)
        values[target] = np.where(self.found.present[source], self.table[source], values[target])

    def mark(
        self, present: Flags, windows: Mapping[int, Window], members: Sequence[Member]
    ) -> None:
        """Mark the periods and members of which there is a row."""
        target, source = self._places(windows, members)
        present[target] |= self.found.present[source]

    def _places(
        self, windows: Mapping[int, Window], members: Sequence[Member]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Rows and columns to write to, and those of the table that belong there."""
        known = [(row, self.rows[days]) for row, days in windows.items() if days in self.rows]
        places = self.found.members
        mine = [(column, places[one]) for column, one in enumerate(members) if one in places]
        rows = np.array(known, dtype=np.intp).reshape(-1, 2)
        columns = np.array(mine, dtype=np.intp).reshape(-1, 2)
        return np.ix_(rows[:, 0], columns[:, 0]), np.ix_(rows[:, 1], columns[:, 1])


def as_seen(rule: str, leaf: Leaf, days: Window) -> Window:
    """As-of rules look at a window's last day only, so windows that share it are one."""
    if rule in AT_THE_END and not leaf.take.startswith("time_"):
        return replace(days, lo=days.hi)
    return days


def found_in(columns: Mapping[str, Column], by: Sequence[str], windows: int) -> Found:
    """Rows of a statement with `id`, the split's columns as `by_<dimension>`, and numbers."""
    ids = np.asarray(columns["id"], dtype=np.intp)
    shown = [columns[f"by_{dimension}"] for dimension in by]
    places, members = _places_of(shown) if shown else (np.zeros_like(ids), {(): 0})
    present = np.zeros((windows, len(members)), dtype=bool)
    present[ids, places] = True
    return Found(columns, ids, places, members, present)


def _places_of(shown: Sequence[Column]) -> tuple[npt.NDArray[np.intp], dict[Member, int]]:
    """For each row the place of its member, and the members by their place."""
    places: npt.NDArray[np.intp] | None = None
    members: list[Member] = []
    for column in shown:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        own = [_member(value) for value in values]
        if places is None:
            places, members = codes, [(value,) for value in own]
            continue
        pairs, places = np.unique(places * len(own) + codes, return_inverse=True)
        members = [(*members[pair // len(own)], own[pair % len(own)]) for pair in pairs]
    assert places is not None
    return places, {member: place for place, member in enumerate(members)}


def _member(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    return value if isinstance(value, str) else str(value)


def numbers(values: Column, take: str = "") -> Array:
    """Floats at the edge; whatever is not finite is no value.

    Daily rates that have all ended leave nothing but rounding, which must not divide anything.
    """
    found = values.astype(float)
    found[~np.isfinite(found)] = np.nan
    if take == "time_days":
        found[np.abs(found) < LEAST_ACCRUED] = 0.0
    return found


def in_order(value: str | None) -> tuple[bool, float, str]:
    """Sort key of a member: numbers as numbers, then text, the empty bucket last."""
    if value is None:
        return (True, 0.0, "")
    return (False, float(value), "") if value.isdecimal() else (False, float("inf"), value)
