"""Answers as rows a chart can draw: what is dashed, what a tooltip says, where labels stand.

Values are passed on untouched; the only numbers made here are positions on the screen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, Protocol

import pandas as pd

from app.scope import NONE_LABEL, OTHER_LABEL
from app.specs import Part
from metrics import OTHER, MetricInfo
from metrics.format import Notation, format_value, period_text, range_text
from metrics.periods import Grain

LABEL_GAP = 15  # pixels between two names at the ends of lines
Columns = dict[str, list[Any]]


class Measured(Protocol):
    """What a number needs to be written: a metric, or its share of a whole."""

    @property
    def unit(self) -> str: ...

    @property
    def display_unit(self) -> str: ...


class Point(NamedTuple):
    """One period of an answer; a value of NaN is no value."""

    start: date
    complete: bool
    covered_days: int
    bucket_days: int
    value: float
    previous: float = math.nan
    previous_start: date | None = None
    previous_end: date | None = None


def over_time(rows: pd.DataFrame, info: Measured, grain: Grain, notation: Notation) -> pd.DataFrame:
    """One row per period, oldest first, with the flags and texts of a trend."""
    return pd.DataFrame(_columns(_points(rows), info, grain, notation))


def by_member(
    rows: pd.DataFrame,
    dimension: str,
    info: MetricInfo,
    grain: Grain,
    notation: Notation,
    most: int,
) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """Trends of the largest members, their names, and how many members there are.

    A member without a row in a period has no value there, so its line breaks.
    """
    series: dict[str, dict[date, Point]] = {}
    for name, point in zip(map(member_text, rows[dimension]), _points(rows, False), strict=True):
        series.setdefault(name, {})[point.start] = point
    periods = {point.start: point for points in series.values() for point in points.values()}
    empty = {start: point._replace(value=math.nan) for start, point in sorted(periods.items())}
    members = tuple(sorted(series, key=lambda name: _latest(series[name]), reverse=True)[:most])
    drawn = [
        _columns([*{**empty, **series[name]}.values()], info, grain, notation, member=name, slot=n)
        for n, name in enumerate(members)
    ]
    return pd.DataFrame(_joined(drawn)), members, len(series)


def by_series(
    series: Sequence[tuple[str, pd.DataFrame]], info: Measured, grain: Grain, notation: Notation
) -> pd.DataFrame:
    """Trends of some series in the order given, one row per period of each."""
    drawn = [
        _columns(_points(rows), info, grain, notation, member=name, slot=slot)
        for slot, (name, rows) in enumerate(series)
    ]
    return pd.DataFrame(_joined(drawn))


def with_labels(frame: pd.DataFrame, height: int) -> pd.DataFrame:
    """The same lines with the height of each name at its last point, pushed apart."""
    frame = frame.assign(label_y=float("nan"))
    ends = frame[frame["value"].notna()].groupby("member")["x"].idxmax()
    if ends.empty:
        return frame
    spread = frame["value"].max() - frame["value"].min()
    gap = LABEL_GAP * (spread or 1.0) / (height * 0.8)
    below = float("-inf")
    for index, wanted in frame.loc[ends, "value"].sort_values().items():
        below = max(float(wanted), below + gap)
        frame.loc[index, "label_y"] = below
    return frame


def movement(
    answers: Sequence[tuple[Part, MetricInfo, pd.DataFrame]], grain: Grain, notation: Notation
) -> pd.DataFrame:
    """All classes of a movement as rows of one stack."""
    drawn = [
        _columns(_points(rows), info, grain, notation, member=part.label, down=part.down, slot=slot)
        for slot, (part, info, rows) in enumerate(answers)
        if len(rows)
    ]
    return for_bands(pd.DataFrame(_joined(drawn))) if drawn else pd.DataFrame()


def ranking(
    rows: pd.DataFrame, dimension: str, info: MetricInfo, notation: Notation
) -> pd.DataFrame:
    """Members of one period from large to small."""
    rows = rows[rows["value"].notna()].sort_values("value", ascending=False)
    return pd.DataFrame(
        {
            "member": [member_text(member) for member in rows[dimension]],
            "value": rows["value"].astype(float).tolist(),
            "complete": rows["complete"].astype(bool).tolist(),
            "text": [
                format_value(v, info.unit, info.display_unit, "card", notation)
                for v in rows["value"]
            ],
            "state": [state_text(point) for point in _points(rows, False)],
        }
    )


def for_bands(frame: pd.DataFrame) -> pd.DataFrame:
    """Time as ISO days, for charts with one band per period."""
    days = [datetime.fromtimestamp(ms / 1000, UTC).date().isoformat() for ms in frame["x"]]
    return frame.assign(x=days)


def member_text(member: Any) -> str:
    """Name of a member as shown; rows without the attribute and all others have a name too."""
    if member is OTHER:
        return OTHER_LABEL
    return NONE_LABEL if member is None or pd.isna(member) else str(member)


def takeaway(frame: pd.DataFrame, label: str) -> str:
    """What a reader who cannot see the chart should know."""
    known = frame[frame["complete"] & frame["value"].notna()]
    if known.empty:
        return f"{label}: no complete period to show."
    last, first = known.iloc[-1], known.iloc[0]
    return f"{label}: {first['text']} in {first['period']}, {last['text']} in {last['period']}."


def state_text(point: Point) -> str:
    """How much of a period has data.

    >>> state_text(Point(date(2026, 11, 1), False, 18, 30, 5.0))
    '18 of 30 days'
    """
    if point.complete:
        return "complete"
    return f"{point.covered_days} of {point.bucket_days} days"


def last_period(rows: pd.DataFrame) -> Point | None:
    """The newest period of an answer."""
    points = _points(rows)
    return points[-1] if points else None


def _points(rows: pd.DataFrame, in_order: bool = True) -> list[Point]:
    if rows.empty:
        return []
    columns = (
        map(_day, rows["start"]),
        rows["complete"].tolist(),
        rows["covered_days"].tolist(),
        rows["bucket_days"].tolist(),
        rows["value"].tolist(),
        rows["previous_value"].tolist(),
        rows["previous_start"].tolist(),
        rows["previous_end"].tolist(),
    )
    points = [Point(*values) for values in zip(*columns, strict=True)]
    return sorted(points, key=lambda point: point.start) if in_order else points


def _columns(
    points: Sequence[Point], info: Measured, grain: Grain, notation: Notation, **fixed: Any
) -> Columns:
    complete = [bool(point.complete) for point in points]
    valid = [not math.isnan(point.value) for point in points]
    around = [False, *valid, False]
    return {
        "x": [_instant(point.start) for point in points],
        "value": [point.value for point in points],
        "previous": [point.previous for point in points],
        "complete": complete,
        **_edges(complete),
        "alone": [
            known and not around[index] and not around[index + 2]
            for index, known in enumerate(valid)
        ],
        "running": [known and not done for known, done in zip(valid, complete, strict=True)],
        "period": [period_text(point.start, grain) for point in points],
        "text": [_text(point.value, info, notation) for point in points],
        "earlier": [_earlier(point, info, notation) for point in points],
        "state": [state_text(point) for point in points],
        **{name: [value] * len(points) for name, value in fixed.items()},
    }


def _edges(complete: Sequence[bool]) -> Columns:
    """Which points the solid line joins, and which the dashed ends at either side."""
    whole = [index for index, done in enumerate(complete) if done]
    size = len(complete)
    first, last = (whole[0], whole[-1]) if whole else (0, 0)
    return {
        "solid": list(complete),
        "lead": [first > 0 and index <= first for index in range(size)],
        "tail": [last < size - 1 and index >= last for index in range(size)],
    }


def _joined(parts: Sequence[Columns]) -> Columns:
    return {name: [value for part in parts for value in part[name]] for name in (parts or [{}])[0]}


def _latest(points: dict[date, Point]) -> float:
    """The newest value of a member; below everything when it never had one."""
    known = [point for point in points.values() if not math.isnan(point.value)]
    return max(known, key=lambda point: point.start).value if known else -math.inf


def _instant(day: date) -> int:
    """Midnight UTC in milliseconds: the axis is drawn in UTC, so no browser shifts the day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _day(value: Any) -> date:
    return value if type(value) is date else pd.Timestamp(value).date()


def _text(value: float, info: Measured, notation: Notation) -> str:
    return format_value(value, info.unit, info.display_unit, "full", notation)


def _earlier(point: Point, info: Measured, notation: Notation) -> str:
    text = _text(point.previous, info, notation)
    if point.previous_start is None or point.previous_end is None:
        return text
    return f"{text} ({range_text(_day(point.previous_start), _day(point.previous_end))})"
