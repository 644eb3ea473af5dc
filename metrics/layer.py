"""The one door to the numbers: a layer holds builds by lease and answers questions from them.

>>> layer = open_layer()                                          # doctest: +SKIP
>>> layer.query("total_mrr", grain="month", by="plan").frame      # doctest: +SKIP
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa

from metrics.build.record import HISTORY, HISTORY_COLUMNS
from metrics.build.stage import entity_name
from metrics.errors import QueryError, UnknownNameError
from metrics.parts.model import Model, load_model
from metrics.parts.plan import Part
from metrics.periods import Grain
from metrics.query.ages import curve
from metrics.query.answer import Answers
from metrics.query.catalog import Catalog
from metrics.query.cells import Executed, Member
from metrics.query.cohorts import Cohorts, cohorts
from metrics.query.compile import Tables
from metrics.query.explain import Explanation, explain
from metrics.query.grid import Grid
from metrics.query.happened import Happening, happened
from metrics.query.history import BuildRun, build_runs
from metrics.query.known import Attributes, Target, attributes, by_attribute, targets
from metrics.query.makeup import Makeup, makeup
from metrics.query.question import Query
from metrics.query.rows import FactRows, Operand, operands, page_of
from metrics.query.worsened import Worse, worsened
from metrics.result import Result
from metrics.settings import Settings, load_settings
from metrics.store.base import Lease, Store
from metrics.store.info import BuildInfo
from metrics.store.open import open_store


class Pinned:
    """One build, held: everything asked of it sees the same numbers."""

    def __init__(self, model: Model, catalog: Catalog, lease: Lease, settings: Settings) -> None:
        self.catalog = catalog
        self.build: BuildInfo = lease.info
        self._lease = lease
        self._settings = settings
        self._model = model
        self._tables = Tables(self._part, self.entities)
        self._answers = Answers(
            model, catalog, lease.info, self._tables, self._run, settings.calendar
        )

    def query(self, metrics: str | Sequence[str], **question: Any) -> Result:
        """Answer one question; see `Query.of` for the keywords."""
        return self.query_many([Query.of(metrics, **question)])[0]

    def query_many(self, queries: Sequence[Query]) -> list[Result]:
        """Answer questions together, with one statement per part for all of them."""
        return self._answers.answer(queries)

    def explain(self, metric: str, *, by: str, top: int = 8, **question: Any) -> Explanation:
        """What each member of a dimension contributed to a change: see `Explanation`.

        Keywords are those of `Query.of`; the comparison is with the previous period by default.
        Raises UnsafeAggregationError with the reason where a number has no exact parts.
        """
        return self.explain_query(Query.of(metric, by=by, **question), top)

    def explain_query(self, query: Query, top: int = 8) -> Explanation:
        """The same for a question that is there already."""
        return explain(self._answers, query, top)

    def operands(self, metric: str, domain: str | None = None) -> list[Operand]:
        """The numbers a metric is made of, and which of them have rows to show."""
        return operands(self._model, self._answers, metric, domain)

    def rows(
        self,
        metric: str,
        *,
        of: str | None = None,
        page: int = 1,
        size: int = 50,
        **question: Any,
    ) -> FactRows:
        """A page of the rows a number is made of, read from the warehouse: see `FactRows`.

        `of` names one of its operands, by default the first that has rows; dates and filters are
        keywords of `Query.of`. Raises WarehouseError, UnsafeAggregationError where it has no rows.
        """
        return self.rows_of(Query.of(metric, **question), of, page, size)

    def rows_of(
        self, query: Query, of: str | None = None, page: int = 1, size: int = 50
    ) -> FactRows:
        """The same for a question that is there already."""
        return page_of(self._settings, self._model, self._answers, query, of, page, size)

    def grids(self, queries: Sequence[Query], members: Sequence[Member] = ()) -> list[Grid]:
        """Answers as arrays, for whoever keeps many numbers; see `Grid`.

        `members` are among those of every answer, whether or not anything is known of them.
        """
        return self._answers.grids(queries, members)

    def curve(self, query: Query, ages: Sequence[int]) -> Result:
        """A cohort metric at several ages in days; see `query.ages.curve`."""
        return curve(self._answers, query, ages)

    def cohorts(self, query: Query) -> Cohorts:
        """What is left of those whose balance began together; see `query.cohorts`."""
        info = self.catalog.resolve(query.metrics[0], query.domain)
        leaf = next(self.catalog.tree(info.name).leaves())
        answers = self._answers
        return cohorts(
            answers.compiler, answers.planner, self._run, info, leaf, query, answers.calendar
        )

    def makeup(self, metric: str, member: str, day: date) -> Makeup:
        """What the score behind a metric is made of for one of its entities; see `query.makeup`."""
        info = self.catalog.resolve(metric)
        scores = self._model.definitions.scores
        leaves = self.catalog.tree(info.name).leaves()
        names = list(dict.fromkeys(leaf.measure for leaf in leaves if leaf.measure in scores))
        if len(names) != 1:
            raise QueryError(f"'{metric}' is not the mean of one score.", "Ask for one that is.")
        key = self._model.queries.entities[scores[names[0]].entity].key
        known = self._model.definitions.dimensions
        dimension = next(name for name, one in known.items() if (one.column or name) == key)
        known_to = min(day, info.as_of or day)
        return makeup(self._answers, names[0], (dimension, member), known_to, info)

    def happened(
        self, names: Sequence[str], dimension: str, member: str, start: date, end: date
    ) -> list[Happening]:
        """What happened to one member between two days, newest first; see `query.happened`."""
        return happened(self._answers, names, (dimension, member), (start, end))

    def worsened(self, query: Query, grain: Grain) -> list[Worse]:
        """What got worse by more than it usually moves; see `query.worsened`."""
        return worsened(self.query_many, self.catalog, query, grain)

    def attributes(self, dimension: str, columns: Sequence[str]) -> Attributes:
        """What is known of the members of a dimension that is a thing of its own, by member.

        >>> pinned.attributes("customer", ["customer_name"])              # doctest: +SKIP

        Raises UnknownNameError or QueryError for what has no such columns.
        """
        known = self._model.definitions.dimensions
        if dimension not in known:
            raise UnknownNameError("dimension", dimension, known)
        key = known[dimension].column or dimension
        entities = self._model.queries.entities
        keys = (key, dimension)
        mine = [n for n, one in entities.items() if one.key in keys and not one.valid_from]
        if not mine:
            raise QueryError(
                f"'{dimension}' is a word of rows, nothing of which more is known.",
                f"Ask for one of {', '.join(sorted(one.key for one in entities.values()))}.",
            )
        if mine[0] in self.build.entities_missing:
            return {}
        return attributes(self._run, entities[mine[0]], self.entities[mine[0]], columns)

    def by_attribute(self, query: Query, attribute: str) -> dict[str | None, float]:
        """One metric by what is known of its members now; see `query.known.by_attribute`."""
        info = self.catalog.resolve(query.metrics[0], query.domain)
        known = self.attributes(query.by[0], [attribute])
        return by_attribute(lambda one: self.query_many([one])[0], info, query, known, attribute)

    def targets(self) -> list[Target]:
        """What the company wants its metrics to be, as the build kept it."""
        return targets(self._run, self._lease.schema)

    def members(self, dimension: str) -> list[str]:
        """Values of a dimension, sorted, for a filter control; the empty bucket is left out."""
        known = self._model.definitions.dimensions
        if dimension not in known:
            raise UnknownNameError("dimension", dimension, known)
        if dimension in CALENDAR_MEMBERS:
            return list(CALENDAR_MEMBERS[dimension])
        column = known[dimension].column or dimension
        tables = self._tables_with(column, known[dimension].as_of)
        values = [sa.cast(table.c[column], sa.String()) for table in tables]
        selects = [sa.select(value.label("member")).distinct() for value in values]
        if not selects:
            return []
        found = self._run(sa.union(*selects)).columns["member"]
        return sorted(str(member) for member in found if member is not None)

    def builds_before(self) -> list[dict[str, Any]]:
        """What the build tells of itself and of the builds before it, one row for each."""
        columns: list[sa.ColumnClause] = [sa.column(name) for name in HISTORY_COLUMNS]
        table = sa.table(HISTORY, *columns, schema=self._lease.schema)
        found = self._run(sa.select(*table.c)).columns
        rows = zip(*(found[name] for name in HISTORY_COLUMNS), strict=True)
        return [dict(zip(HISTORY_COLUMNS, row, strict=True)) for row in rows]

    def _tables_with(self, column: str, as_of: str | None) -> Iterator[sa.TableClause]:
        """Tables that hold a column's values: the entity it is the key of, or all that have it."""
        entities = self._model.queries.entities
        owner = as_of or next((name for name, one in entities.items() if one.key == column), None)
        if owner:
            yield self.entities[owner]
            return
        yield from (self.entities[name] for name, one in entities.items() if column in one.columns)
        # A column of events is in the parts that keep it: the first part of each is enough.
        facts: set[str] = set()
        for part in self._model.parts:
            fact = self._model.facts_of(part.measures[0])[0]
            own = column in part.dimensions and column in self._model.queries.facts[fact].columns
            if own and fact not in facts and part.name in self.build.parts:
                facts.add(fact)
                yield self._part(part)

    @cached_property
    def entities(self) -> dict[str, sa.TableClause]:
        """The entities of the build, as Core sees their tables."""
        return {
            name: sa.table(
                entity_name(name),
                *[sa.column(column) for column in entity.columns],
                *([sa.column("valid_to")] if entity.valid_from else []),
                schema=self._lease.schema,
            )
            for name, entity in self._model.queries.entities.items()
        }

    def _part(self, part: Part) -> sa.TableClause:
        columns = ["day", *part.dimensions, *part.measures, *EXTRA[part.kind]]
        columns += [f"{name}__clock" for name in part.measures if self._has_clock(name)]
        if part.kind == "score":
            score = self._model.definitions.scores[part.about]
            numbers = [*EXTRA["score"], *(f"under_{bound}" for bound in score.kept_bounds)]
            columns += [*numbers, *(f"{name}__{n}" for name in score.sums for n in numbers)]
        unique = dict.fromkeys(columns)
        return sa.table(part.name, *map(sa.column, unique), schema=self._lease.schema)

    def _has_clock(self, name: str) -> bool:
        measure = self._model.definitions.measures.get(name)
        return measure is not None and measure.clock

    def _run(self, select: Any) -> Executed:
        with self._lease.connect() as connection:
            columns = self._lease.engine.fetch(connection.execute(select))
        return Executed(partial(self._lease.engine.literal, select), columns)


