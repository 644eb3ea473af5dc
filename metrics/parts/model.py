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

from metrics.definitions.expressions import Binary, Leaf, Node
from metrics.definitions.loader import Definitions, load_definitions
from metrics.definitions.model import Measure, Score
from metrics.definitions.resolve import Resolver
from metrics.errors import DefinitionError, Problem, did_you_mean
from metrics.kinds import KINDS
from metrics.parts.joins import Joins
from metrics.parts.plan import Part, plan_parts
from metrics.settings import Settings
from metrics.sources.model import Queries
from metrics.sources.read import read_queries

PART_TAKES = frozenset({"median", "max", "top_share", "differ_by", "share_at_least"})
DERIVED_COLUMNS = frozenset({"day", "hour"})


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
        for part in score.inputs.values():
            for below in (part.measure, part.denominator, part.score):
                if below:
                    yield from self.facts_of(below)

    def required_facts(self, name: str) -> tuple[str, ...]:
        """Facts without which there is no number: a score drops inputs, not its population."""
        if name in self.definitions.scores:
            return self.facts_of(self.definitions.scores[name].population)
        return self.facts_of(name)

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """What each part was made by, in eight letters: it changes when the part would."""
        return {part.name: self._fingerprint(part) for part in self.parts}

    def _fingerprint(self, part: Part) -> str:
        declared = [self._declared(name) for name in part.measures]
        facts = {fact for name in part.measures for fact in self.facts_of(name)}
        sql = [file.text for fact in sorted(facts) for file in self.queries.facts[fact].files]
        return digest([part.name, part.dimensions, declared, sql])

    def _declared(self, name: str) -> object:
        item: Measure | Score | None = self.definitions.measures.get(name)
        item = item or self.definitions.scores[name]
        below = []
        if isinstance(item, Score):
            below = [
                self._declared(other)
                for part in item.inputs.values()
                for other in (part.measure, part.denominator, part.score)
                if other
            ]
        return [name, item.model_dump(mode="json"), below]

    def metric_hash(self, name: str) -> str:
        """Hash of a metric's meaning: its tree and all it rests on, not its texts."""
        tree = self.trees.get(name)
        if tree is None:
            return digest([name])
        used = sorted({leaf.measure for leaf in tree.leaves()} | others_in(tree))
        sql = [
            file.text
            for measure in used
            for fact in self.facts_of(measure)
            for file in self.queries.facts[fact].files
        ]
        return digest([repr(tree), [self._declared(measure) for measure in used], sql])


def others_in(tree: Node) -> set[str]:
    """Second measures of per-entity leaves."""
    return {other for leaf in tree.leaves() if leaf.take in PART_TAKES for other in leaf.others}


