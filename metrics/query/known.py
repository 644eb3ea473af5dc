"""What is known of a leaf on some days, and what nothing found there means."""

from __future__ import annotations

from datetime import date

import numpy as np

from metrics.definitions.expressions import Leaf
from metrics.parts.model import Model
from metrics.periods import BEGINNING, ONE_DAY, Window
from metrics.store.info import BuildInfo

OF_THE_END = frozenset({"level", "known_keys", "last_days"})
EMPTY_IS_NOTHING = frozenset({"quantile", "median", "max", "top_share", "share_at_least"})


class Known:
    """How far back the facts of one build can tell."""

    def __init__(self, model: Model, info: BuildInfo) -> None:
        self.model = model
        self.info = info
        self._first_days: dict[tuple[str, ...], date | None] = {}

    def covers(self, leaf: Leaf, days: Window) -> bool:
        """Whether the leaf's facts can tell about the window, and the days it needs to settle."""
        first = self._first_day(leaf.measures)
        if first is None or days.hi + leaf.settles * ONE_DAY < first:
            return False
        if leaf.take in OF_THE_END:
            return True
        if leaf.take.startswith("keys_"):  # what a key did before is told by the window before
            return days.lo - (days.hi - days.lo + ONE_DAY) >= first
        return days.lo >= first or not leaf.window.trailing or days.lo == BEGINNING

    def _first_day(self, measures: tuple[str, ...]) -> date | None:
        """First day on which all facts of some measures are known."""
        if measures not in self._first_days:
            facts = [fact for name in measures for fact in self.model.required_facts(name)]
            days = [self.info.facts[fact].first_day for fact in facts]
            self._first_days[measures] = max((day for day in days if day), default=None)
        return self._first_days[measures]

    def when_absent(self, leaf: Leaf, day: date) -> float:
        """What a member without rows has: nothing for averages, zero for sums.

        Of members nobody of whom has a score nothing is known, so none is a number of them; a
        snapshot is zero only on a day that was seen.
        """
        measure = self.model.definitions.measures.get(leaf.measure)
        if measure is None or leaf.take in EMPTY_IS_NOTHING:
            return np.nan
        seen = measure.kind != "snapshot" or day in self.info.facts[measure.fact].seen_on
        return 0.0 if seen else np.nan
