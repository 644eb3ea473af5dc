"""One metric or a few members over time, as lines or stacked bars."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt

from app.charts.marks import (
    DATA,
    SLATE,
    Spec,
    band_axis,
    compiled,
    dash,
    faded,
    hover,
    layered,
    member_colour,
    quiet,
    time_axis,
    tip,
    top_legend,
    value_axis,
)
from metrics.format import AxisFormat
from metrics.periods import Grain


@lru_cache(maxsize=128)
def trend(axis: AxisFormat, grain: Grain, height: int, compared: bool) -> Spec:
    """One metric over time: solid while complete, dashed to a hollow point while running."""
    base = alt.Chart(DATA)
    x, y = time_axis(grain), value_axis("value", axis)
    layers = [_trend_line(base, "solid", x, y)]
    layers += [_trend_line(base, edge, x, y, dashed=True) for edge in ("lead", "tail")]
    layers.append(
        base.transform_filter("datum.alone").mark_point(filled=True, size=30).encode(x, y)
    )
    layers.append(
        base.transform_filter("datum.running && isValid(datum.value)")
        .mark_point(filled=False, size=45, strokeWidth=1.5)
        .encode(x, y)
    )
    if compared:
        earlier = alt.Y("previous:Q")
        line = base.transform_filter("isValid(datum.previous)").mark_line(
            strokeWidth=1.5, opacity=0.6
        )
        layers.insert(0, quiet(line).encode(x, earlier, SLATE))
    fields = ["period", "text", *(["earlier"] if compared else []), "state"]
    layers += hover(base, x, y, fields)
    return compiled(alt.layer(*layers), height)


@lru_cache(maxsize=128)
def lines(axis: AxisFormat, grain: Grain, height: int, members: tuple[str, ...]) -> Spec:
    """One line per member with its name at the end instead of a legend."""
    base = alt.Chart(DATA)
    x, y = time_axis(grain), value_axis("value", axis)
    colour = member_colour(members)
    layers = [
        base.transform_filter(f"datum.{part}")
        .mark_line(strokeWidth=2, strokeDash=dash(part != "solid"))
        .encode(x, y, colour)
        for part in ("solid", "lead", "tail")
    ]
    layers.append(
        base.transform_filter("datum.alone").mark_point(filled=True, size=30).encode(x, y, colour)
    )
    labels = base.transform_filter("isValid(datum.label_y)").mark_text(
        align="left", dx=8, fontWeight=600, fontSize=12, limit=110
    )
    layers.append(labels.encode(x, alt.Y("label_y:Q"), colour, text="member:N"))
    layers += hover(base, x, y, ["member", "period", "text", "state"], nearest_y=True)
    return compiled(layered(*layers), height, padding_right=86)


@lru_cache(maxsize=64)
def stacked(axis: AxisFormat, grain: Grain, height: int, members: tuple[str, ...]) -> Spec:
    """Stacked bars of members that may be added up; the running period is faded."""
    chart = alt.Chart(DATA).mark_bar()
    return compiled(
        chart.encode(
            band_axis(grain),
            value_axis("value", axis, zero=True),
            member_colour(members, legend=top_legend(list(members))),
            alt.Order("slot:Q"),
            opacity=faded(),
            tooltip=tip(["member", "period", "text", "state"]),
        ),
        height,
    )


def _trend_line(base: Any, part: str, x: Any, y: Any, dashed: bool = False) -> Any:
    line = base.transform_filter(f"datum.{part}").mark_line(
        strokeWidth=2.25, strokeDash=dash(dashed)
    )
    return line.encode(x, y)
