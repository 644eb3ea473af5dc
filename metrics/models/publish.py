"""Fills a build's published tables from its own answers, and describes them in the database.

numbers --shapes--> batches --load--> tables  (+ indexes and comments)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from metrics.build.workspace import Workspace
from metrics.engines.engine import quoted
from metrics.engines.load import ARROW
from metrics.format import Notation
from metrics.layer import Pinned
from metrics.models.columns import BUILD, Column, columns_of
from metrics.models.customers import read_customers, read_locations
from metrics.models.days import published_days
from metrics.models.members import Batch, Sources
from metrics.models.numbers import Numbers
from metrics.models.restated import restated_statements
from metrics.models.reuse import Reuse
from metrics.models.shapes import SHAPES
from metrics.models.spec import ModelSpec, published_models
from metrics.query.known import Target
from metrics.settings import Settings
from metrics.store.base import Writing

AT_ONCE = 200_000
"""Rows gathered before they are written."""


@dataclass(frozen=True)
class Models:
    """Rows of each published table, the seconds it took, and a digest of what it looks like."""

    rows: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    shapes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """One table to publish: its days, and the first of them that is made (None: all are copied)."""

    spec: ModelSpec
    columns: Sequence[Column]
    shape: str
    days: Sequence[date]
    since: date | None

    def is_made(self, day: date) -> bool:
        """Whether a day's rows are made, not copied."""
        return self.since is not None and day >= self.since


@dataclass(frozen=True)
class Publisher:
    """Where models are written, and the build they tell of."""

    writing: Writing
    pinned: Pinned
    settings: Settings

    def publish(self, progress: Callable[[str, float], None]) -> Models:
        """Make every model, or copy what did not change; none where no day is published."""
        if not self.settings.published_days:
            return Models()
        days = self._days()
        targets = self.pinned.targets()
        plans = [self._plan(spec, days, targets) for spec in published_models().values()]
        made = sorted({day for plan in plans for day in plan.days if plan.is_made(day)})
        sources = self._sources(made, targets)
        rows, seconds = {}, {}
        for done, plan in enumerate(plans):
            progress(f"Publishing {plan.spec.name}", done / len(plans))
            began = time.monotonic()
            rows[plan.spec.name] = self._make(plan, sources)
            self.writing.settle()
            seconds[plan.spec.name] = round(time.monotonic() - began, 3)
        return Models(rows, seconds, {plan.spec.name: plan.shape for plan in plans})

    def _days(self) -> list[date]:
        info, settings = self.pinned.build, self.settings
        return published_days(
            info.first_day, info.as_of, settings.published_days, settings.published_months
        )

    def _plan(self, spec: ModelSpec, days: Sequence[date], targets: Sequence[Target]) -> Plan:
        columns = (*columns_of(spec, self.pinned.catalog), BUILD)
        more = targets if spec.shape == "overview" else ()
        shape = self._reuse.shape(spec, columns, more)
        own = days[-spec.days :] if spec.days else days
        return Plan(spec, columns, shape, own, self._reuse.since(spec, shape))

    @cached_property
    def _reuse(self) -> Reuse:
        return Reuse(self.writing, self.pinned, self.settings)

    @cached_property
    def _space(self) -> Workspace:
        return Workspace(self.writing.connection, self.writing.engine, self.writing.models_schema)

    def _sources(self, made: Sequence[date], targets: Sequence[Target]) -> Sources:
        settings = self.settings
        return Sources(
            numbers=Numbers(self.pinned, made),
            customers=read_customers(self._rows, self.pinned.entities),
            locations=read_locations(self._rows, self.pinned.entities),
            company=settings.company,
            notation=Notation(settings.currency_symbol),
            targets=targets,
        )

    def _rows(self, select: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.writing.connection.execute(select)]

    def _make(self, plan: Plan, sources: Sources) -> int:
        spec, space = plan.spec, self._space
        table = space.create_empty(spec.name, {one.name: one.kind for one in plan.columns}, True)
        days = [day for day in plan.days if plan.is_made(day)]
        if spec.shape == "restated":
            self._log(plan)
            days = []
        elif copy := self._reuse.copy(spec, plan.columns, plan.since, plan.days):
            space.execute(copy)
        rows = SHAPES[spec.shape](spec, sources, days) if days else iter(())
        for batch in _gathered(rows, plan.columns, self.writing.id):
            space.engine.load(space.connection, space.qualified(spec.name), batch)
        self._describe(spec, plan.columns)
        return int(space.scalar_row(sa.select(sa.func.count()).select_from(table))[0])

    def _log(self, plan: Plan) -> None:
        """Fill the log of restated values; it is carried on even where nothing else is copied."""
        known = frozenset(self._reuse.known_models)
        since = plan.since or plan.days[-1]
        metrics = self.pinned.catalog.metrics
        for statement in restated_statements(self.writing, metrics, since, known):
            self._space.execute(statement)

    def _describe(self, spec: ModelSpec, columns: Sequence[Column]) -> None:
        space, table = self._space, self._space.qualified(spec.name)
        for column in columns:
            if column.indexed and space.engine.indexes:
                name = f"{spec.name}_{column.name}"
                space.execute(f'CREATE INDEX "{name}" ON {table} ("{column.name}")')
        space.execute(f"COMMENT ON TABLE {table} IS {quoted(spec.description)}")
        for column in columns:
            place = f'{table}."{column.name}"'
            space.execute(f"COMMENT ON COLUMN {place} IS {quoted(column.description)}")
        space.analyze(table)


def _gathered(
    batches: Iterator[Batch], columns: Sequence[Column], build: str
) -> Iterator[pa.Table]:
    """Batches as tables of one schema, small ones put together."""
    schema = pa.schema([(column.name, ARROW[column.kind]) for column in columns])
    waiting: list[pa.Table] = []
    for batch in batches:
        waiting.append(_table({**batch, BUILD.name: build}, schema))
        if sum(one.num_rows for one in waiting) >= AT_ONCE:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _table(batch: Batch, schema: pa.Schema) -> pa.Table:
    size = len(batch["metric_date"])
    arrays = [_array(batch[field.name], field.type, size) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, size: int) -> pa.Array:
    """One column; a single value stands for all rows, NaN for no value."""
    if isinstance(values, (str, bool)):
        return pa.repeat(pa.scalar(values, kind), size)
    if isinstance(values, pa.Array):
        return values
    return pa.array(values, kind, from_pandas=True)
