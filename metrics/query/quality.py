"""What a build found out about its data: per check, per source, and the metrics each touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from metrics.definitions.expressions import Node
from metrics.parts.model import Model
from metrics.parts.needs import Needed
from metrics.store.info import BuildInfo, CheckInfo

OF_A_COLUMN = frozenset({"references", "accepted", "positive", "filled"})
SourceStatus = Literal["read", "missing", "unused"]


@dataclass(frozen=True)
class SourceInfo:
    """A source table as a build saw it.

    status   read, missing (the warehouse has no such table) or unused (no query needs it).
    queries  the facts and entities made of it, by qualified name.
    checks   promises held against what was read of it; `failing` those some rows broke.
    set_aside  rows of those that are in no number.
    metrics  names of the metrics that rest on it.
    """

    name: str
    table: str
    system: str
    status: SourceStatus
    queries: tuple[str, ...]
    checks: int
    failing: int
    set_aside: int
    metrics: tuple[str, ...]


class Quality:
    """The checks of one build, seen from metrics and from sources."""

    def __init__(
        self, model: Model, info: BuildInfo | None, dimensions: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._model = model
        self._info = info
        self._dimensions = dimensions
        self.checks: tuple[CheckInfo, ...] = info.checks if info else ()

    @property
    def failing(self) -> list[CheckInfo]:
        """Checks that some row broke: those that cost rows first, then by share of rows."""
        found = [check for check in self.checks if check.failing]
        return sorted(found, key=lambda one: (one.severity, -one.failing / one.rows, one.about))

    def of(self, metric: str) -> list[CheckInfo]:
        """Failing checks of what a metric rests on or is split by."""
        return [check for check in self.failing if metric in self._touched[check]]

    def touched(self, check: CheckInfo) -> tuple[str, ...]:
        """Names of the metrics that a check is about."""
        return self._touched.get(check, ())

    @cached_property
    def sources(self) -> list[SourceInfo]:
        """Every source of `sources.yml` with what was found in it."""
        return [self._source(name) for name in self._model.queries.sources]

    def _source(self, name: str) -> SourceInfo:
        source = self._model.queries.sources[name]
        readers = self._readers.get(name, ())
        missing = self._info is not None and name in self._info.sources_missing
        checks = [check for check in self.checks if source.table in check.sources]
        failing = [check for check in checks if check.failing]
        lost = [
            check.failing
            for check in failing
            if check.severity == "error" and check.kind not in OF_A_COLUMN
        ]
        metrics = (metric for metric, rests in self._rests_on.items() if rests & set(readers))
        return SourceInfo(
            name=name,
            table=source.table,
            system=source.system,
            status="missing" if missing else "read" if readers else "unused",
            queries=readers,
            checks=len(checks),
            failing=len(failing),
            set_aside=sum(lost),
            metrics=tuple(metrics),
        )

    @cached_property
    def _readers(self) -> dict[str, tuple[str, ...]]:
        """Queries that read each source themselves, in whichever of their files."""
        found: dict[str, list[str]] = {}
        for about, query in self._model.queries.named():
            reads = [self._model.queries.reads[file.path] for file in query.files]
            for name in dict.fromkeys(source for one in reads for source in one.sources):
                found.setdefault(name, []).append(about)
        return {name: tuple(queries) for name, queries in found.items()}

    @cached_property
    def _rests_on(self) -> dict[str, frozenset[str]]:
        """Queries each metric is made of, those below them included, and entities it is split by.

        What lies below those entities is left out: nearly every metric is split by plan, and
        yet none but a few rest on subscriptions.
        """
        found = {}
        for metric, tree in self._model.trees.items():
            columns = self._columns[metric]
            made_of = [f"fact.{fact}" for fact in self._facts(tree)]
            made_of += [one.about for one in self._needed_by(tree)]
            found[metric] = frozenset(self._below(made_of) | {one.about for one in columns})
        return found

    @cached_property
    def _columns(self) -> dict[str, frozenset[Needed]]:
        """Columns each metric reads itself: to be computed and to be split."""
        return {
            metric: frozenset(self._columns_of(metric, tree))
            for metric, tree in self._model.trees.items()
        }

    @cached_property
    def _touched(self) -> dict[CheckInfo, tuple[str, ...]]:
        return {check: tuple(self._touching(check)) for check in self.checks if check.failing}

    def _touching(self, check: CheckInfo) -> Iterator[str]:
        for metric, columns in self._columns.items():
            rests = self._rests_on[metric]
            if check.kind in OF_A_COLUMN:
                own = any(
                    one.about == check.about and one.column == check.column for one in columns
                )
                readers = self._made_of.get(check.about, frozenset())
                if own or rests & readers:
                    yield metric
            elif check.about in rests:
                yield metric

    @cached_property
    def _made_of(self) -> dict[str, frozenset[str]]:
        """Queries that read each query themselves."""
        found: dict[str, set[str]] = {}
        for about, _ in self._model.queries.named():
            for below in self._reads(about):
                found.setdefault(below, set()).add(about)
        return {about: frozenset(readers) for about, readers in found.items()}

    def _below(self, queries: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(queries)
        while waiting:
            about = waiting.pop()
            if about not in found:
                found.add(about)
                waiting += self._reads(about)
        return found

    def _reads(self, about: str) -> frozenset[str]:
        """Entities and facts a query reads, with the file this build chose where it is known."""
        query = self._model.queries.query(about)
        state = self._info.facts.get(query.name) if self._info else None
        path = state.file if state and about.startswith("fact.") else ""
        return self._model.queries.reads[path or query.files[0].path].queries

    def _facts(self, tree: Node) -> dict[str, None]:
        names = [name for leaf in tree.leaves() for name in leaf.measures]
        return dict.fromkeys(fact for name in names for fact in self._model.facts_of(name))

    def _needed_by(self, tree: Node) -> Iterator[Needed]:
        for leaf in tree.leaves():
            for name in leaf.measures:
                for measure in self._model.required_measures(name):
                    yield from self._model.needs.measures[measure]
            yield from self._model.needs.conditions(leaf)

    def _columns_of(self, metric: str, tree: Node) -> Iterator[Needed]:
        yield from self._needed_by(tree)
        for leaf in tree.leaves():
            for name in leaf.measures:
                yield from self._model.needs.splitting(name, self._dimensions.get(metric, ()))
