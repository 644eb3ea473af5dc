"""The numbers behind the models, as arrays: of the company on all days, and by member in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from metrics.layer import Pinned
from metrics.models.days import with_earlier
from metrics.query.catalog import DOMAINS, MetricInfo
from metrics.query.cells import Member
from metrics.query.evaluate import Array
from metrics.query.grid import Grid, Series
from metrics.query.question import Query

AT_ONCE = 3_000_000
"""Numbers held in memory at a time: some dozens of megabytes."""


@dataclass(frozen=True)
class Numbers:
    """Answers of one build for the days that are published."""

    pinned: Pinned
    days: Sequence[date]

    @cached_property
    def names(self) -> dict[str, dict[str, MetricInfo]]:
        """Every name of every domain, with the metric it stands for."""
        return {domain: self.pinned.catalog.names(domain) for domain in DOMAINS}

    @cached_property
    def company(self) -> Grid:
        """All metrics of the company on the published days and all they are held against."""
        live = _answerable(self.pinned.catalog.metrics)
        first = self.pinned.build.first_day
        days = [day for day in with_earlier(self.days) if day >= first]
        return self.pinned.grids([Query.of(live, days=days)])[0]

    @cached_property
    def _rows(self) -> dict[date, int]:
        return {period.start: row for row, period in enumerate(self.company.periods)}

    def series(self, info: MetricInfo) -> Series | None:
        """A metric of the company; None while it waits."""
        return self.company.series.get(info.name)

    def rows(self, days: Sequence[date]) -> npt.NDArray[np.intp]:
        """Where days lie in the company's arrays; -1 for those before there is any data."""
        return np.array([self._rows.get(day, -1) for day in days], dtype=np.intp)

    def by_member(
        self,
        dimension: str,
        metrics: Mapping[str, MetricInfo],
        days: Sequence[date],
        members: Sequence[str] = (),
    ) -> Iterator[Grid]:
        """Metrics by a dimension, some days at a time; `members` are there on every day."""
        live = [
            name
            for name in _answerable({info.name: info for info in metrics.values()})
            if dimension in self.pinned.catalog.metrics[name].dimensions
        ]
        known = [(member,) for member in members]
        size = max(len(known), len(self.pinned.members(dimension)), 1) * max(len(live), 1)
        step = max(1, AT_ONCE // size)
        for first in range(0, len(days), step):
            some = days[first : first + step]
            if live:
                question = Query.of(live, by=dimension, days=some)
                yield self.pinned.grids([question], known)[0]


def _answerable(metrics: Mapping[str, MetricInfo]) -> list[str]:
    return [name for name, info in metrics.items() if info.answerable]


def column(series: Series | None, rows: npt.NDArray[np.intp], what: str = "values") -> Array:
    """One member's numbers on some days; nothing of a metric that waits."""
    if series is None:
        return np.full(len(rows), np.nan)
    found: Array = getattr(series, what)[rows, 0]
    return np.where(rows < 0, np.nan, found)


def members_of(grid: Grid) -> list[str | None]:
    """The members of a grid by one dimension."""
    return [_only(member) for member in grid.members]


def _only(member: Member) -> str | None:
    found: str | None = member[0]
    return found
