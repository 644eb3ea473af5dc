"""Answers questions from one build: plan, run one statement per part, evaluate, tidy.

questions -> leaves -> groups -> statements -> arrays of periods x members -> Result
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from metrics.definitions.expressions import Binary, Leaf, Node, whole
from metrics.errors import QueryError
from metrics.parts.model import Model
from metrics.periods import (
    ONE_DAY,
    Calendar,
    Period,
    Window,
    add_months,
    comparison_shift,
    move_period,
    split,
)
from metrics.query.catalog import Catalog, MetricInfo
from metrics.query.cells import Cells, Flags, Member, in_order
from metrics.query.compile import Compiler, Split, Tables
from metrics.query.coverage import Coverage
from metrics.query.evaluate import Array, Scope, evaluate, window
from metrics.query.fetch import Fetcher, Run
from metrics.query.grid import Grid, Series, frame_of
from metrics.query.plan import Planner
from metrics.query.question import Query
from metrics.query.refusals import check_grouping, check_names, check_shares, check_split, waits
from metrics.query.stamp import is_live, stamp_of
from metrics.query.top import Fold, largest
from metrics.result import Ran, Result, Stamp
from metrics.store.info import BuildInfo

Named = tuple[MetricInfo, Node]
MOST_PERIODS = 1500
MOST_ROWS = 500_000


@dataclass
class _Asked:
    """One question while it is answered; `ranking` is asked beside it to tell the largest."""

    query: Query
    metrics: list[tuple[str, MetricInfo, Node]]
    periods: list[Period]
    earlier: list[Period | None]
    split: Split
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranking: _Asked | None = None
    cut: dict[tuple[date, bool], list[Period | None]] = field(default_factory=dict)
    days: dict[tuple[Any, ...], list[Window | None]] = field(default_factory=dict)
    known: dict[tuple[Any, ...], dict[int, Window]] = field(default_factory=dict)


class Answers:
    """Everything needed to answer from one build; `run` executes a select."""

    def __init__(
        self,
        model: Model,
        catalog: Catalog,
        info: BuildInfo,
        tables: Tables,
        run: Run,
        calendar: Calendar,
    ) -> None:
        self.model = model
        self.catalog = catalog
        self.info = info
        self.calendar = calendar
        self._coverage = Coverage(model, info)
        self.compiler = Compiler(model.joins, tables, calendar)
        self.planner = Planner(model.definitions, model.joins, model.parts)
        self._fetcher = Fetcher(self.compiler, self.planner, run)

    def answer(self, queries: Sequence[Query]) -> list[Result]:
        """All questions together: one statement per part, rule and split."""
        return [
            self._result(one, self._grid(one, cells, ()), ran)
            for one, cells, ran in self._answered([self._understand(query) for query in queries])
        ]

    def grids(self, queries: Sequence[Query], members: Sequence[Member] = ()) -> list[Grid]:
        """The same numbers as arrays, for whoever keeps many of them; see `Pinned.grids`."""
        found = []
        for one, cells, _ in self._answered([self._understand(query) for query in queries]):
            grid = self._grid(one, cells, members)
            found.append(replace(grid, present=self._present(one, grid.members, cells)))
        return found

    def told(self, query: Query, trees: Mapping[str, Named]) -> Result:
        """A question about trees that are no metrics of their own, by the names they are given.

        Each comes with the metric it was made from, which says how far it is known.
        """
        asked = self._understand(query)
        asked.metrics.extend((name, info, tree) for name, (info, tree) in trees.items())
        [(one, cells, ran)] = self._answered([asked])
        return self._result(one, self._grid(one, cells, ()), ran)

    def arithmetic(
        self, queries: Sequence[Query], trees: Mapping[str, Node]
    ) -> list[tuple[Grid, Result]]:
        """The answers to questions about one metric, with arithmetic of its own beside it.

        The grids hold the trees by name, over the periods the metric is known for.
        """
        asked = [self._understand(query) for query in queries]
        beside = []
        for one in asked:
            [(_, info, _)] = one.metrics
            named = [(name, info, tree) for name, tree in trees.items()]
            beside.append(replace(one, metrics=named, cut={}, days={}, known={}))
        found = list(self._answered([*asked, *beside]))
        answers = found[: len(asked)]
        return [
            (self._grid(one, cells, ()), self._result(own, self._grid(own, own_cells, ()), ran))
            for (one, cells, _), (own, own_cells, ran) in zip(
                found[len(asked) :], answers, strict=True
            )
        ]

    def number_of(self, query: Query, leaf: Leaf) -> tuple[Window | None, float, Stamp]:
        """The days one leaf of a metric looks at for the whole range, its number and stamp."""
        query = replace(query, by=(), grain=None, compare=None, top=None, share=False, days=())
        asked = self._understand(query)
        [(_, info, _)] = asked.metrics
        [days] = self._days(asked, info, leaf, False)
        [(grid, result)] = self.arithmetic([query], {"leaf": leaf})
        return days, float(grid.series["leaf"].values[0][0]), result.stamp

    def _answered(
        self, asked: Sequence[_Asked]
    ) -> Iterator[tuple[_Asked, Mapping[Leaf, Cells], list[Ran]]]:
        wanted: dict[Split, dict[Leaf, set[Window]]] = {}
        for one in [*asked, *(one.ranking for one in asked if one.ranking)]:
            leaves = wanted.setdefault(one.split, {})
            for _, info, tree in one.metrics:
                for leaf in tree.leaves():
                    leaves.setdefault(leaf, set()).update(self._windows(one, info, leaf))
        cells: dict[Split, dict[Leaf, Cells]] = {}
        ran: dict[Split, list[Ran]] = {}
        for key, leaves in wanted.items():
            cells[key], ran[key] = self._fetcher.fetch(key, leaves)
        for one in asked:
            yield one, cells[one.split], ran[one.split]

    def _understand(self, query: Query) -> _Asked:
        end = query.end or max(self.info.as_of, query.start or self.info.as_of)
        start = query.start or add_months(end, -12) + ONE_DAY
        check_names(query, self.model.definitions.dimensions)
        found, waiting = [], {}
        for name in query.metrics:
            info = self.catalog.resolve(name, query.domain)
            if not info.answerable:
                waiting[name] = info.waiting_for
                continue
            check_split(info, query)
            check_grouping(info, query)
            check_shares(info, query)
            tree = self.catalog.tree(info.name)
            found.append((name, info, Binary("/", tree, whole(tree)) if query.share else tree))
        if waiting and not query.skip_waiting:
            raise waits(waiting)
        periods = (
            [Period(day, day, day, day) for day in query.days]
            if query.days
            else split(start, end, query.grain, self.calendar)
        )
        if len(periods) > MOST_PERIODS:
            raise QueryError(
                f"The range has {len(periods)} periods.", "Ask for a coarser grain or fewer days."
            )
        earlier: list[Period | None] = [None] * len(periods)
        if query.compare:
            first = end if query.days else start  # single days go back as what they are
            step = comparison_shift(query.compare, first, end, query.grain)
            earlier = [move_period(period, step, query.grain) for period in periods]
        ranking = None
        if query.top and found:
            leading = found[0][0]
            ranking = self._understand(
                replace(query, metrics=(leading,), grain=None, compare=None, top=None, days=())
            )
        return _Asked(
            query, found, periods, earlier, Split(query.by, query.where), waiting, ranking
        )

    def _cut(self, asked: _Asked, info: MetricInfo, past: bool) -> list[Period | None]:
        """Periods up to the metric's own last complete day, with comparisons cut alike."""
        last = info.as_of or self.info.as_of
        if (last, past) not in asked.cut:
            asked.cut[last, past] = self._cut_at(asked, last, past)
        return asked.cut[last, past]

    def _cut_at(self, asked: _Asked, last: date, past: bool) -> list[Period | None]:
        shown = [period.until(last) for period in asked.periods]
        if not past:
            return list(shown)
        cut: list[Period | None] = []
        for full, now, before in zip(asked.periods, shown, asked.earlier, strict=True):
            if now is None or before is None:
                cut.append(None)
            elif now.end == full.end:
                cut.append(before)
            else:
                step = asked.query.compare
                assert step is not None
                start, end = asked.periods[0].start, asked.periods[-1].end
                shift = comparison_shift(step, start, end, asked.query.grain)
                cut.append(move_period(now, shift, asked.query.grain))
        return cut

    def _windows(self, asked: _Asked, info: MetricInfo, leaf: Leaf) -> set[Window]:
        both = [self._days(asked, info, leaf, past) for past in (False, True)]
        return {days for found in both for days in found if days is not None}

    def _days(self, asked: _Asked, info: MetricInfo, leaf: Leaf, past: bool) -> list[Window | None]:
        """The window of a leaf for each period; leaves of the same window share the work."""
        key = (leaf.window, leaf.shifts, info.as_of, past)
        if key not in asked.days:
            asked.days[key] = [
                None if period is None else window(leaf.window, leaf.shifts, period, self.calendar)
                for period in self._cut(asked, info, past)
            ]
        return asked.days[key]

    def _grid(self, asked: _Asked, cells: Mapping[Leaf, Cells], also: Sequence[Member]) -> Grid:
        members = self._members(asked, cells, also)
        fold = self._fold(asked, members, cells)
        series = {
            name: self._series(asked, info, tree, members, cells, fold)
            for name, info, tree in asked.metrics
        }
        shown = fold.members(members) if fold else members
        return Grid(asked.periods, shown, series, left_out=len(members) - len(shown))

    def _fold(
        self, asked: _Asked, members: Sequence[Member], cells: Mapping[Leaf, Cells]
    ) -> Fold | None:
        """Which members are shown, by the value of the whole range; None for all."""
        if asked.ranking is None or not members:
            return None
        [(_, info, tree)] = asked.ranking.metrics
        values = self._series(asked.ranking, info, tree, members, cells).values
        return largest(values[0], asked.query.top or 0, asked.query.other)

    def _present(
        self, asked: _Asked, members: Sequence[Member], cells: Mapping[Leaf, Cells]
    ) -> Flags:
        """Which members any metric has something of, by period."""
        present = np.zeros((len(asked.periods), len(members)), dtype=bool)
        for _, info, tree in asked.metrics:
            for leaf in tree.leaves():
                if leaf in cells and leaf.kept(asked.query.by) == asked.query.by:
                    days = enumerate(self._days(asked, info, leaf, False))
                    known = {row: one for row, one in days if one is not None}
                    cells[leaf].mark(present, known, members)
        return present

    def _series(
        self,
        asked: _Asked,
        info: MetricInfo,
        tree: Node,
        members: Sequence[Member],
        cells: Mapping[Leaf, Cells],
        fold: Fold | None = None,
    ) -> Series:
        current = self._scope(asked, info, False, members, cells, fold)
        values = evaluate(tree, current)
        nothing = np.full(values.shape, np.nan)
        before, upper, lower = nothing, nothing, nothing
        if asked.query.compare:
            before = evaluate(tree, self._scope(asked, info, True, members, cells, fold))
        if isinstance(tree, Binary) and tree.operator == "/":
            upper, lower = evaluate(tree.left, current), evaluate(tree.right, current)
        shown, earlier = self._cut(asked, info, False), self._cut(asked, info, True)
        return Series(shown, earlier, values, upper, lower, before)

    def _result(self, asked: _Asked, grid: Grid, ran: Sequence[Ran]) -> Result:
        size = len(grid.members) * len(grid.periods) * len(grid.series)
        if size > MOST_ROWS:
            raise QueryError(
                f"The answer has {size:,} rows.", "Ask for fewer members, periods or metrics."
            )
        metrics = [(name, info) for name, info, _ in asked.metrics]
        stamp = stamp_of(self.info, metrics, live=any(is_live(one) for one in ran))
        frame = frame_of(grid, asked.query.by)
        return Result(frame, stamp, asked.query.by, tuple(ran), asked.waiting, grid.left_out)

    def _members(
        self, asked: _Asked, cells: Mapping[Leaf, Cells], also: Sequence[Member]
    ) -> list[Member]:
        """Members any metric of the question has, in a stable order, the empty bucket last."""
        if not asked.query.by:
            return [()]
        found = set(also)
        for _, info, other in asked.metrics:
            for leaf in other.leaves():
                # A leaf knows no member of what it is not split by.
                if leaf in cells and leaf.kept(asked.query.by) == asked.query.by:
                    found |= cells[leaf].members(self._windows(asked, info, leaf))
        return sorted(found, key=lambda member: [in_order(value) for value in member])

    def _scope(
        self,
        asked: _Asked,
        info: MetricInfo,
        past: bool,
        members: Sequence[Member],
        cells: Mapping[Leaf, Cells],
        fold: Fold | None = None,
    ) -> Scope:
        periods = self._cut(asked, info, past)

        def leaf_values(leaf: Leaf) -> Array:
            kept = leaf.kept(asked.query.by)
            places = [asked.query.by.index(name) for name in kept]
            mine = [tuple(member[place] for place in places) for member in members]
            values = np.full((len(periods), len(members)), np.nan)
            known = self._known(asked, info, leaf, past)
            rows = list(known)
            values[rows] = self._coverage.when_absent(leaf, known)
            if leaf in cells:
                cells[leaf].put_into(values, known, mine)
            return fold.values(leaf, asked.query.by, values) if fold else values

        shown = len(fold.members(members)) if fold else len(members)
        return Scope(periods, shown, self.calendar, leaf_values)

    def _known(self, asked: _Asked, info: MetricInfo, leaf: Leaf, past: bool) -> dict[int, Window]:
        """Windows of a leaf that its facts can tell about, by period; the same for many leaves."""
        key = (leaf.window, leaf.shifts, info.as_of, past, self._coverage.key(leaf))
        if key not in asked.known:
            days = self._days(asked, info, leaf, past)
            asked.known[key] = self._coverage.known(leaf, days)
        return asked.known[key]
