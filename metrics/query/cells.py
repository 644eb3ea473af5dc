"""Rows of a statement as cells: a number per leaf, window and member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from metrics.definitions.expressions import Leaf
from metrics.periods import Window
from metrics.query.evaluate import Array
from metrics.query.plan import AT_THE_END

LEAST_ACCRUED = 1e-6

Member = tuple[Any, ...]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """The rows of a statement by window and member.

    columns  the statement's columns by name, `ids` and `places` where each row belongs;
    present  which members each window has a row of.
    """

    columns: Mapping[str, Sequence[Any]]
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
        known = [(row, self.rows[days]) for row, days in windows.items() if days in self.rows]
        places = self.found.members
        mine = [(column, places[one]) for column, one in enumerate(members) if one in places]
        if not known or not mine:
            return
        target = np.ix_([row for row, _ in known], [column for column, _ in mine])
        source = np.ix_([row for _, row in known], [place for _, place in mine])
        values[target] = np.where(self.found.present[source], self.table[source], values[target])


def as_seen(rule: str, leaf: Leaf, days: Window) -> Window:
    """As-of rules look at a window's last day only, so windows that share it are one."""
    if rule in AT_THE_END and not leaf.take.startswith("time_"):
        return replace(days, lo=days.hi)
    return days


def found_in(
    names: Sequence[str], rows: Sequence[tuple[Any, ...]], by: Sequence[str], windows: int
) -> Found:
    """Rows of a statement with `id`, the split's columns as `by_<dimension>`, and numbers."""
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    members: dict[Member, int] = {}
    places = np.zeros(len(rows), dtype=np.intp)
    if by:
        shown = zip(*[map(_member, columns[f"by_{name}"]) for name in by], strict=True)
        for row, member in enumerate(shown):
            places[row] = members.setdefault(member, len(members))
    else:
        members[()] = 0
    ids = np.fromiter(columns["id"], dtype=np.intp, count=len(rows))
    present = np.zeros((windows, len(members)), dtype=bool)
    present[ids, places] = True
    return Found(columns, ids, places, members, present)


def _member(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)


def numbers(values: Sequence[Any], take: str = "") -> Array:
    """Floats at the edge; whatever is not finite is no value.

    Daily rates that have all ended leave nothing but rounding, which must not divide anything.
    """
    found = np.fromiter(
        (np.nan if value is None else float(value) for value in values), float, len(values)
    )
    found[~np.isfinite(found)] = np.nan
    if take == "time_days":
        found[np.abs(found) < LEAST_ACCRUED] = 0.0
    return found


def in_order(value: str | None) -> tuple[bool, float, str]:
    """Sort key of a member: numbers as numbers, then text, the empty bucket last."""
    if value is None:
        return (True, 0.0, "")
    return (False, float(value), "") if value.isdecimal() else (False, float("inf"), value)
