"""The state of each metric in one build: live, ready, waiting or blocked, and what it lacks.

live      there is a number
ready     the warehouse had everything when the build looked; a new build makes it live
waiting   a table or a column is missing
blocked   everything is there, but a fact has no rows, or none of the last 90 days, or a column the
          number rests on has no value in any of them
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metrics.definitions.expressions import Node, without_parts
from metrics.lineage.available import Lacks
from metrics.lineage.map import Lineage
from metrics.lineage.values import RequiredValues, without_value
from metrics.parts.model import Model
from metrics.sources.contract import Lack, declared, merged
from metrics.store.info import RECENT_DAYS, BuildInfo

FIRST_BUILD = Lack("look", note="a first build")
NEW_QUERY = Lack("build", note="a new build (its query is new)")
CHANGED = Lack("build", note="a new build (its definition changed)")
SILENT = f"(0 in the last {RECENT_DAYS} days)"


class States:
    """What the metrics of a model lack in a build; without one they wait for the first.

    `lineage` is that of the warehouse as the build saw it, or as it is declared.
    """

    def __init__(self, model: Model, info: BuildInfo | None) -> None:
        self.model = model
        self.info = info
        self.lineage = Lineage(model, info.warehouse_tables if info else declared(model.queries))
        self.available = self.lineage.available
        self.values = RequiredValues(self.available)
        looked_for = info.looked_for if info else ()
        self._looked_for = frozenset(table.lower() for table in looked_for)
        self._trees: dict[str, Node] = {}

    def lacks(self, name: str) -> Lacks:
        """What a metric lacks; empty when it is live."""
        return self._of(self.tree(name))

    def tree(self, name: str) -> Node:
        """How a metric is answered: its tree, less the parts of composites that have no number."""
        if name not in self._trees:
            self._trees[name] = without_parts(self.model.trees[name], self._is_without_number)
        return self._trees[name]

    def lost_parts(self, name: str) -> dict[str, Lacks]:
        """Parts of a composite that drop out in this build, with what each lacks."""
        composite = self.model.definitions.metrics[name].composite
        parts = composite.parts.items() if composite else ()
        dropped = {label: part.metric for label, part in parts if self._is_lost(part.metric)}
        return {label: self.lacks(metric) for label, metric in dropped.items()}

    def _is_lost(self, name: str) -> bool:
        return self._is_without_number(self.tree(name))

    def _is_without_number(self, node: Node) -> bool:
        """Whether the data lacks something, which is not the same as that a build is old."""
        lacks = self._of(node)
        old = any(lack.kind in ("look", "build") for lack in lacks)
        return not old and not is_answerable(lacks)

    def _of(self, node: Node) -> Lacks:
        """What the leaves of a tree lack together."""
        if self.info is None:
            return (FIRST_BUILD,)
        leaves = list(node.leaves())
        data = tuple(self._seen(lack) for lack in self.available.of(leaves))
        measures = dict.fromkeys(measure for leaf in leaves for measure in leaf.measures)
        inside = [lack for measure in measures for lack in self._in_build(measure, self.info)]
        if data or not is_answerable(inside):
            return merged(data or inside)
        required = (one for leaf in leaves for one in self.values.of_leaf(leaf))
        return merged([*inside, *without_value(required, self.info.broken_columns)])

    def lost_dimensions(self, name: str) -> dict[str, Lacks]:
        """Dimensions the metric is declared with and has no values of in this build."""
        if self.info is None:
            return {}
        found = dict(self.available.lost_dimensions(name))
        leaves = list(self.tree(name).leaves())
        for dimension in self.model.definitions.metrics[name].dimensions:
            required = (
                one
                for leaf in leaves
                if leaf.heeds(dimension)
                for measure in leaf.measures
                for one in self.values.of_splits(measure, [dimension])
            )
            if lacks := merged(without_value(required, self.info.broken_columns)):
                found.setdefault(dimension, lacks)
        return found

    def _seen(self, lack: Lack) -> Lack:
        """The lack, or that nobody has looked for its table yet."""
        if lack.place.lower() in self._looked_for:
            return lack
        return Lack("look", note=f"a new build ({lack.place} has not been looked for)")

    def _in_build(self, name: str, info: BuildInfo) -> Iterator[Lack]:
        """What the build lacks of a measure or score for which the warehouse has everything."""
        facts = self.model.required_facts(name)
        yield from filter(None, (self._of_fact(fact, info) for fact in facts))
        if all(fact in info.facts and info.facts[fact].available for fact in facts):
            parts = [part.name for part in self.model.parts if name in part.measures]
            if any(info.parts.get(part) != self.model.fingerprints[part] for part in parts):
                yield CHANGED

    def _of_fact(self, name: str, info: BuildInfo) -> Lack | None:
        state = info.facts.get(name)
        if state is None:
            return NEW_QUERY
        if state.missing:
            return CHANGED
        if not state.available:
            return Lack("rows", name)
        return Lack("rows", name, note=SILENT) if self._is_silent(name, info) else None

    def _is_silent(self, name: str, info: BuildInfo) -> bool:
        """Whether nothing was told of late, which is not the same as that nothing happened.

        What is made of other facts alone, such as deals won, tells nothing by its own silence:
        it is silent when one of those is.
        """
        state = info.facts.get(name)
        if state is None or not state.silent or self.model.queries.facts[name].snapshot:
            return False
        reads = self.model.queries.reads.get(state.file)
        if reads is None or reads.sources or not reads.facts:
            return True
        return any(self._is_silent(fact, info) for fact in reads.facts)


def status_of(lacks: Sequence[Lack]) -> str:
    """The state that goes with what is lacking."""
    kinds = {lack.kind for lack in lacks}
    if kinds & {"table", "column", "look"}:
        return "waiting"
    if kinds & {"rows", "values"}:
        return "blocked"
    return "ready" if kinds else "live"


def is_answerable(lacks: Sequence[Lack]) -> bool:
    """Whether there are numbers: a source that fell silent keeps its history."""
    return all(lack.kind == "rows" and lack.note == SILENT for lack in lacks)