CALENDAR_MEMBERS = {
    "hour": tuple(str(hour) for hour in range(24)),
    "weekday": tuple(str(day) for day in range(1, 8)),
}
EXTRA = {
    "flow": (),
    "stock": (),
    "snapshot": (),
    "distinct": ("prev_day", "n"),
    "movement": ("first_day",),
    "cohort": ("age", "prev_age", "n"),
    "rows": (),
    "score": ("total", "entities"),
}


@dataclass
class _Held:
    """The catalog of the build it was made for."""

    build: str
    catalog: Catalog


class Layer:
    """Definitions plus a store. Safe to share between threads."""

    def __init__(self, settings: Settings, model: Model, store: Store) -> None:
        self.settings = settings
        self.model = model
        self.store = store
        self._lock = threading.Lock()
        self._held: _Held | None = None

    @contextmanager
    def hold(self) -> Iterator[Pinned]:
        """Pin the current build. Raises StoreError when there is none."""
        with self.store.lease() as lease:
            yield Pinned(self.model, self._catalog_of(lease.info), lease, self.settings)

    def query(self, metrics: str | Sequence[str], **question: Any) -> Result:
        """Answer one question from the current build; see `Query.of` for the keywords."""
        with self.hold() as pinned:
            return pinned.query(metrics, **question)

    def explain(self, metric: str, *, by: str, top: int = 8, **question: Any) -> Explanation:
        """What members contributed to a change, from the current build; see `Pinned.explain`."""
        with self.hold() as pinned:
            return pinned.explain(metric, by=by, top=top, **question)

    def rows(self, metric: str, **question: Any) -> FactRows:
        """Rows behind a number of the current build; see `Pinned.rows`."""
        with self.hold() as pinned:
            return pinned.rows(metric, **question)

    def query_many(self, queries: Sequence[Query]) -> list[Result]:
        """Answer questions together from the current build."""
        with self.hold() as pinned:
            return pinned.query_many(queries)

    def history(self) -> list[BuildRun]:
        """Builds newest first: see `BuildRun`. Raises StoreError when there is none."""
        with self.hold() as pinned:
            told = pinned.builds_before()
        return build_runs(told, self.store.builds())

    @property
    def catalog(self) -> Catalog:
        """The catalog as the current build knows it; without a build all metrics wait."""
        if self.store.current_id() is None:
            return Catalog(self.model, None)
        with self.hold() as pinned:
            return pinned.catalog

    def _catalog_of(self, info: BuildInfo) -> Catalog:
        with self._lock:
            if self._held is None or self._held.build != info.id:
                self._held = _Held(info.id, Catalog(self.model, info))
            return self._held.catalog

    def close(self) -> None:
        """Let go of the store's connections."""
        self.store.close()


def open_layer(settings: Settings | None = None) -> Layer:
    """The layer of the settings (environment and `metrics.toml` by default).

    Raises SettingsError, or DefinitionError with every problem of the definitions.
    """
    settings = settings or load_settings()
    return Layer(settings, load_model(settings), open_store(settings))
