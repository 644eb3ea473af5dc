"""What leaves the layer: a tidy frame and its stamp."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd

FEWEST_STEPS = 4
SOURCES = {"store": "store", "live": "rows kept"}  # in the words of a stamp


@dataclass(frozen=True)
class Stamp:
    """Where a number comes from: shown on one click, carried by every export.

    `source` is `store` when parts answered it and `live` when rows did. `definitions` maps
    each metric to the hash of its meaning; `as_of` to the last day its sources are complete.
    """

    build_id: str
    engine: str
    warehouse: str
    definitions: Mapping[str, str]
    as_of: Mapping[str, date]
    computed_at: datetime
    source: str
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """The stamp as lines of text for the head of a file."""
        listed = ", ".join(f"{name}@{mark}" for name, mark in self.definitions.items())
        days = sorted(set(self.as_of.values()))
        return [
            f"Build {self.build_id} of {self.warehouse} ({self.engine})",
            f"Data to {' / '.join(f'{day:%Y-%m-%d}' for day in days)}",
            f"Definitions {listed}",
            f"Computed {self.computed_at:%Y-%m-%d %H:%M:%S} UTC from the {SOURCES[self.source]}",
            *self.warnings,
        ]


@dataclass(frozen=True)
class Ran:
    """One statement that was run: which part answered, by which rule, with how many rows.

    `text` writes the SQL out, values included, so that it can be pasted; it is asked only when
    somebody looks.
    """

    part: str
    reason: str
    rows: int
    text: Callable[[], str]

    @cached_property
    def sql(self) -> str:
        """The statement with its values written in, as it can be run by hand."""
        return self.text()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_written, (self.part, self.reason, self.rows, self.sql))


def _written(part: str, reason: str, rows: int, sql: str) -> Ran:
    """A statement whose text is known already."""
    return Ran(part, reason, rows, lambda: sql)


@dataclass(frozen=True)
class Result:
    """The answer to a question.

    frame  one row per metric, period and member: metric, start, end, complete, covered_days,
           bucket_days, one column per dimension asked for (None is the empty bucket), value,
           numerator, denominator, previous_value, change, growth, previous_start,
           previous_end. NaN is no value. Shares are 0..1; change of a share is in shares.
    waiting  metrics left out because their data is missing, with what they wait for.
    left_out  how many members are not shown by themselves, when the largest were asked for.
    """

    frame: pd.DataFrame
    stamp: Stamp
    by: tuple[str, ...]
    ran: tuple[Ran, ...]
    waiting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def sql(self) -> str:
        """Every statement that was run, ready to be pasted."""
        return "\n\n".join(f"-- {ran.part}\n{ran.sql};" for ran in self.ran)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know before using the numbers."""
        return self.stamp.warnings

    def wide(self) -> pd.DataFrame:
        """One row per period and member, one column per metric.

        `end` is the latest day any of the metrics shows of the period.
        """
        index = ["start", *self.by]
        metrics = list(self.stamp.definitions)
        table = _pivot(self.frame, index)
        for metric in metrics:
            if metric not in table.columns:
                table[metric] = float("nan")
        table["end"] = table["start"].map(self.frame.groupby("start")["end"].max())
        return table[["start", "end", *self.by, *metrics]]

    def value(self, metric: str | None = None) -> float | None:
        """The only value of a metric in the answer; None when it has no value."""
        rows = self.frame if metric is None else self.frame[self.frame["metric"] == metric]
        if len(rows) != 1:
            raise ValueError(f"the answer has {len(rows)} rows, not one")
        value = rows["value"].iloc[0]
        return None if pd.isna(value) else float(value)

    def usual_changes(self) -> dict[str, float]:
        """By metric, how far it usually moves between two neighbouring complete periods.

        The median of the absolute differences, so that one upset does not count as usual; of a
        series of fewer than four such differences nothing is known.
        """
        found = {}
        for metric, rows in self.frame.groupby("metric", sort=False):
            known = rows[rows["complete"].astype(bool)].sort_values("start")["value"]
            steps = known.astype(float).diff().abs().dropna()
            if len(steps) >= FEWEST_STEPS:
                found[str(metric)] = float(steps.median())
        return found

    def spread(self, metric: str, edges: Sequence[float]) -> pd.DataFrame:
        """How many members have a value in each band: from, to, members.

        A value on an edge belongs to the higher band; the last band holds its upper edge too.
        Members without a value are in none.
        """
        values = self.frame[self.frame["metric"] == metric]["value"].astype(float).dropna()
        bands = list(pairwise(edges))
        last = len(bands) - 1
        counts = [
            int(((values >= low) & ((values < high) | ((n == last) & (values == high)))).sum())
            for n, (low, high) in enumerate(bands)
        ]
        return pd.DataFrame(
            {
                "from": [low for low, _ in bands],
                "to": [high for _, high in bands],
                "members": counts,
            }
        )

    def explain(self) -> str:
        """Which part answered what, in words."""
        lines = [f"{ran.part}: {ran.reason}, {ran.rows} rows" for ran in self.ran]
        return "\n".join([*lines, *self.stamp.lines()])


def _pivot(frame: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    """Wide form by laying the metrics side by side, because a pivot drops the empty bucket.

    Every metric of an answer has the same periods and members, in the answer's own order.
    """
    groups = [(str(metric), rows) for metric, rows in frame.groupby("metric", sort=False)]
    if not groups:
        return pd.DataFrame(columns=index)
    keys = groups[0][1][index].reset_index(drop=True)
    values = {metric: rows["value"].to_numpy() for metric, rows in groups}
    return pd.concat([keys, pd.DataFrame(values, index=keys.index)], axis=1)
