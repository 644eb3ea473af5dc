"""Answers as rows a chart can draw: what is dashed, what a tooltip says, where labels stand.

Values are passed on untouched; the only numbers made here are positions on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from app.scope import NONE_LABEL
from app.specs import Part
from metrics import MetricInfo
from metrics.format import Notation, format_value, period_text, range_text
from metrics.periods import Grain

LABEL_GAP = 15  # pixels between two names at the ends of lines


def over_time(
    rows: pd.DataFrame, info: MetricInfo, grain: Grain, notation: Notation
) -> pd.DataFrame:
    """One row per period, oldest first, with the flags and texts of a trend."""
    rows = rows.sort_values("start").reset_index(drop=True)
    complete = rows["complete"].astype(bool)
    valid = rows["value"].notna()
    return pd.DataFrame(
        {
            "x": [_instant(day) for day in rows["start"]],
            "value": rows["value"].astype(float),
            "previous": rows["previous_value"].astype(float),
            "complete": complete,
            **_edges(complete),
            "alone": valid & ~_neighbour(valid, 1) & ~_neighbour(valid, -1),
            "running": ~complete & valid,
            "period": [period_text(_day(day), grain) for day in rows["start"]],
            "text": _texts(rows["value"], info, notation),
            "earlier": _earlier(rows, info, notation),
            "state": _states(rows),
        }
    )


def by_member(
    rows: pd.DataFrame,
    dimension: str,
    info: MetricInfo,
    grain: Grain,
    notation: Notation,
    most: int,
) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """Trends of the largest members, their names, and how many members there are."""
    names = rows[dimension].map(member_text)
    latest = rows.assign(member=names).sort_values("start").groupby("member")["value"].last()
    ranked = latest.sort_values(ascending=False, na_position="last")
    members = tuple(ranked.index[:most])
    drawn = []
    for slot, member in enumerate(members):
        part = over_time(rows[names == member], info, grain, notation)
        drawn.append(part.assign(member=member, slot=slot))
    frame = pd.concat(drawn, ignore_index=True) if drawn else pd.DataFrame()
    return frame, members, len(ranked)


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
    answers: Sequence[tuple[Part, Any, pd.DataFrame]], grain: Grain, notation: Notation
) -> pd.DataFrame:
    """All classes of a movement as rows of one stack."""
    drawn = [
        over_time(rows, info, grain, notation).assign(member=part.label, down=part.down, slot=slot)
        for slot, (part, info, rows) in enumerate(answers)
        if len(rows)
    ]
    return for_bands(pd.concat(drawn, ignore_index=True)) if drawn else pd.DataFrame()


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
            "state": _states(rows),
        }
    )


def for_bands(frame: pd.DataFrame) -> pd.DataFrame:
    """Time as ISO days, for charts with one band per period."""
    days = [datetime.fromtimestamp(ms / 1000, UTC).date().isoformat() for ms in frame["x"]]
    return frame.assign(x=days)


def member_text(member: Any) -> str:
    """Name of a member as shown; rows without the attribute have a name too."""
    return NONE_LABEL if member is None or pd.isna(member) else str(member)


def takeaway(frame: pd.DataFrame, label: str) -> str:
    """What a reader who cannot see the chart should know."""
    known = frame[frame["complete"] & frame["value"].notna()]
    if known.empty:
        return f"{label}: no complete period to show."
    last, first = known.iloc[-1], known.iloc[0]
    return f"{label}: {first['text']} in {first['period']}, {last['text']} in {last['period']}."


def _edges(complete: pd.Series) -> dict[str, Any]:
    """Which points the solid line joins, and which the dashed ends at either side."""
    whole = [index for index, done in enumerate(complete) if done]
    order = pd.Series(range(len(complete)))
    if not whole:
        return {"solid": complete, "lead": False, "tail": True}
    return {
        "solid": complete,
        "lead": (order <= whole[0]) & (whole[0] > 0),
        "tail": (order >= whole[-1]) & (whole[-1] < len(complete) - 1),
    }


def _neighbour(flags: pd.Series, step: int) -> pd.Series:
    return flags.shift(step, fill_value=False)


def _instant(day: Any) -> int:
    """Midnight UTC in milliseconds: the axis is drawn in UTC, so no browser shifts the day."""
    day = _day(day)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()


def _texts(values: pd.Series, info: MetricInfo, notation: Notation) -> list[str]:
    return [format_value(v, info.unit, info.display_unit, "full", notation) for v in values]


def _earlier(rows: pd.DataFrame, info: MetricInfo, notation: Notation) -> list[str]:
    texts = _texts(rows["previous_value"], info, notation)
    spans = zip(texts, rows["previous_start"], rows["previous_end"], strict=True)
    return [
        text if pd.isna(start) else f"{text} ({range_text(_day(start), _day(end))})"
        for text, start, end in spans
    ]


def state_text(row: Any) -> str:
    """How much of a period has data.

    >>> state_text({"complete": False, "covered_days": 18, "bucket_days": 30})
    '18 of 30 days'
    """
    return "complete" if row["complete"] else f"{row['covered_days']} of {row['bucket_days']} days"


def _states(rows: pd.DataFrame) -> list[str]:
    return [state_text(row) for row in rows.to_dict("records")]
