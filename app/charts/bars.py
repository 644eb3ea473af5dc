"""Bars: gains and losses around zero, members from large to small."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from app.charts.marks import (
    DATA,
    FADED,
    SLATE,
    Spec,
    band_axis,
    compiled,
    faded,
    layered,
    member_colour,
    quiet,
    tip,
    top_legend,
    value_axis,
)
from metrics.format import AxisFormat
from metrics.periods import Grain


@lru_cache(maxsize=64)
def movement(axis: AxisFormat, grain: Grain, height: int, parts: tuple[str, ...]) -> Spec:
    """What came in above zero and what went out below it."""
    legend = top_legend(list(parts))
    base = alt.Chart(DATA).transform_calculate(drawn="datum.down ? -datum.value : datum.value")
    bars = base.mark_bar().encode(
        band_axis(grain),
        value_axis("drawn", axis, zero=True),
        member_colour(_apart(parts), legend=legend),
        alt.Order("slot:Q"),
        opacity=faded(),
        tooltip=tip(["member", "period", "text", "state"]),
    )
    zero = quiet(alt.Chart(DATA)).mark_rule(strokeWidth=1, opacity=FADED)
    return compiled(layered(bars, zero.encode(SLATE, y=alt.YDatum(0))), height)


def _apart(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts in the order of the palette's slots: neighbours in the stack get colours far apart.

    The first and the last stand next to each other around zero, and so do those between.
    """
    inner = parts[1:-1]
    return (*parts[:1], *parts[-1:], *inner[1:], *inner[:1])


@lru_cache(maxsize=64)
def ranked(height: int) -> Spec:
    """Members from large to small, each bar with its value."""
    base = alt.Chart(DATA)
    y = alt.Y("member:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8))
    bars = base.mark_bar(cornerRadiusEnd=2, size=24).encode(
        alt.X("value:Q", axis=None, scale=alt.Scale(zero=True)),
        y,
        opacity=faded(),
        tooltip=tip(["member", "text", "state"]),
    )
    ends = quiet(base).transform_calculate(edge="max(0, datum.value)")
    texts = ends.mark_text(align="left", dx=6, fontSize=12).encode(
        alt.X("edge:Q", axis=None), y, SLATE, text="text:N"
    )
    # An unseen mark a little beyond the longest bar keeps room for its text.
    room = (
        ends.transform_calculate(room="datum.edge * 1.28")
        .mark_point(opacity=0)
        .encode(alt.X("room:Q", axis=None), y)
    )
    return compiled(alt.layer(bars, texts, room), height)
