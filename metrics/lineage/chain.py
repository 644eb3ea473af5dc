"""The chain of a metric: operands, measures and scores, facts, SQL files, sources and columns.

Columns are followed through the SQL as far as it can be read; `SourceUse` says what each is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from metrics.definitions.expressions import names_in, parse_arithmetic
from metrics.definitions.model import Measure, Metric
from metrics.lineage.available import Available
from metrics.lineage.columns import Columns, operands_of_score
from metrics.sources.trace import Ref

NO_NAMES = frozenset({"take", "aggregate", "unit", "reached", "segment", "by", "over"})
"""Fields of a form that hold words of the language, never the name of an operand."""


@dataclass(frozen=True)
class Step:
    """A metric, score or measure, and what it is made of; a score's inputs may drop out."""

    kind: Literal["metric", "score", "measure"]
    name: str
    text: str
    below: tuple[Step, ...] = ()


@dataclass(frozen=True)
class QueryUse:
    """A fact or an entity: the file it is made with, and what that file reads."""

    name: str
    description: str
    file: str
    stands_in: bool
    reads: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class SourceUse:
    """A table of the warehouse and what each of its columns is for.

    counted   the number is computed from it
    choosing  it decides which rows count
    read      the query reads it for other columns, so it cannot do without it either
    exact     False where some SQL could not be followed and everything it reads is in `choosing`
    metrics   how many metrics rest on the table
    """

    table: str
    counted: tuple[str, ...]
    choosing: tuple[str, ...]
    read: tuple[str, ...]
    exact: bool
    metrics: int


@dataclass(frozen=True)
class Chain:
    """Where a metric's number comes from; `splits` are entities that only break-downs need."""

    metric: str
    root: Step
    queries: tuple[QueryUse, ...]
    sources: tuple[SourceUse, ...]
    splits: Mapping[str, tuple[str, ...]]


