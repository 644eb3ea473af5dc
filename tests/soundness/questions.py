"""Questions to a company: what the layer answers, held against the oracle row by row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from metrics import Layer, Query
from tests.soundness.definitions import METRICS as DECLARED
from tests.soundness.oracle import Asked, Members, Oracle, Row, Value
from tests.soundness.plain import DAY, month_before, month_end_before, periods, same_bucket
from tests.soundness.readings_of_spans import METRICS

Where = tuple[tuple[str, tuple[str | None, ...]], ...]


@dataclass(frozen=True)
class Question:
    """A range, a grain, how it is split and filtered, and whether a month ago is asked too."""

    start: date
    end: date
    grain: str | None = None
    by: tuple[str, ...] = ()
    where: Where = ()
    compare: bool = False

    def of(self, metrics: Sequence[str]) -> Query:
        return Query.of(
            list(metrics),
            start=self.start,
            end=self.end,
            grain=self.grain,
            by=list(self.by),
            where={name: list(members) for name, members in self.where},
            compare="previous_month" if self.compare else None,
        )


SPRING = (date(2023, 12, 20), date(2024, 4, 18))
QUESTIONS = (
    Question(*SPRING),
    Question(date(2024, 3, 9), date(2024, 3, 11)),
    Question(date(2024, 4, 10), date(2024, 5, 10)),
    Question(date(2023, 11, 1), date(2023, 12, 2)),
    Question(date(2023, 11, 15), date(2024, 5, 5), "month", compare=True),
    Question(date(2024, 2, 21), date(2024, 4, 23), "week"),
    Question(date(2023, 10, 1), date(2024, 6, 30), "quarter"),
    Question(date(2024, 3, 7), date(2024, 3, 13), "day"),
    Question(date(2023, 12, 3), date(2023, 12, 6), "day"),
    *(
        Question(*SPRING, grain, (dimension,))
        for dimension in ("industry", "plan", "role", "platform", "hour", "weekday")
        for grain in ("month", None)
    ),
    Question(*SPRING, "month", ("industry", "plan")),
    Question(*SPRING, "month", where=(("industry", ("Bar", None)),)),
    Question(*SPRING, "month", where=(("plan", ("small",)),), compare=True),
    Question(*SPRING, where=(("platform", (None,)),)),
    Question(*SPRING, where=(("hour", ("9", "16", "22")),)),
    Question(*SPRING, "month", where=(("weekday", ("7",)),)),
    Question(*SPRING, "month", ("industry",), where=(("plan", ("large", None)),)),
    Question(*SPRING, "week", ("plan",), where=(("role", ("admin",)), ("industry", ("Hotel",)))),
)


@dataclass(frozen=True)
class Wrong:
    """One cell in which the layer and the oracle differ."""

    metric: str
    place: str
    layer: Value
    oracle: Value

    def __str__(self) -> str:
        return f"{self.metric} {self.place}: {self.layer}, right is {self.oracle}"


def disagreements(
    layer: Layer,
    oracle: Oracle,
    metrics: Iterable[str] = METRICS,
    questions: Sequence[Question] = QUESTIONS,
) -> list[Wrong]:
    """Every cell of the questions' answers that is not what the oracle says."""
    asked = [(one, answerable(one, metrics)) for one in questions]
    asked = [(one, names) for one, names in asked if names]
    with layer.hold() as pinned:
        answers = pinned.query_many([one.of(names) for one, names in asked])
    wrong: list[Wrong] = []
    for (one, names), answer in zip(asked, answers, strict=True):
        rows: dict[str, list[Row]] = {name: [] for name in names}
        for row in answer.frame.to_dict("records"):
            rows[row["metric"]].append(row)
        for name in names:
            wrong += compare(oracle, one, name, rows[name])
    return wrong


def answerable(question: Question, metrics: Iterable[str]) -> list[str]:
    """Metrics that declare the dimensions of a question."""
    needed = {*question.by, *(name for name, _ in question.where)}
    return [name for name in metrics if needed <= set(DECLARED[name].get("dimensions", ()))]


def compare(oracle: Oracle, asked: Question, name: str, rows: list[Row]) -> Iterator[Wrong]:
    """Rows of one metric: the right periods and members, the right values."""
    spans = periods(asked.start, asked.end, asked.grain)
    found = {(row["start"], *(row[dimension] for dimension in asked.by)): row for row in rows}
    members = members_of(oracle, asked)
    for start, end in spans:
        for member in members:
            right = expected(oracle, name, asked, (start, end), member, previous=False)
            row = found.pop((start, *member), None)
            place = f"{asked.grain or 'total'} {start}..{end} {' '.join(map(str, member))}".strip()
            if row is None:
                if right:  # a member without anything need not have a row
                    yield Wrong(name, place, None, right)
                continue
            if not same(row["value"], right):
                yield Wrong(name, place, row["value"], right)
            if asked.compare:
                before = expected(oracle, name, asked, (start, end), member, previous=True)
                if not same(row["previous_value"], before):
                    yield Wrong(name, f"{place} before", row["previous_value"], before)
    for place, row in found.items():
        yield Wrong(name, f"unexpected row {place}", row["value"], None)


def members_of(oracle: Oracle, asked: Question) -> list[tuple[Any, ...]]:
    """Every combination of members that may have a row."""
    values: dict[str, list[str | None]] = {
        "industry": sorted({"Bar", "Hotel", "Club"}),
        "plan": ["small", "large"],
        "role": ["admin", "staff"],
        "platform": ["phone", "desktop"],
        "hour": [str(hour) for hour in range(24)],
        "weekday": [str(day) for day in range(1, 8)],
    }
    found: list[tuple[Any, ...]] = [()]
    for dimension in asked.by:
        found = [(*some, one) for some in found for one in [*values[dimension], None]]
    return found


@cache
def expected(
    oracle: Oracle,
    name: str,
    asked: Question,
    span: tuple[date, date],
    member: tuple[Any, ...],
    previous: bool,
) -> Value:
    """The right value of one cell, or of the cell a month before it."""
    about = METRICS[name]
    last = min(oracle.last_day[fact] for fact in about.facts) - about.settles * DAY
    start, end = span
    if start > last:
        return None
    end = min(end, last)
    if previous:
        start, end = a_month_ago(start, end)
    where: Members = {dimension: frozenset(found) for dimension, found in asked.where}
    one = {dim: frozenset({value}) for dim, value in zip(asked.by, member, strict=True)}
    return about.read(oracle, Asked(start, end, where, one))


def a_month_ago(start: date, end: date) -> tuple[date, date]:
    """A whole month is held against a whole month, a part against the same day numbers."""
    if end == same_bucket(end, "month")[-1]:
        return month_before(start), month_end_before(end)
    return month_before(start), max(month_before(start), month_before(end))


def same(layer: Value, right: Value) -> bool:
    if layer is None or math.isnan(layer) or right is None:
        return right is None and (layer is None or math.isnan(layer))
    return abs(layer - right) <= 1e-9 * max(1.0, abs(right))
