"""The door to the metrics layer: the only module of the app that talks to it.

A page run holds one lease, so everything on a page comes from one build, and asks its
questions in one batch. Answers are cached by build and question, never by data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from app.scope import Scope
from app.specs import DOMAIN_NAMES
from metrics import (
    Attributes,
    BuildInfo,
    BuildRun,
    Catalog,
    Cohorts,
    Explanation,
    FactRows,
    Happening,
    Layer,
    Makeup,
    MetricInfo,
    Operand,
    Pinned,
    Query,
    Result,
    Target,
    Worse,
    open_layer,
    target_on,
)
from metrics.app_state import AppState
from metrics.format import Notation
from metrics.periods import Comparison, Grain
from metrics.settings import Settings

Key = TypeVar("Key", bound=Hashable)

MAX_MEMBERS = 1000  # a longer list of options slows the browser before anyone reads it
MAX_ANSWERS = 256
ANSWER_LIFE = "12h"
ROWS_LIFE = "5m"
MAX_PAGES = 64


@dataclass(frozen=True)
class Ask:
    """One question of a page: metrics, and how they are cut; dates and filters are the page's.

    `top` members are shown, the `other` ones together; `share` asks for parts of the whole.
    """

    metrics: tuple[str, ...]
    series: bool = False
    by: str | tuple[str, ...] | None = None
    compare: bool = False
    start: date | None = None
    top: int = 0
    other: bool = True
    share: bool = False
    grain: Grain | None = None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it is split by."""
        return (self.by,) if isinstance(self.by, str) else self.by or ()


@dataclass(frozen=True)
class Span:
    """Days one part of a page looks at, and what they are held against."""

    start: date
    end: date
    comparison: Comparison | None


@dataclass(frozen=True)
class Answer:
    """A result with its rows by metric, split once for all cards of a page."""

    result: Result

    @cached_property
    def _by_metric(self) -> dict[str, pd.DataFrame]:
        parts = self.result.frame.groupby("metric", sort=False)
        return {str(name): rows for name, rows in parts}

    def rows(self, metric: str) -> pd.DataFrame:
        """The rows of one metric; empty when it was not asked."""
        return self._by_metric.get(metric, self.result.frame.head(0))


