"""Whether roll-ups answer every operand of a metric, and by each dimension the metric offers.

A break-down that one operand cannot follow, or that would count a key once per member, is refused
when definitions load: shown, it would be wrong or empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from metrics.definitions.expressions import Leaf, Node, names_in
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Bounds, Measure, Metric
from metrics.kinds import PER_ENTITY
from metrics.parts.formulas import formula_of
from metrics.parts.joins import Joins
from metrics.parts.plan import Part

OF_SINGLE_DAYS = frozenset({"sum", "key_days", "size", "reached", "quantile"})
"""Takes whose rows count on one day and no other, so that they have a weekday."""


def _read_by(leaf: Leaf) -> tuple[str, ...]:
    """What a leaf looks up by itself: a score keeps its sums in its own part."""
    return leaf.measures if leaf.take in PER_ENTITY else (leaf.measure,)


def _is_one(wanted: object) -> bool:
    """Whether a filter leaves one member of its column."""
    return len(wanted) == 1 if isinstance(wanted, tuple) else not isinstance(wanted, Bounds)


def _wanted(leaf: Leaf, *shown: str) -> list[str]:
    """Columns a roll-up has to lead to."""
    return list(dict.fromkeys((*shown, *(column for column, _ in leaf.where), *leaf.by)))


def _listed(columns: Iterable[str]) -> str:
    return " and ".join(columns)


@dataclass(frozen=True)
class Breakdowns:
    """Roll-ups by measure, and the ways from their columns to dimensions."""

    definitions: Definitions
    parts: Mapping[str, list[Part]]
    trees: Mapping[str, Node]
    joins: Joins
    columns: Mapping[str, tuple[str, ...]]

    def problems(self, metric: Metric, tree: Node) -> Iterator[str]:
        """What no roll-up answers, and dimensions that an operand cannot follow."""
        leaves = []
        for leaf in dict.fromkeys(tree.leaves()):
            missing = [name for name in _read_by(leaf) if not self._is_kept(name, leaf)]
            if not missing:
                leaves.append(leaf)
            for name in missing:
                yield f"no roll-up keeps '{name}' by {_listed(_wanted(leaf)) or 'nothing'}"
        for dimension in metric.dimensions:
            if dimension in self.definitions.dimensions and leaves:
                why = next(self._refused(metric, leaves, dimension), None)
                if why:
                    yield f"cannot be split by '{dimension}': {why}"

    def _refused(self, metric: Metric, leaves: list[Leaf], dimension: str) -> Iterator[str]:
        """Why an operand has no members of a dimension."""
        split = [leaf for leaf in leaves if leaf.kept((dimension,))]
        if not split:
            yield "every operand is asked `across` it"
        for leaf in split:
            for name in _read_by(leaf):
                why = self._why(leaf, name, dimension)
                if why:
                    yield f"{self._way(metric, leaf)}{why}"

    def _why(self, leaf: Leaf, name: str, dimension: str) -> str | None:
        if self.definitions.dimensions[dimension].calendar and not self._daily(leaf, name):
            return f"'{name}' does not belong to single days"
        if self._is_kept(name, leaf, dimension):
            return None
        return self._reason(name, dimension, _wanted(leaf, dimension))

    def _daily(self, leaf: Leaf, name: str) -> bool:
        if leaf.take in PER_ENTITY:
            return self.definitions.measures[name].kept_as == "flow"
        return leaf.take in OF_SINGLE_DAYS

    def _is_kept(self, name: str, leaf: Leaf, *shown: str) -> bool:
        """Whether a roll-up answers a leaf split by what is shown."""
        wanted = _wanted(leaf, *shown)
        single = [column for column, one in leaf.where if _is_one(one)]
        told = {self.joins.column_of(one) for one in (*shown, *single)}
        return any(
            told.issuperset(part.within)
            and all(self.joins.path(column, part.columns) for column in wanted)
            for part in self.parts.get(name, ())
        )

    def _reason(self, name: str, dimension: str, wanted: Iterable[str]) -> str:
        measure = self.definitions.measures.get(name)
        if measure is None:
            return f"score '{name}' is not kept by it"
        if not self.joins.path(dimension, self.columns[measure.fact]):
            return f"fact '{measure.fact}' of '{name}' leads to no such column"
        if measure.kind == "distinct" and not self._follows(measure, dimension):
            key = " and ".join(measure.key)
            return f"'{name}' counts each {key} once, and one may have several; keep it in `within`"
        if measure.kind == "cohort" and not self._follows(measure, dimension):
            return f"it does not follow from the {measure.key[0]} whose cohorts '{name}' keeps"
        return f"no roll-up keeps '{name}' by {_listed(wanted)}"

    def _follows(self, measure: Measure, dimension: str) -> bool:
        return self.joins.path(dimension, (*measure.key, *measure.within)) is not None

    def _way(self, metric: Metric, leaf: Leaf) -> str:
        """The metric of the formula by way of which a leaf came in."""
        formula = formula_of(metric)
        names = sorted(names_in(formula)) if formula is not None else []
        for name in names:
            if name in self.trees and leaf in self.trees[name].leaves():
                return f"by way of '{name}', "
        return ""
