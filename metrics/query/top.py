"""The largest members of an answer, and all others as one.

What is summed are the leaves, before any arithmetic: "other" of a ratio is its members' numerators
over their denominators, never a mean of ratios.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from metrics.definitions.expressions import Leaf
from metrics.query.cells import Member
from metrics.query.evaluate import Array


class Rest(Enum):
    """Stands where a member would: a value of its own, so that no member's name can be it."""

    OTHER = "Other"

    def __str__(self) -> str:
        return self.value


OTHER = Rest.OTHER


@dataclass(frozen=True)
class Fold:
    """Which of the members found are shown, and which of them stand together as one.

    `kept` and `rest` are columns of values by member; without a `rest` all others are left out.
    """

    kept: Sequence[int]
    rest: Sequence[int]

    def members(self, members: Sequence[Member]) -> list[Member]:
        """The members of the answer, largest first."""
        shown = [members[column] for column in self.kept]
        return [*shown, tuple(OTHER for _ in shown[0])] if self.rest else shown

    def values(self, leaf: Leaf, by: Sequence[str], values: Array) -> Array:
        """A leaf's values of the shown members."""
        shown = values[:, self.kept]
        if not self.rest:
            return shown
        rest = values[:, self.rest]
        if not leaf.kept(by):  # the same for every member
            return np.column_stack([shown, rest[:, 0]])
        known = ~np.isnan(rest).all(axis=1)
        return np.column_stack([shown, np.where(known, np.nansum(rest, axis=1), np.nan)])


def largest(values: Array, most: int, other: bool) -> Fold:
    """Keep the members whose value is furthest from zero, as `values` has one per member."""
    sizes = np.where(np.isnan(values), -1.0, np.abs(values))
    order = [int(place) for place in np.argsort(-sizes, kind="stable")]
    return Fold(order[:most], order[most:] if other else [])
