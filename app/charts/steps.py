"""Bars that begin where the last one ended: from an opening to a closing stock."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from app.charts.marks import DATA, SLATE, Spec, compiled, layered, quiet, tip, value_axis
from metrics.format import AxisFormat

GAIN, LOSS, STOCK = "gain", "loss", "stock"
# Slots of the palette: the first, the second, and slate for what stands at either end.
# On a phone a bar is narrow: its name is cut rather than left out.
NAMES = alt.Axis(
    labelAngle=0,
    labelOverlap=False,
    labelFlush=False,
    labelLimit=alt.ExprRef("max(24, bandwidth('x') * 1.15)"),
)
COUNTS = AxisFormat(",f", "datum.label")
SLOTS = (GAIN, LOSS, "c", "d", STOCK)


@lru_cache(maxsize=64)
def waterfall(axis: AxisFormat, height: int) -> Spec:
    """One bar per step, its value above it."""
    base = alt.Chart(DATA)
    x = alt.X("member:N", sort=None, title=None, axis=NAMES)
    bars = base.mark_bar(cornerRadius=2).encode(
        x,
        value_axis("low", axis),
        alt.Y2("high:Q"),
        alt.Color("kind:N", scale=alt.Scale(domain=list(SLOTS)), legend=None),
        tooltip=tip(["member", "text"]),
    )
    texts = (
        quiet(base)
        .mark_text(dy=-8, fontSize=12)
        .encode(x, alt.Y("top:Q"), SLATE, text=alt.Text("text:N"))
    )
    return compiled(layered(bars, texts), height)


@lru_cache(maxsize=16)
def bands(height: int, axis: AxisFormat = COUNTS) -> Spec:
    """How many members are in each band, in the bands' own order; `band` has a line per `|`."""
    base = alt.Chart(DATA)
    lines = alt.Axis(labelAngle=0, labelExpr="split(datum.value, '|')", labelOverlap=False)
    x = alt.X("band:N", sort=None, title=None, axis=lines)
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x,
        value_axis("value", axis, zero=True),
        tooltip=tip(["member", "text"]),
    )
    texts = (
        quiet(base)
        .mark_text(dy=-8, fontSize=12)
        .encode(x, alt.Y("value:Q"), SLATE, text=alt.Text("text:N"))
    )
    return compiled(layered(bars, texts), height)