@dataclass
class Run:
    """One run of one page: the pinned build, its definitions, and what the page is asked for."""

    pinned: Pinned
    settings: Settings
    scope: Scope | None = None

    @property
    def build(self) -> BuildInfo:
        """The build that every number of this run comes from."""
        return self.pinned.build

    @property
    def catalog(self) -> Catalog:
        """The definitions as that build knows them."""
        return self.pinned.catalog

    @property
    def notation(self) -> Notation:
        """How the company writes numbers."""
        return Notation(symbol=self.settings.currency_symbol)

    @cached_property
    def labels(self) -> dict[str, str]:
        """What Explore and the URL call each metric; equal labels get their domain added."""
        infos = self.catalog.metrics
        counts = Counter(info.label for info in infos.values())
        return {
            name: info.label
            if counts[info.label] == 1
            else f"{info.label} ({', '.join(DOMAIN_NAMES.get(d, d) for d in info.domains) or name})"
            for name, info in infos.items()
        }

    def members(self, dimension: str) -> list[str]:
        """Values a filter can take; empty when no fact of the build has the dimension."""
        if dimension not in self.catalog.dimensions:
            return []
        return _members(self.build.id, dimension, self.pinned)[:MAX_MEMBERS]

    def info(self, name: str) -> MetricInfo | None:
        """The definition of a metric, None when this installation has none of that name."""
        return self.catalog.metrics.get(name)

    def blocked_by(self, name: str) -> tuple[str, ...]:
        """Active filters a metric cannot be cut by; its unfiltered number would mislead."""
        info = self.catalog.metrics[name]
        return tuple(d for d in self.asked.filters if d not in info.dimensions)

    def answerable(self, name: str, by: tuple[str, ...] = ()) -> bool:
        """Whether the metric has a number for the page's filters and a split."""
        info = self.info(name)
        if info is None or not info.answerable or self.blocked_by(name):
            return False
        return set(by) <= set(info.dimensions)

    @property
    def asked(self) -> Scope:
        """The page's scope; set by the router before the page runs."""
        if self.scope is None:
            raise RuntimeError("the page has no scope yet")
        return self.scope

    def ask(self, questions: Mapping[Key, Ask]) -> dict[Key, Answer]:
        """Answers of one batch by name; questions nothing can answer are left out."""
        queries = {}
        for name, question in questions.items():
            metrics = [m for m in question.metrics if self.answerable(m, question.dimensions)]
            if metrics:
                queries[name] = self._query(metrics, question)
        if not queries:
            return {}
        results = _answers(self.build.id, tuple(queries.values()), self.pinned)
        return {name: Answer(result) for name, result in zip(queries, results, strict=True)}

    def _tell(self, question: str, *arguments: Any) -> Any:
        return _told(self.build.id, question, arguments, self.pinned)

    def _query(self, metrics: list[str], question: Ask) -> Query:
        scope = self.asked
        return Query.of(
            metrics,
            start=question.start or scope.start,
            end=scope.end,
            grain=(question.grain or scope.grain) if question.series else None,
            by=question.by,
            where=scope.filters,
            compare=scope.comparison if question.compare else None,
            top=question.top or None,
            other=question.other,
            share=question.share,
        )

    def explain(self, name: str, by: str, span: Span, top: int) -> Explanation:
        """What members contributed to a change; see `Pinned.explain` for its refusals."""
        question = self._of_span(name, span, by)
        return _explained(self.build.id, question, top, self.pinned)

    def operands(self, name: str) -> list[Operand]:
        """The numbers a metric is made of, and which of them have rows."""
        return self.pinned.operands(name)

    def rows(self, name: str, of: str, span: Span, page: int) -> FactRows:
        """A page of rows behind a number, read from the warehouse; see `Pinned.rows`."""
        return _rows(self.build.id, self._of_span(name, span), of, page, self.pinned)

    def history(self) -> list[BuildRun]:
        """The builds there were, newest first."""
        return _history(self.build.id)

    def _of_span(self, name: str, span: Span, by: str | None = None) -> Query:
        return Query.of(
            name,
            start=span.start,
            end=span.end,
            by=by,
            where=self.asked.filters,
            compare=span.comparison,
        )

    def open_dimension(self, name: str, wanted: tuple[str, ...]) -> str | None:
        """The first wanted dimension a metric can be cut by, one no filter narrows to a member."""
        info = self.catalog.metrics[name]
        allowed = [d for d in wanted if d in info.dimensions and d in self.catalog.dimensions]
        open_ones = [d for d in allowed if len(self.asked.filters.get(d, ())) != 1]
        return next(iter(open_ones or allowed), None)

    def curve(
        self, metric: str, ages: tuple[int, ...], start: date, end: date, grain: str | None
    ) -> Result:
        """A cohort metric at rising ages for those who began between two days."""
        query = Query.of(metric, start=start, end=end, grain=grain, where=self.asked.filters)
        found: Result = self._tell("curve", query, ages)
        return found

    def cohorts(self, metric: str, start: date) -> Cohorts:
        """What is left of those whose balance began together, since some month."""
        query = Query.of(metric, start=start, end=self.asked.end, where=self.asked.filters)
        found: Cohorts = self._tell("cohorts", query)
        return found

    def attributes(self, dimension: str, columns: tuple[str, ...]) -> Attributes:
        """What is known of the members of a dimension; nothing where the build knows none."""
        if dimension not in self.catalog.dimensions:
            return {}
        found: Attributes = self._tell("attributes", dimension, columns)
        return found

    def by_attribute(self, metric: str, dimension: str, attribute: str) -> dict[str | None, float]:
        """A metric by what is known of its members, such as deals by their month of closing."""
        query = self._query([metric], Ask((metric,), by=dimension))
        found: dict[str | None, float] = self._tell("by_attribute", query, attribute)
        return found

    def names(self, dimension: str, column: str) -> dict[str, str]:
        """What members are called; a member without a name is called by its id."""
        known = self.attributes(dimension, (column,))
        return {key: str(values[column]) for key, values in known.items() if values[column]}

    def makeup(self, metric: str, member: str) -> Makeup:
        """What a score is made of for one member, on the last day of the page."""
        found: Makeup = self._tell("makeup", metric, member, self.asked.end)
        return found

    def happened(self, names: tuple[str, ...], dimension: str, member: str) -> list[Happening]:
        """What happened to one member in the range of the page, newest first."""
        scope = self.asked
        start = max(scope.start, self.build.first_day)
        found: list[Happening] = self._tell("happened", names, dimension, member, start, scope.end)
        return found

    def about(self, dimension: str, member: str) -> Run:
        """The same run about one member alone, whatever the filters of the page are."""
        scope = replace(self.asked, filters={dimension: (member,)})
        return Run(self.pinned, self.settings, scope)

    def worsened(self, names: Sequence[str]) -> list[Worse]:
        """Those of some metrics that got worse by more than they usually move, worst first."""
        asked = [name for name in names if self.answerable(name)]
        if not asked or self.asked.comparison is None:
            return []
        query = self._query(asked, Ask(tuple(asked), compare=True))
        found: list[Worse] = self._tell("worsened", query, self.asked.grain)
        return found

    def target(self, metric: str) -> float | None:
        """What the company wants a metric to be on the last day of the page.

        What a single period adds is not held against the target of another.
        """
        info = self.info(metric)
        if info is None or info.additive_over_time or self.asked.filters:
            return None
        known: list[Target] = self._tell("targets")
        return target_on(known, metric, self.asked.end)


