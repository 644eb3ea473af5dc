"""Everything that is declared, read once and checked as a whole: the model of a company.

`load_model` reads `queries/` and the definition files, resolves every metric to its tree,
plans the parts, and refuses with all problems at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from metrics.definitions.expressions import Binary, Blend, Leaf, Node
from metrics.definitions.loader import Definitions, load_definitions
from metrics.definitions.model import Measure
from metrics.definitions.resolve import Resolver
from metrics.definitions.score import Score, ScoreInput
from metrics.errors import DefinitionError
from metrics.kinds import KINDS, PER_ENTITY
from metrics.parts.check import declared_problems, name_problems
from metrics.parts.joins import Joins
from metrics.parts.meaning import breakdown_problems, meaning_problems
from metrics.parts.plan import Part, plan_parts
from metrics.settings import Settings
from metrics.sources.model import Queries
from metrics.sources.read import read_queries


@dataclass(frozen=True)
class Model:
    """Definitions, queries, parts and trees that fit together."""

    definitions: Definitions
    queries: Queries
    joins: Joins
    parts: tuple[Part, ...]
    trees: Mapping[str, Node]

    def facts_of(self, name: str) -> tuple[str, ...]:
        """Facts a measure or score rests on, direct ones first."""
        return tuple(dict.fromkeys(self._facts_of(name)))

    def _facts_of(self, name: str) -> Iterator[str]:
        if name in self.definitions.measures:
            measure = self.definitions.measures[name]
            yield measure.fact
            if measure.anchor:
                yield measure.anchor.fact
            return
        score = self.definitions.scores[name]
        yield from self.facts_of(score.population)
        yield from (fact for name in score.sums for fact in self.facts_of(name))
        yield from (fact for part in score.reads for fact in self._read_by(part))

    def _read_by(self, part: ScoreInput) -> Iterator[str]:
        for below in (part.measure, part.denominator, part.score):
            if below:
                yield from self.facts_of(below)

    def required_facts(self, name: str) -> tuple[str, ...]:
        """Facts without which there is no number: a score drops inputs, but no condition."""
        needed = self.required_measures(name)
        return tuple(dict.fromkeys(fact for one in needed for fact in self.facts_of(one)))

    def required_measures(self, name: str) -> tuple[str, ...]:
        """Measures without which a measure or score has no number."""
        if name not in self.definitions.scores:
            return (name,)
        score = self.definitions.scores[name]
        below = [score.population, *score.sums]
        below += [
            other
            for part in score.needed
            for other in (part.measure, part.denominator, part.score)
            if other
        ]
        return tuple(dict.fromkeys(found for one in below for found in self.required_measures(one)))

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """What each part was made by, in eight letters: it changes when the part would."""
        return {part.name: self._fingerprint(part) for part in self.parts}

    def _fingerprint(self, part: Part) -> str:
        declared = [self._declared(name) for name in part.measures]
        facts = {fact for name in part.measures for fact in self.facts_of(name)}
        sql = [self._sql_of[fact] for fact in sorted(facts)]
        return digest([part.name, part.dimensions, declared, sql])

    @cached_property
    def _sql_of(self) -> dict[str, str]:
        """By fact, what stands for all SQL behind it: its own and that of what it refers to."""
        found = {}
        for name, fact in self.queries.facts.items():
            reached = [f"entity.{entity}" for entity in self.joins.reachable(fact.columns)]
            below = {one for top in (f"fact.{name}", *reached) for one in self.queries.below(top)}
            files = [file for one in sorted(below) for file in self.queries.query(one).files]
            found[name] = digest([file.text for file in files])
        return found

    def _declared(self, name: str) -> object:
        item: Measure | Score | None = self.definitions.measures.get(name)
        item = item or self.definitions.scores[name]
        below = []
        if isinstance(item, Score):
            below = [
                self._declared(other)
                for part in item.reads
                for other in (part.measure, part.denominator, part.score)
                if other
            ]
            below += [self._declared(other) for other in (item.population, *item.sums)]
        return [name, item.model_dump(mode="json"), below]

    def metric_hash(self, name: str) -> str:
        """Hash of a metric's meaning: its tree and all it rests on, not its texts."""
        tree = self.trees[name]
        used = sorted({name for leaf in tree.leaves() for name in leaf.measures})
        sql = [self._sql_of[fact] for measure in used for fact in self.facts_of(measure)]
        return digest([repr(tree), [self._declared(measure) for measure in used], sql])


def digest(value: object) -> str:
    """Eight hexadecimal letters that stand for a value."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def load_model(settings: Settings) -> Model:
    """The model of the folders in the settings. Raises DefinitionError with every problem."""
    queries = read_queries(settings.queries, settings.sources)
    definitions = load_definitions(settings.definitions)
    numbers = {
        name: float(value)
        for name, value in settings.model_dump().items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    resolver = Resolver(definitions, numbers)
    resolver.resolve_all()
    joins = Joins(queries.entities, definitions.dimensions)
    trees = resolver.trees
    parts: tuple[Part, ...] = ()
    problems = list(declared_problems(definitions, queries, joins))
    if not problems:
        parts = tuple(plan_parts(definitions, queries.facts))
        problems += breakdown_problems(definitions, queries, trees, parts, joins)
    problems += [*resolver.problems, *name_problems(definitions)]
    problems += meaning_problems(definitions, queries, trees)
    if problems:
        raise DefinitionError(problems)
    return Model(definitions, queries, joins, parts, trees)


def kind_of(tree: Node, model: Model) -> str:
    """The kind shown for a metric: that of all its leaves, else ratio, composite or derived."""
    if isinstance(tree, Leaf):
        return _leaf_kind(tree, model)
    if isinstance(tree, Blend):
        return "composite"
    kinds = {_leaf_kind(leaf, model) for leaf in tree.leaves()}
    if kinds in ({"score"}, {"cohort"}):
        return kinds.pop()
    return "ratio" if isinstance(tree, Binary) and tree.operator == "/" else "derived"


def _leaf_kind(leaf: Leaf, model: Model) -> str:
    if leaf.take in PER_ENTITY:
        return "entities"
    if leaf.measure in model.definitions.scores:
        return "score"
    kind = model.definitions.measures[leaf.measure].kind
    if kind == "movement" and leaf.take in ("level", "opening", "closing"):
        return "stock"
    if kind == "rows":
        return "quantile"
    assert kind in KINDS
    return kind
