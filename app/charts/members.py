"""Members against each other: a heat map by period, one small panel each, effects on a change."""

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
    dash,
    faded,
    hover,
    layered,
    quiet,
    time_axis,
    tip,
    value_axis,
)
from metrics.format import AxisFormat
from metrics.periods import Grain

ROW_HEIGHT = 26
AXIS_AND_LEGEND = 84  # pixels that are taken from the height of a chart
MULTIPLE_HEIGHT = 120
MEMBERS = alt.Axis(labelLimit=130, labelPadding=8, labelOverlap=False)
EFFECTS = ("up", "down", "c", "d", "rest")  # the fifth colour is slate, for all others together


@lru_cache(maxsize=128)
def over_time(axis: AxisFormat, grain: Grain, rows: int, around_zero: bool) -> Spec:
    """One cell for each member and period, darker for more; running periods are faded."""
    scale = alt.Scale(domainMid=0) if around_zero else alt.Scale()
    legend = alt.Legend(
        title=None,
        orient="top",
        gradientLength=160,
        gradientThickness=10,
        format=axis.format,
        labelExpr=axis.expression,
        tickCount=3,
    )
    y = alt.Y("member:N", sort=None, title=None, axis=MEMBERS)
    cells = alt.Chart(DATA).transform_filter("isValid(datum.value)")
    chart = cells.mark_rect(cornerRadius=2).encode(
        band_axis(grain),
        y,
        alt.Color("value:Q", scale=scale, legend=legend),
        opacity=faded(),
        tooltip=tip(["member", "period", "text", "state"]),
    )
    return compiled(chart, rows * ROW_HEIGHT + AXIS_AND_LEGEND)


@lru_cache(maxsize=64)
def multiple(axis: AxisFormat, grain: Grain) -> Spec:
    """One member over time, on the axis all panels share by unseen marks at its ends."""
    base = alt.Chart(DATA)
    x, y = time_axis(grain), value_axis("value", axis)
    layers = [
        base.transform_filter(f"datum.{part}")
        .mark_line(strokeWidth=2, strokeDash=dash(part != "solid"))
        .encode(x, y)
        for part in ("solid", "lead", "tail")
    ]
    layers.append(
        base.transform_filter("datum.alone").mark_point(filled=True, size=30).encode(x, y)
    )
    layers += [base.mark_point(opacity=0).encode(x, alt.Y(f"{end}:Q")) for end in ("least", "most")]
    return compiled(
        alt.layer(*layers, *hover(base, x, y, ["period", "text", "state"])), MULTIPLE_HEIGHT
    )


@lru_cache(maxsize=32)
def effects(rows: int) -> Spec:
    """What each member added to or took from a change, around zero."""
    base = alt.Chart(DATA)
    y = alt.Y("member:N", sort=None, title=None, axis=MEMBERS)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(EFFECTS)), legend=None)
    bars = base.mark_bar(cornerRadius=2, size=18).encode(
        alt.X("effect:Q", axis=None, scale=alt.Scale(zero=True)),
        y,
        colour,
        tooltip=[
            alt.Tooltip("member:N", title="Part"),
            alt.Tooltip("before:N", title="Before"),
            alt.Tooltip("now:N", title="Now"),
            alt.Tooltip("text:N", title="Contributed"),
        ],
    )
    texts = [
        quiet(base.transform_filter(f"datum.effect {sign} 0"))
        .mark_text(align=align, dx=dx, fontSize=12)
        .encode(alt.X("effect:Q", axis=None), y, SLATE, text="text:N")
        for sign, align, dx in ((">=", "left", 6), ("<", "right", -6))
    ]
    room = [
        base.mark_point(opacity=0).encode(alt.X(f"{end}:Q", axis=None), y)
        for end in ("least", "most")
    ]
    zero = quiet(base).mark_rule(strokeWidth=1, opacity=FADED).encode(SLATE, x=alt.XDatum(0))
    return compiled(layered(bars, *texts, *room, zero), rows * ROW_HEIGHT + 8)
