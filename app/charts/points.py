"""Points: members by two metrics, members at their place, and a curve over ages."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from app.charts.marks import DATA, Spec, compiled, tip
from metrics.format import AxisFormat

SMALLEST, LARGEST = 20, 420
LARGEST_PLACE = 160


def _axis(axis: AxisFormat, title: str) -> alt.Axis:
    return alt.Axis(format=axis.format, labelExpr=axis.expression, tickCount=5, title=title)


@lru_cache(maxsize=32)
def scatter(x: AxisFormat, y: AxisFormat, titles: tuple[str, str, str], height: int) -> Spec:
    """Members by two metrics, as large as a third; a click names one."""
    free = alt.Scale(zero=False, nice=True)
    words = dict(zip(("text_x", "text_y", "text_size"), titles, strict=True))
    chart = (
        alt.Chart(DATA)
        .mark_circle(opacity=0.55)
        .encode(
            alt.X("x:Q", scale=free, axis=_axis(x, titles[0])),
            alt.Y("y:Q", scale=free, axis=_axis(y, titles[1])),
            size=alt.Size("size:Q", scale=alt.Scale(range=[SMALLEST, LARGEST]), legend=None),
            tooltip=[*tip(["member"]), *tip(["text_y", "text_x", "text_size"], words)],
        )
        .add_params(
            alt.selection_point(name="picked", fields=["key"], on="click", clear="dblclick")
        )
    )
    return compiled(chart, height)


@lru_cache(maxsize=16)
def places(titles: tuple[str, str], height: int) -> Spec:
    """Members at their place on a plain grid of degrees: no map has to be fetched."""
    words = dict(zip(("text_size", "text_shade"), titles, strict=True))
    degrees = "format(abs(datum.value), '.0f') + '°' + "
    chart = (
        alt.Chart(DATA)
        .mark_circle()
        .encode(
            alt.X(
                "longitude:Q",
                title=None,
                scale=alt.Scale(zero=False, padding=12),
                axis=alt.Axis(labelExpr=degrees + "(datum.value < 0 ? 'W' : 'E')", tickCount=6),
            ),
            alt.Y(
                "latitude:Q",
                title=None,
                scale=alt.Scale(zero=False, padding=12),
                axis=alt.Axis(labelExpr=degrees + "(datum.value < 0 ? 'S' : 'N')", tickCount=5),
            ),
            alt.Color("shade:N", scale=alt.Scale(domain=["fine", "watch"]), legend=None),
            size=alt.Size("size:Q", scale=alt.Scale(range=[SMALLEST, LARGEST_PLACE]), legend=None),
            opacity=alt.condition("datum.shade == 'watch'", alt.value(0.85), alt.value(0.35)),
            tooltip=[*tip(["member"]), *tip(list(words), words)],
        )
    )
    return compiled(chart, height)


@lru_cache(maxsize=32)
def curve(axis: AxisFormat, title: str, height: int) -> Spec:
    """One value per age."""
    base = alt.Chart(DATA)
    x = alt.X("age:Q", axis=alt.Axis(title=title, tickMinStep=1, grid=False))
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=True),
        axis=alt.Axis(format=axis.format, labelExpr=axis.expression, tickCount=5),
    )
    line = base.mark_line(strokeWidth=2.25).encode(x, y)
    points = base.mark_point(filled=True, size=40).encode(
        x, y, tooltip=[alt.Tooltip("across:N", title=title), *tip(["text", "state"])]
    )
    return compiled(alt.layer(line, points), height)
