"""What a warehouse lacks for each metric: the tables and columns without which it has no number.

A measure needs its facts, and the entities it reads a column through; a score needs its population
and enough of its inputs; a metric needs all of its measures and scores, a composite enough of its
parts. Where an alternative file stands in and leaves a column empty, what reads that column waits
for what the first choice lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from metrics.definitions.expressions import Leaf, Node, without_parts
from metrics.definitions.model import Measure
from metrics.definitions.score import Score, ScoreInput
from metrics.parts.joins import Path
from metrics.parts.model import Model
from metrics.sources.contract import Contract, Lack, merged
from metrics.sources.trace import Ref, Tracer

Lacks = tuple[Lack, ...]
OF_A_ROW = ("day", "hour")
"""Columns every staged fact has besides its own."""


class Available:
    """What one warehouse has for the metrics of a model, by the contract it was held against."""

    def __init__(self, model: Model, contract: Contract, tracer: Tracer | None = None) -> None:
        self.model = model
        self.contract = contract
        self.tracer = tracer or Tracer(model.queries)
        self._known: dict[str, Lacks] = {}
        self._blank: dict[Ref, bool] = {}
        self._lost: dict[str, dict[str, Lacks]] = {}

    def metric(self, name: str) -> Lacks:
        """What a metric lacks; empty when the warehouse has everything for it."""
        return self.of(self.tree(name).leaves())

    def of(self, leaves: Iterable[Leaf]) -> Lacks:
        """What some leaves lack together."""
        return merged(lack for leaf in leaves for lack in self._leaf(leaf))

    def tree(self, name: str) -> Node:
        """A metric's tree without the parts of composites that it has to do without here."""
        return without_parts(self.model.trees[name], lambda part: bool(self.of(part.leaves())))

    def lost_parts(self, name: str) -> dict[str, Lacks]:
        """Parts of a composite that drop out, with what each lacks; empty for other metrics."""
        composite = self.model.definitions.metrics[name].composite
        parts = composite.parts.items() if composite else ()
        found = {label: self.metric(part.metric) for label, part in parts}
        return {label: lacks for label, lacks in found.items() if lacks}

    def operand(self, name: str) -> Lacks:
        """What a measure or a score lacks."""
        if name not in self._known:
            score = self.model.definitions.scores.get(name)
            found = self._score(score) if score else self._measure(name)
            self._known[name] = merged(found)
        return self._known[name]

    def lost_inputs(self, score: Score) -> dict[str, Lacks]:
        """Inputs of a score that drop out, with what each lacks."""
        found = {name: self.input(score, item) for name, item in score.inputs.items()}
        return {name: lacks for name, lacks in found.items() if lacks}

    def input(self, score: Score, item: ScoreInput) -> Lacks:
        """What one input or condition of a score lacks, the way to the score's entity included."""
        below = filter(None, (item.measure, item.denominator, item.score))
        return merged(lack for name in below for lack in self._of_entity(score, name))

    def lost_dimensions(self, name: str) -> dict[str, Lacks]:
        """Dimensions a metric is declared with and cannot be split by here, with what lacks."""
        if name not in self._lost:
            self._lost[name] = self._lost_dimensions(name)
        return self._lost[name]

    def _lost_dimensions(self, name: str) -> dict[str, Lacks]:
        leaves = list(self.tree(name).leaves())
        found = {}
        for dimension in self.model.definitions.metrics[name].dimensions:
            lacks = merged(
                lack
                for leaf in leaves
                if leaf.heeds(dimension)
                for measure in leaf.measures
                for lack in self._along(*self.way(measure, dimension))
            )
            if lacks:
                found[dimension] = lacks
        return found

    def way(self, name: str, column: str) -> tuple[str, Path | None]:
        """Where the splits of a measure or score start, and the path from there to a column.

        What is counted once is split by what follows from its key, a score by its entity.
        """
        score = self.model.definitions.scores.get(name)
        if score:
            key = self.model.queries.entities[score.entity].key
            population = self.model.definitions.measures[score.population].fact
            return f"fact.{population}", self.model.joins.path(column, [key])
        measure = self.model.definitions.measures[name]
        fact = measure.anchor.fact if measure.anchor else measure.fact
        columns = {
            "movement": ("customer_id",),
            "distinct": (*measure.key, *measure.within),
            "cohort": (*self.model.queries.facts[fact].columns, *measure.key),
        }.get(measure.kind)
        if columns is None:
            return f"fact.{fact}", path_to(self.model, fact, column)
        return f"fact.{fact}", self.model.joins.path(column, columns)

    def to_entity(self, score: Score, name: str) -> tuple[str, Path | None]:
        """From a measure or score that a score reads, the way to the entity it is told for."""
        key = self.model.queries.entities[score.entity].key
        if name in self.model.definitions.scores:
            return self.way(name, key)
        fact = self.model.definitions.measures[name].fact
        return f"fact.{fact}", path_to(self.model, fact, key)

    def _leaf(self, leaf: Leaf) -> Iterator[Lack]:
        wanted = [*(column for column, _ in leaf.where), *leaf.by]
        for name in leaf.measures:
            yield from self.operand(name)
            for column in wanted:
                yield from self._along(*self.way(name, column))

    def _measure(self, name: str) -> Iterator[Lack]:
        measure = self.model.definitions.measures[name]
        for fact in self.model.facts_of(name):
            yield from self.contract.lacks(f"fact.{fact}")
        for fact, path in paths_of(self.model, measure):
            yield from self._along(f"fact.{fact}", path)

    def _score(self, score: Score) -> Iterator[Lack]:
        for name in (score.population, *score.sums):
            yield from self._of_entity(score, name)
        for item in score.needed:
            yield from self.input(score, item)
        lost = self.lost_inputs(score)
        total = sum(item.weight for item in score.inputs.values())
        left = sum(item.weight for name, item in score.inputs.items() if name not in lost)
        floor = score.minimum_weight * total - 1e-9 if score.blend == "mean" else 0
        if left < floor or not left:
            yield from (lack for lacks in lost.values() for lack in lacks)

    def _of_entity(self, score: Score, name: str) -> Iterator[Lack]:
        yield from self.operand(name)
        yield from self._along(*self.to_entity(score, name))

    def _along(self, start: str, path: Path | None) -> Iterator[Lack]:
        """What is lacking on the way to a column: its entities, and a value in it."""
        if path is None or path.calendar:
            return
        at = start
        for step in path.steps:
            yield from self._unless_blank(at, step.via)
            at = f"entity.{step.entity}"
            yield from self.contract.lacks(at)
        yield from self._unless_blank(at, path.column)

    def _unless_blank(self, query: str, column: str) -> Iterable[Lack]:
        kind, _, name = query.partition(".")
        return self._first_choices(query) if self._is_blank(Ref(kind, name, column)) else ()

    def _is_blank(self, ref: Ref) -> bool:
        """Whether the file in use leaves a column empty that its first choice fills."""
        if ref.query not in self._stood_in or ref.column in OF_A_ROW:
            return False
        if ref not in self._blank:
            file = self.contract.answers[ref.query].file
            assert file is not None
            if ref.column not in self.model.queries.query(ref.query).columns:
                return False
            traced = self.tracer.trace(file, ref.column)
            below = traced.values
            self._blank[ref] = traced.blank or (
                bool(below) and all(one.kind != "source" and self._is_blank(one) for one in below)
            )
        return self._blank[ref]

    def _first_choices(self, query: str) -> Lacks:
        """What the first choices of a query, and of those below it, lack."""
        return merged(
            lack
            for name in self.model.queries.below(query)
            if name in self._stood_in
            for lack in self.contract.answers[name].lacks
        )

    @cached_property
    def _stood_in(self) -> frozenset[str]:
        """Queries made with an alternative file, and those that read one of them."""
        found: set[str] = set()
        for name, answer in self.contract.answers.items():  # each after what it reads
            if answer.file is not None:
                reads = self.model.queries.reads[answer.file.path].queries
                if answer.lacks or reads & found:
                    found.add(name)
        return frozenset(found)


def paths_of(model: Model, measure: Measure) -> Iterator[tuple[str, Path]]:
    """Every column a measure reads, as the fact it starts from and the path to it.

    Not those of `within`: they tell members apart and are not looked at for the whole.
    """
    names = [*measure.where, *measure.key]
    for column in dict.fromkeys([*names, *filter(None, [measure.value])]):
        if path := path_to(model, measure.fact, column):
            yield measure.fact, path
    if measure.kind == "movement" and (path := path_to(model, measure.fact, "customer_id")):
        yield measure.fact, path
    if measure.anchor and (path := path_to(model, measure.anchor.fact, measure.anchor.key)):
        yield measure.anchor.fact, path


def path_to(model: Model, fact: str, column: str) -> Path | None:
    """The way from a fact to a column; None for a value that is no column (see `SPECIALS`)."""
    return model.joins.path(column, [*model.queries.facts[fact].columns, *OF_A_ROW])
