"""Turns definitions into trees: every metric's form becomes arithmetic on leaves.

Unknown names, cycles and takes a kind does not have are collected as problems, never raised
one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metrics.definitions.expressions import EVERY, Leaf, Node, across
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Metric
from metrics.definitions.trees import FORMS, Refused, operands_of, window_of
from metrics.errors import Problem, did_you_mean
from metrics.periods import WindowSpec

DEFAULT_TAKE = {
    "flow": "sum",
    "stock": "level",
    "distinct": "keys",
    "movement": "level",
    "snapshot": "level",
}


@dataclass
class Resolver:
    """Resolves names to trees once each; `trees` holds the metrics that could be."""

    definitions: Definitions
    settings: Mapping[str, float]
    trees: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def resolve_all(self) -> None:
        """Fill `trees` and `problems` for every metric."""
        for name in self.definitions.metrics:
            try:
                self.metric(name)
            except Refused as refusal:
                self.problems.append(self.definitions.problem(name, str(refusal)))

    def metric(self, name: str) -> Node:
        """The tree of a metric, resolved on first use."""
        if name in self.trees:
            return self.trees[name]
        if name in self._open:
            cycle = " -> ".join([*self._open[self._open.index(name) :], name])
            raise Refused(f"refers to itself: {cycle}")
        metric = self.definitions.metrics[name]
        unknown = set(metric.across) - operands_of(metric)
        if unknown:
            raise Refused(f"across names '{min(unknown)}', which is none of its operands")
        self._open.append(name)
        try:
            tree = FORMS[metric.form](self, metric)
        finally:
            self._open.pop()
        self.trees[name] = tree
        return tree

    def part_of(self, metric: Metric, name: str) -> Node:
        """The tree of one operand of a metric, asked across the dimensions the metric says.

        A measure has the metric's filter; another metric has its own.
        """
        wanted = metric.across.get(name, ())
        node = self.operand(name, window_of(metric), metric)
        return across(node, (EVERY,) if wanted == "all" else tuple(wanted))

    def operand(self, name: str, window: WindowSpec, metric: Metric | None = None) -> Node:
        """The tree of a name used inside another metric: a metric, or a measure's own number."""
        if name in self.definitions.metrics:
            return self.metric(name)
        if name in self.definitions.measures:
            measure = self.definitions.measures[name]
            if measure.kind not in DEFAULT_TAKE:
                raise Refused(f"measure '{name}' is of kind {measure.kind}: it has no plain value")
            take = "time_days" if measure.spread else DEFAULT_TAKE[measure.kind]
            return self.leaf(name, take, window, metric)
        known = [*self.definitions.metrics, *self.definitions.measures]
        raise Refused(f"there is no metric or measure '{name}'. {did_you_mean(name, known)}")

    def leaf(self, name: str, take: str, window: WindowSpec, metric: Metric | None = None) -> Leaf:
        """A leaf over a measure, with the metric's filter."""
        if name not in self.definitions.measures:
            raise Refused(
                f"there is no measure '{name}'. {did_you_mean(name, self.definitions.measures)}"
            )
        where = tuple(sorted(metric.where.items())) if metric else ()
        return Leaf(name, take, window, where=where)

    def measure_of(self, name: str, *kinds: str) -> str:
        """`name` when it is a measure of one of these kinds."""
        if name not in self.definitions.measures:
            raise Refused(
                f"there is no measure '{name}'. {did_you_mean(name, self.definitions.measures)}"
            )
        kind = self.definitions.measures[name].kind
        if kind not in kinds:
            raise Refused(f"measure '{name}' is of kind {kind}; this needs {' or '.join(kinds)}")
        return name