class Chains:
    """Chains of all metrics of one model over one warehouse."""

    def __init__(self, available: Available) -> None:
        self.available = available
        self.model = available.model
        self._queries = self.model.queries
        self._columns = Columns(available)
        self._known: dict[str, Chain] = {}

    def chain(self, name: str) -> Chain:
        """The chain of one metric."""
        if name not in self._known:
            self._known[name] = self._chain(name)
        return self._known[name]

    def _chain(self, name: str) -> Chain:
        queries = self._below(self._tops(name))
        return Chain(
            name,
            self._step(name),
            tuple(self._use(query) for query in queries),
            tuple(self._sources(name, queries)),
            self._splits(name, queries),
        )

    def queries(self, name: str) -> tuple[str, ...]:
        """Facts and entities a metric's number rests on, those below them included."""
        return tuple(self._below(self._tops(name)))

    def refs(self, name: str) -> frozenset[Ref]:
        """Columns a metric's number is made of, of facts, entities and sources."""
        needed = self._columns.needed(name)
        return frozenset(needed.counted | needed.choosing)

    def tables(self, name: str) -> tuple[str, ...]:
        """Tables a metric's number rests on."""
        return tuple(dict.fromkeys(self._tables(self.queries(name))))

    @cached_property
    def resting(self) -> Mapping[str, tuple[str, ...]]:
        """The metrics that rest on each table, by the table's name."""
        found: dict[str, list[str]] = {
            source.table: [] for source in self._queries.sources.values()
        }
        for name in self.model.definitions.metrics:
            for table in self.tables(name):
                found[table].append(name)
        return {table: tuple(names) for table, names in found.items()}

    def columns(self, name: str) -> frozenset[Ref]:
        """Columns of sources that a metric's number is made of."""
        return frozenset(ref for ref in self.refs(name) if ref.kind == "source")

    # Operands

    def _step(self, name: str) -> Step:
        definitions = self.model.definitions
        if name in definitions.metrics:
            metric = definitions.metrics[name]
            below = tuple(self._step(one) for one in self.operands(metric))
            return Step("metric", name, metric.label, below)
        if name in definitions.scores:
            score = definitions.scores[name]
            below = tuple(self._step(one) for one in operands_of_score(score))
            return Step("score", name, f"of {score.entity}, version {score.version}", below)
        return Step("measure", name, _about(definitions.measures[name]))

    def operands(self, metric: Metric) -> tuple[str, ...]:
        """Metrics, measures and scores a metric names, in the order it names them."""
        names: Iterable[str]
        if metric.expression:
            tree = parse_arithmetic(metric.expression)
            names = sorted(names_in(tree), key=metric.expression.index)
        else:
            value = getattr(metric, metric.form)
            names = _words(value if isinstance(value, str) else value.model_dump())
        definitions = self.model.definitions
        known = definitions.metrics.keys() | definitions.measures.keys() | definitions.scores.keys()
        return tuple(name for name in dict.fromkeys(names) if name in known)

    # Queries and sources

    def _tops(self, name: str) -> list[str]:
        """Facts and entities the number of a metric is made from, without what those read."""
        return list(dict.fromkeys(ref.query for ref in self._columns.seeds(name)))

    def _below(self, tops: Iterable[str]) -> list[str]:
        """Some queries and all that their files read, each after what it is read by."""
        found = list(dict.fromkeys(tops))
        for query in found:
            reads = self._queries.reads[self._columns.file_of(query).path].queries
            found += sorted(reads - set(found))
        return found

    def _use(self, query: str) -> QueryUse:
        file = self._columns.file_of(query)
        about = self._queries.query(query)
        return QueryUse(
            query,
            about.description,
            file.path,
            file.path != about.files[0].path,
            tuple(sorted(self._queries.reads[file.path].queries)),
            tuple(self._tables([query])),
        )

    def _tables(self, queries: Iterable[str]) -> Iterator[str]:
        for query in queries:
            for source in self._queries.reads[self._columns.file_of(query).path].sources:
                yield self._queries.sources[source].table

    def _sources(self, name: str, queries: Iterable[str]) -> Iterator[SourceUse]:
        found = self._columns.needed(name)
        read: dict[str, set[str]] = {}
        guessed: set[str] = set()
        for query in queries:
            reads = self._queries.reads[self._columns.file_of(query).path].sources
            for source, wanted in reads.items():
                read.setdefault(source, set()).update(wanted)
            guessed |= set(reads) if query in found.guessed else set()
        for source, columns in sorted(read.items()):
            counted = {ref.column for ref in found.counted if ref[:2] == ("source", source)}
            choosing = {ref.column for ref in found.choosing if ref[:2] == ("source", source)}
            table = self._queries.sources[source].table
            yield SourceUse(
                table,
                tuple(sorted(counted)),
                tuple(sorted(choosing - counted)),
                tuple(sorted(columns - counted - choosing)),
                source not in guessed,
                len(self.resting[table]),
            )

    def _splits(self, name: str, queries: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Entities that hold a dimension of the metric and are not read for its number."""
        inside = set(queries)
        found: dict[str, list[str]] = {}
        for dimension in self.model.definitions.metrics[name].dimensions:
            for measure in self._measures(name):
                _, path = self.available.way(measure, dimension)
                for step in path.steps if path else ():
                    if f"entity.{step.entity}" not in inside:
                        names = found.setdefault(step.entity, [])
                        names += [] if dimension in names else [dimension]
        return {entity: tuple(names) for entity, names in found.items()}

    def _measures(self, name: str) -> tuple[str, ...]:
        leaves = self.model.trees[name].leaves()
        return tuple(dict.fromkeys(measure for leaf in leaves for measure in leaf.measures))


def _about(measure: Measure) -> str:
    """A measure in words: `stock of devices_in_service where is_tap`."""
    parts = [f"{measure.kind} of {measure.fact}"]
    if measure.value:
        parts.append(f"by {measure.value}")
    if measure.where:
        parts.append(f"where {', '.join(measure.where)}")
    if measure.anchor:
        parts.append(f"from {measure.anchor.fact}")
    return " ".join(parts)


def _words(value: object) -> Iterator[str]:
    """Texts inside a form that may name an operand."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in NO_NAMES:
                yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)
