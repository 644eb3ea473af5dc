"""What a build found out about its data: per check, per source, and the metrics each touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from metrics.lineage.impact import composites_in, scores_in
from metrics.query.states import States
from metrics.sources.contract import Lack
from metrics.sources.trace import Ref
from metrics.sources.warehouse import find
from metrics.store.info import CheckInfo

OF_A_COLUMN = frozenset({"references", "accepted", "positive", "filled"})
"""Checks of one column, which touch what uses it; the others are about whole rows."""

SourceStatus = Literal["read", "missing", "unused"]


@dataclass(frozen=True)
class SourceInfo:
    """A source table as a build saw it.

    status   read, missing (the warehouse has no such table) or unused (no query needs it).
    queries  the facts and entities made of it, by qualified name.
    checks   promises held against what was read of it; `failing` those some rows broke.
    set_aside  rows of those that are in no number.
    metrics  names of the metrics that rest on it or are split by it.
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

    def __init__(self, states: States, dimensions: Mapping[str, tuple[str, ...]]) -> None:
        self._states = states
        self._chains = states.lineage.chains
        self._queries = states.model.queries
        self._dimensions = dimensions
        self.checks: tuple[CheckInfo, ...] = states.info.checks if states.info else ()

    @property
    def failing(self) -> list[CheckInfo]:
        """Checks that some row broke: those that cost rows first, then by share of rows."""
        found = [check for check in self.checks if check.failing]
        return sorted(found, key=lambda one: (one.severity, -one.failing / one.rows, one.about))

    def of(self, metric: str) -> list[CheckInfo]:
        """Failing checks of what a metric rests on or is split by."""
        return [check for check in self.failing if metric in self._touched[check]]

    def touched(self, check: CheckInfo) -> tuple[str, ...]:
        """Names of the metrics that a failing check is about."""
        return self._touched.get(check, ())

    def without(self, metric: str) -> list[str]:
        """What a metric is made without: first choices of queries, inputs of scores, parts."""
        available = self._states.available
        chain = self._chains.chain(metric)
        found = [
            f"{use.name.partition('.')[2]} is made without {_listed(lacks)}"
            for use in chain.queries
            if use.stands_in and (lacks := available.contract.answers[use.name].lacks)
        ]
        for score in scores_in(chain.root):
            lost = available.lost_inputs(self._states.model.definitions.scores[score])
            found += [
                f"the score {score} goes without {name}, which needs {_listed(lacks)}"
                for name, lacks in lost.items()
            ]
        for composite in composites_in(chain.root, self._states.model):
            found += [
                f"{composite} goes without {name}, which needs {_listed(lacks)}"
                for name, lacks in self._states.lost_parts(composite).items()
            ]
        return list(dict.fromkeys(found))

    @cached_property
    def sources(self) -> list[SourceInfo]:
        """Every source of `sources.yml` with what was found in it."""
        return [self._source(name) for name in self._queries.sources]

    def _source(self, name: str) -> SourceInfo:
        source = self._queries.sources[name]
        readers = self._readers.get(name, ())
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
            status="read" if readers and self._is_there(source.table) else self._absent(readers),
            queries=readers,
            checks=len(checks),
            failing=len(failing),
            set_aside=sum(lost),
            metrics=tuple(metrics),
        )

    def _is_there(self, table: str) -> bool:
        info = self._states.info
        return info is not None and bool(find(table, info.warehouse_tables))

    @staticmethod
    def _absent(readers: tuple[str, ...]) -> SourceStatus:
        return "missing" if readers else "unused"

    @cached_property
    def _readers(self) -> dict[str, tuple[str, ...]]:
        """Queries that read each source themselves, in whichever of their files."""
        found: dict[str, list[str]] = {}
        for about, query in self._queries.named():
            reads = [self._queries.reads[file.path] for file in query.files]
            for name in dict.fromkeys(source for one in reads for source in one.sources):
                found.setdefault(name, []).append(about)
        return {name: tuple(queries) for name, queries in found.items()}

    @cached_property
    def _rests_on(self) -> dict[str, frozenset[str]]:
        """Queries each metric is made of, those below them included, and entities it is split by.

        What lies below those entities is left out: nearly every metric is split by plan, and
        yet none but a few rest on subscriptions.
        """
        return {
            metric: frozenset(self._chains.queries(metric)) | {ref.query for ref in refs}
            for metric, refs in self._split_by.items()
        }

    @cached_property
    def _split_by(self) -> dict[str, frozenset[Ref]]:
        """Columns of facts and entities each metric is split by."""
        return {name: frozenset(self._splits(name)) for name in self._states.model.trees}

    def _splits(self, metric: str) -> Iterator[Ref]:
        for leaf in self._states.model.trees[metric].leaves():
            for name in leaf.measures:
                kept = [one for one in self._dimensions.get(metric, ()) if leaf.heeds(one)]
                for one in self._states.values.of_splits(name, kept):
                    kind, _, query = one.query.partition(".")
                    yield Ref(kind, query, one.column)

    @cached_property
    def _touched(self) -> dict[CheckInfo, tuple[str, ...]]:
        return {check: tuple(self._touching(check)) for check in self.checks if check.failing}

    def _touching(self, check: CheckInfo) -> Iterator[str]:
        kind, _, query = check.about.partition(".")
        column = Ref(kind, query, check.column)
        for metric, rests in self._rests_on.items():
            if check.about not in rests:
                continue
            if check.kind not in OF_A_COLUMN or self._uses(metric, column):
                yield metric

    def _uses(self, metric: str, column: Ref) -> bool:
        return column in self._split_by[metric] or column in self._made_of(metric)

    def _made_of(self, metric: str) -> frozenset[Ref]:
        if metric not in self._known:
            self._known[metric] = self._chains.refs(metric)
        return self._known[metric]

    @cached_property
    def _known(self) -> dict[str, frozenset[Ref]]:
        return {}


def _listed(lacks: Iterable[Lack]) -> str:
    return ", ".join(dict.fromkeys(lack.about for lack in lacks))
