"""Chooses for each leaf the smallest part that answers it exactly, or says why none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.definitions.expressions import Leaf
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Bounds
from metrics.errors import UnsafeAggregationError
from metrics.kinds import PER_ENTITY
from metrics.parts.joins import Joins
from metrics.parts.plan import Part
from metrics.query.compile import Group, Split, reach, rule_of

AT_THE_END = frozenset({"until", "at"})
BY_ITS_DAY = frozenset({"between", "cohort", "rows"})  # each row counts on one day and no other


@dataclass(frozen=True)
class Planned:
    """A leaf with the group that answers it; per-entity leaves list a part per measure."""

    leaf: Leaf
    group: Group
    parts: tuple[Part, ...]
    takes: tuple[str, ...]


class Planner:
    """Looks up parts by what they hold; parts are listed coarse first."""

    def __init__(self, definitions: Definitions, joins: Joins, parts: Sequence[Part]) -> None:
        self.definitions = definitions
        self.joins = joins
        self.by_measure: dict[str, list[Part]] = {}
        for part in parts:
            for name in part.measures:
                self.by_measure.setdefault(name, []).append(part)

    def plan(self, leaf: Leaf, split: Split) -> Planned:
        """The part and rule for a leaf under a split.

        Raises UnsafeAggregationError when no roll-up holds the dimensions together.
        """
        heeded = tuple(one for one in split.where if leaf.heeds(one[0]))
        split = Split(leaf.kept(split.by), (*heeded, *leaf.where))
        if leaf.take in PER_ENTITY:
            return self._per_entity(leaf, split)
        part = self._smallest(leaf.measure, split, ())
        rule = rule_of(leaf, part)
        # Only movements are placed by where customers stood; cohorts of all brackets go together.
        group = Group(part, rule, split, leaf.segment if rule == "movement" else "closing")
        if group.rule not in BY_ITS_DAY:
            self._refuse_calendar(leaf.measure, _named(split))
        return Planned(leaf, group, (part,), (leaf.take,))

    def _per_entity(self, leaf: Leaf, split: Split) -> Planned:
        names = leaf.measures
        parts = tuple(self._smallest(name, split, leaf.by) for name in names)
        takes = tuple(self._inner_take(leaf, name) for name in names)
        for name, take in zip(names, takes, strict=True):
            if take != "sum":
                self._refuse_calendar(name, [*_named(split), *leaf.by])
        return Planned(leaf, Group(parts[0], "per_entity", split), parts, takes)

    def _refuse_calendar(self, name: str, wanted: Sequence[str]) -> None:
        """A state or a key counted once has no day of its own that could tell a weekday."""
        for dimension in wanted:
            declared = self.definitions.dimensions.get(dimension)
            if declared and declared.calendar:
                raise UnsafeAggregationError(
                    f"'{name}' does not belong to single days, so it has no {dimension}.",
                    "Ask by day, or for a sum of what happened.",
                )

    def _inner_take(self, leaf: Leaf, name: str) -> str:
        measure = self.definitions.measures[name]
        if measure.kept_as == "flow":
            return "sum"
        if leaf.take == "share_at_least":
            return "time_seconds" if measure.clock else "time_days"
        return "level"

    def _smallest(self, name: str, split: Split, also: Sequence[str]) -> Part:
        wanted = dict.fromkeys([*_named(split), *also])
        candidates = self.by_measure.get(name, [])
        for part in candidates:
            if self._adds_up(part, split) and reach(self.joins, part, list(wanted)) is not None:
                return part
        listing = ", ".join(wanted)
        raise UnsafeAggregationError(
            f"'{name}' is not kept by {listing} together.",
            "Ask for fewer dimensions at once, or declare a roll-up for them.",
        )

    def _adds_up(self, part: Part, split: Split) -> bool:
        """Members of a `within` column are never added: each is shown or the only one."""
        single = [name for name, wanted in split.where if _is_one_member(wanted)]
        told = {self.joins.column_of(name) for name in (*split.by, *single)}
        return told.issuperset(part.within)


def _named(split: Split) -> list[str]:
    """Dimensions shown or filtered on."""
    return [*split.by, *(name for name, _ in split.where)]


def _is_one_member(wanted: object) -> bool:
    if isinstance(wanted, tuple):
        return len(wanted) == 1
    return not isinstance(wanted, Bounds)