def digest(value: object) -> str:
    """Eight hexadecimal letters that stand for a value."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def load_model(settings: Settings) -> Model:
    """The model of the folders in the settings. Raises DefinitionError with every problem."""
    queries = read_queries(settings.queries)
    definitions = load_definitions(settings.definitions)
    numbers = {
        name: float(value)
        for name, value in settings.model_dump().items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    resolver = Resolver(definitions, numbers)
    resolver.resolve_all()
    joins = Joins(queries.entities, definitions.dimensions)
    problems = [*resolver.problems, *_problems(definitions, queries, joins)]
    if problems:
        raise DefinitionError(problems)
    parts = tuple(plan_parts(definitions, queries.facts))
    return Model(definitions, queries, joins, parts, resolver.trees)


def _problems(definitions: Definitions, queries: Queries, joins: Joins) -> Iterator[Problem]:
    for name, measure in definitions.measures.items():
        for message in _measure_problems(measure, queries, joins):
            yield definitions.problem(name, message)
    for name, rollups in definitions.rollups.items():
        for message in _rollup_problems(name, rollups, definitions, queries, joins):
            yield definitions.problem(f"rollups.{name}", message)
    yield from _name_problems(definitions)


def _measure_problems(measure: Measure, queries: Queries, joins: Joins) -> Iterator[str]:
    fact = queries.facts.get(measure.fact)
    if fact is None:
        yield f"there is no fact '{measure.fact}'. {did_you_mean(measure.fact, queries.facts)}"
        return
    known = [*fact.columns, *DERIVED_COLUMNS]
    special = {"start_day", "seconds"} if fact.interval else set()
    used = [*measure.where, *measure.key, *measure.within]
    if measure.value and measure.value not in special:
        used.append(measure.value)
    for column in used:
        path = joins.path(column, known)
        if path is None or path.as_of:
            hint = did_you_mean(column, known)
            yield f"fact '{measure.fact}' reaches no column '{column}'. {hint}"
    lasting = measure.kind in ("stock", "movement") or measure.at == "end" or measure.spread
    if lasting and not fact.interval:
        yield f"a {measure.kind} measure needs a fact with an interval"
    if measure.kind == "snapshot" and not fact.snapshot:
        yield "a snapshot measure needs a snapshot fact"
    if measure.kind == "movement" and "customer_id" not in fact.columns:
        yield "a movement measure needs a fact with a customer_id"
    if measure.clock and fact.interval and fact.columns[fact.interval.from_].type != "instant":
        yield "clock needs an interval of instants"
    if measure.anchor and measure.anchor.fact not in queries.facts:
        yield f"there is no fact '{measure.anchor.fact}' to anchor the cohort"


def _rollup_problems(
    name: str,
    rollups: tuple[tuple[str, ...], ...],
    definitions: Definitions,
    queries: Queries,
    joins: Joins,
) -> Iterator[str]:
    if name in queries.facts:
        columns = (*queries.facts[name].columns, *DERIVED_COLUMNS)
    elif name in definitions.measures:
        measure = definitions.measures[name]
        columns = (*measure.key, *measure.within)
    else:
        yield "is neither a fact nor a measure"
        return
    for rollup in rollups:
        for column in rollup:
            path = joins.path(column, columns)
            if path is None:
                yield f"column '{column}' cannot be reached from {name}"
            elif path.as_of:
                yield f"'{column}' changes over time; keep customer_id instead"


def _name_problems(definitions: Definitions) -> Iterator[Problem]:
    owners: dict[tuple[str, str], str] = {}
    for name, metric in definitions.metrics.items():
        for dimension in metric.dimensions:
            if dimension not in definitions.dimensions:
                hint = did_you_mean(dimension, definitions.dimensions)
                yield definitions.problem(name, f"there is no dimension '{dimension}'. {hint}")
        for alias in (name, *metric.aliases):
            for domain in metric.domains:
                other = owners.setdefault((domain, alias), name)
                if other != name:
                    yield definitions.problem(
                        name, f"'{alias}' in {domain} is also a name of {other}"
                    )
        for other in metric.related:
            if other not in definitions.metrics:
                hint = did_you_mean(other, definitions.metrics)
                yield definitions.problem(name, f"related metric '{other}' is unknown. {hint}")
        yield from _unit_problems(definitions, name)


def _unit_problems(definitions: Definitions, name: str) -> Iterator[Problem]:
    """Units that the form decides: growth and shares are percentages."""
    metric = definitions.metrics[name]
    if metric.growth and metric.unit != "percentage":
        yield definitions.problem(
            name, f"is a growth, so its unit is percentage, not {metric.unit}"
        )


def kind_of(tree: Node | None, model: Model) -> str:
    """The kind shown for a metric: of its only leaf, else ratio or derived."""
    if tree is None:
        return "placeholder"
    if isinstance(tree, Leaf):
        return _leaf_kind(tree, model)
    if isinstance(tree, Binary) and tree.operator == "/":
        leaves = list(tree.leaves())
        kinds = {_leaf_kind(leaf, model) for leaf in leaves}
        if kinds in ({"score"}, {"cohort"}):
            return kinds.pop()
        return "ratio"
    return "derived"


def _leaf_kind(leaf: Leaf, model: Model) -> str:
    if leaf.take in PART_TAKES:
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
