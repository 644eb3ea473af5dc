"""What the facts of a build can tell of a leaf: which windows, and what no row in one means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np

from metrics.definitions.expressions import Leaf
from metrics.parts.model import Model
from metrics.periods import BEGINNING, ONE_DAY, Window
from metrics.query.evaluate import Array
from metrics.store.info import BuildInfo

OF_THE_END = frozenset({"level", "known_keys", "last_days"})
EMPTY_IS_NOTHING = frozenset({"quantile", "median", "max", "top_share", "share_at_least"})

Reach = Callable[[Window], date]


class Coverage:
    """What is known of leaves in one build."""

    def __init__(self, model: Model, info: BuildInfo) -> None:
        self._model = model
        self._info = info
        self._first_days: dict[tuple[str, ...], date | None] = {}

    def key(self, leaf: Leaf) -> tuple[date | None, Reach, int]:
        """The same for leaves of which the same windows are known."""
        return self._first_day(leaf.measures), reach_of(leaf), leaf.settles

    def known(self, leaf: Leaf, windows: Iterable[Window | None]) -> dict[int, Window]:
        """The windows the leaf's facts can tell about, with the days they settle in, by place."""
        first, reach, settles = self.key(leaf)
        if first is None:
            return {}
        return {
            place: days
            for place, days in enumerate(windows)
            if days is not None and days.hi + settles * ONE_DAY >= first and reach(days) >= first
        }

    def when_absent(self, leaf: Leaf, known: Mapping[int, Window]) -> Array:
        """What a member without rows has in each window: nothing for averages, zero for sums.

        Of members nobody of whom has a score nothing is known, so none is a number of them; a
        snapshot is zero only on a day that was seen.
        """
        measure = self._model.definitions.measures.get(leaf.measure)
        if measure is None or leaf.take in EMPTY_IS_NOTHING:
            return np.full((len(known), 1), np.nan)
        if measure.kind != "snapshot":
            return np.zeros((len(known), 1))
        seen = self._info.facts[measure.fact].seen_on
        return np.array([0.0 if days.hi in seen else np.nan for days in known.values()]).reshape(
            -1, 1
        )

    def _first_day(self, measures: tuple[str, ...]) -> date | None:
        """First day on which all facts of some measures are known."""
        if measures not in self._first_days:
            facts = [fact for name in measures for fact in self._model.required_facts(name)]
            days = [self._info.facts[fact].first_day for fact in facts]
            self._first_days[measures] = max((day for day in days if day), default=None)
        return self._first_days[measures]


def reach_of(leaf: Leaf) -> Reach:
    """What tells of a window the day from which on a leaf's facts must be known."""
    if leaf.take in OF_THE_END:
        return _any_day
    if leaf.take.startswith("keys_"):  # what a key did before is told by the window before
        return _window_before
    return _first_of if leaf.window.trailing else _any_day


def _any_day(days: Window) -> date:
    return date.max


def _first_of(days: Window) -> date:
    return date.max if days.lo == BEGINNING else days.lo


def _window_before(days: Window) -> date:
    return days.lo - (days.hi - days.lo + ONE_DAY)
