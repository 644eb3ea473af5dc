"""Checks every staged query once more when all are there: references need both sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.checks import Severity, contents_of, hold
from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.lineage.available import Available
from metrics.lineage.values import RequiredValues, without_value
from metrics.parts.model import Model
from metrics.sources.contract import Contract
from metrics.sources.model import Dependencies, Entity, Fact
from metrics.sources.trace import Ref
from metrics.store.info import CheckInfo, kept_by_no_row


class Contents:
    """The staged queries of one build, and what their columns must hold; `read` names them."""

    def __init__(
        self, space: Workspace, model: Model, contract: Contract, read: Collection[str]
    ) -> None:
        self.space = space
        self.model = model
        self.available = Available(model, contract)
        self._made = contract.possible
        self._read = [name for name in self._made if name in read]
        self._values = RequiredValues(self.available)

    def checks(self, last_full_day: date) -> list[CheckInfo]:
        """References, tests and columns without values of every query the warehouse answers."""
        keys = {
            name: self.space.tables[entity_name(name)].c[entity.key]
            for name, entity in self.model.queries.entities.items()
            if f"entity.{name}" in self._made
        }
        used = self._used_columns()
        found: list[CheckInfo] = []
        for about in self._read:
            query = self.model.queries.query(about)
            name = entity_name(query.name) if isinstance(query, Entity) else stage_name(query.name)
            table: Any = self.space.tables[name]
            if isinstance(query, Fact) and query.snapshot:  # earlier days were checked in time
                table = sa.select(*table.c).where(table.c.day == last_full_day).subquery("today")
            # A query of queries repeats what those point at; it was checked where it was read.
            met = keys if self._reads(about).sources else {}
            source, promises = contents_of(query, table, met, used.get(about, {}))
            found += hold(self.space, about, source, promises)[0]
        return found

    def without_values(self, checks: Iterable[CheckInfo]) -> frozenset[str]:
        """Measures that have no number though their fact has rows."""
        broken = kept_by_no_row(checks)
        return frozenset(
            name
            for name, required in self._values.of_measures.items()
            if self.available.operand(name) or any(without_value(required, broken))
        )

    def with_sources(self, checks: Iterable[CheckInfo]) -> tuple[CheckInfo, ...]:
        """The checks with the tables of the warehouse that what they look at comes from."""
        return tuple(
            check.model_copy(update={"sources": tuple(self._tables_of(check))}) for check in checks
        )

    def _used_columns(self) -> dict[str, dict[str, Severity]]:
        """By query the columns that numbers rest on (their lack is an error) or are split by."""
        rests = {one for required in self._values.of_measures.values() for one in required}
        used: dict[str, dict[str, Severity]] = {}
        split = {one for name in self.model.trees for one in self._values.of_metric(name)}
        for one in split - rests:
            used.setdefault(one.query, {})[one.column] = "warning"
        for one in rests:
            used.setdefault(one.query, {})[one.column] = "error"
        return {
            about: {name: used[about][name] for name in query.columns if name in used[about]}
            for about, query in self.model.queries.named()
            if about in used
        }

    def _tables_of(self, check: CheckInfo) -> list[str]:
        """Tables the checked column is made of; of a query's whole rows where none is."""
        queries = self.model.queries
        columns = [name for name in check.column.split(", ") if name]
        refs = {ref for column in columns for ref in self._traced(check.about, column)}
        names = {ref.name for ref in refs} or set(self._all_sources(check.about))
        return [source.table for name, source in queries.sources.items() if name in names]

    def _traced(self, about: str, column: str) -> Iterator[Ref]:
        """Columns of sources that a column of a query is made of."""
        if column not in self.model.queries.query(about).columns:
            return
        for ref in self.available.tracer.trace(self._made[about], column).values:
            if ref.kind == "source":
                yield ref
            else:
                yield from self._traced(ref.query, ref.column)

    def _all_sources(self, about: str) -> Iterator[str]:
        reads = self._reads(about)
        yield from reads.sources
        for below in reads.queries:
            yield from self._all_sources(below)

    def _reads(self, about: str) -> Dependencies:
        """What the file of a query that can be made reads."""
        return self.model.queries.reads[self._made[about].path]