_current: ContextVar[Run] = ContextVar("run")


def current() -> Run:
    """The run this page belongs to."""
    return _current.get()


def company() -> str:
    """Name of the company, for the browser's tab."""
    return _layer().settings.company


def has_build() -> bool:
    """Whether anything has been published that a page could read."""
    return _layer().store.current_id() is not None


@contextmanager
def hold() -> Iterator[Run]:
    """Pin the newest build for one page run; raises StoreError when there is none."""
    layer = _layer()
    with layer.hold() as pinned:
        run = Run(pinned, layer.settings)
        token = _current.set(run)
        try:
            yield run
        finally:
            _current.reset(token)


@st.cache_resource(show_spinner=False)
def _layer() -> Layer:
    return open_layer()


@st.cache_resource(show_spinner=False)
def app_state() -> AppState:
    """What people keep: the database of saved views."""
    return AppState(_layer().settings.app_state)


@st.cache_data(show_spinner=False, ttl=ANSWER_LIFE, max_entries=64)
def _members(build_id: str, dimension: str, _pinned: Pinned) -> list[str]:
    return _pinned.members(dimension)


@st.cache_data(show_spinner=False, ttl=ANSWER_LIFE, max_entries=MAX_ANSWERS)
def _told(build_id: str, question: str, arguments: tuple[Any, ...], _pinned: Pinned) -> Any:
    """What the layer says to a question beside its numbers, by name and arguments."""
    return getattr(_pinned, question)(*arguments)


@st.cache_data(show_spinner=False, ttl=ANSWER_LIFE, max_entries=MAX_ANSWERS)
def _answers(build_id: str, questions: tuple[Query, ...], _pinned: Pinned) -> list[Result]:
    """Answers of one batch for a build; build and questions are the whole key."""
    return _pinned.query_many(questions)


@st.cache_data(show_spinner=False, ttl=ANSWER_LIFE, max_entries=MAX_ANSWERS)
def _explained(build_id: str, question: Query, top: int, _pinned: Pinned) -> Explanation:
    return _pinned.explain_query(question, top)


@st.cache_data(show_spinner=False, ttl=ROWS_LIFE, max_entries=MAX_PAGES)
def _rows(build_id: str, question: Query, of: str, page: int, _pinned: Pinned) -> FactRows:
    """One page of rows; they are of the warehouse as it is, so they are kept for minutes only."""
    return _pinned.rows_of(question, of, page)


@st.cache_data(show_spinner=False, ttl=ROWS_LIFE, max_entries=2)
def _history(build_id: str) -> list[BuildRun]:
    """Builds by the current one; a cleaned-up build is seen as gone minutes later."""
    return _layer().history()
