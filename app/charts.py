"""Chart shapes: authored in Altair, compiled once per shape to a Vega-Lite dict.

A shape depends on a unit, a grain and a size, never on data, so a page run costs a dictionary
lookup per chart. No colour stands here: marks take slots of the theme's category palette, so
charts follow the reader's light or dark mode in the browser.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt

from app.specs import MOVEMENT, MOVEMENT_COLOURS
from metrics.format import AxisFormat
from metrics.periods import Grain

Spec = dict[str, Any]

CARD_HEIGHT = 230
WIDE_HEIGHT = 330
MAX_LINES = 5
MAX_BARS = 8
MAX_STACK = 8  # as many as the palette has colours
FADED = 0.45
SLATE = alt.Color(
    "slot:N", scale=alt.Scale(domain=["a", "b", "c", "d", "slate"]), legend=None
)  # for what is not the subject: comparison, rules, value labels
DAY_TICKS = {
    Grain.DAY: "%-d %b",
    Grain.WEEK: "%-d %b",
    Grain.MONTH: "%b %y",
    Grain.QUARTER: "Q%q %y",
    Grain.YEAR: "%Y",
}
# Ticks stand where a period begins, or the same month would be named twice.
MONTHS_APART = {
    Grain.MONTH: alt.TimeIntervalStep(interval="month", step=1),
    Grain.QUARTER: alt.TimeIntervalStep(interval="month", step=3),
    Grain.YEAR: alt.TimeIntervalStep(interval="year", step=1),
}
DATA = alt.NamedData("rows")
TIP_TITLES = {
    "member": "Part",
    "period": "Period",
    "text": "Value",
    "earlier": "Compared with",
    "state": "State",
}


@lru_cache(maxsize=128)
def trend(axis: AxisFormat, grain: Grain, height: int, compared: bool) -> Spec:
    """One metric over time: solid while complete, dashed to a hollow point while running."""
    base = alt.Chart(DATA)
    x, y = _time_axis(grain), _value_axis("value", axis)
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
        layers.insert(0, _quiet(line).encode(x, earlier, SLATE))
    fields = ["period", "text", *(["earlier"] if compared else []), "state"]
    layers += _hover(base, x, y, fields)
    return _compiled(alt.layer(*layers), height)


@lru_cache(maxsize=128)
def lines(axis: AxisFormat, grain: Grain, height: int, members: tuple[str, ...]) -> Spec:
    """One line per member with its name at the end instead of a legend."""
    base = alt.Chart(DATA)
    x, y = _time_axis(grain), _value_axis("value", axis)
    colour = _member_colour(members)
    layers = [
        base.transform_filter(f"datum.{part}")
        .mark_line(strokeWidth=2, strokeDash=_dash(part != "solid"))
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
    layers += _hover(base, x, y, ["member", "period", "text", "state"], nearest_y=True)
    return _compiled(_layered(*layers), height, padding_right=86)


@lru_cache(maxsize=64)
def stacked(axis: AxisFormat, grain: Grain, height: int, members: tuple[str, ...]) -> Spec:
    """Stacked bars of members that may be added up; the running period is faded."""
    chart = alt.Chart(DATA).mark_bar()
    return _compiled(
        chart.encode(
            _band_axis(grain),
            _value_axis("value", axis, zero=True),
            _member_colour(members, legend=_top_legend(list(members))),
            alt.Order("slot:Q"),
            opacity=_faded(),
            tooltip=_tip(["member", "period", "text", "state"]),
        ),
        height,
    )


@lru_cache(maxsize=64)
def movement(axis: AxisFormat, grain: Grain, height: int) -> Spec:
    """What came in above zero and what went out below it."""
    legend = _top_legend([part.label for part in MOVEMENT])
    base = alt.Chart(DATA).transform_calculate(drawn="datum.down ? -datum.value : datum.value")
    bars = base.mark_bar().encode(
        _band_axis(grain),
        _value_axis("drawn", axis, zero=True),
        _member_colour(MOVEMENT_COLOURS, legend=legend),
        alt.Order("slot:Q"),
        opacity=_faded(),
        tooltip=_tip(["member", "period", "text", "state"]),
    )
    zero = _quiet(alt.Chart(DATA)).mark_rule(strokeWidth=1, opacity=FADED)
    return _compiled(_layered(bars, zero.encode(SLATE, y=alt.YDatum(0))), height)


@lru_cache(maxsize=64)
def ranked(height: int) -> Spec:
    """Members from large to small, each bar with its value."""
    base = alt.Chart(DATA)
    y = alt.Y("member:N", sort=None, title=None, axis=alt.Axis(labelLimit=110, labelPadding=8))
    bars = base.mark_bar(cornerRadiusEnd=2, size=24).encode(
        alt.X("value:Q", axis=None, scale=alt.Scale(zero=True)),
        y,
        opacity=_faded(),
        tooltip=_tip(["member", "text", "state"]),
    )
    ends = _quiet(base).transform_calculate(edge="max(0, datum.value)")
    texts = ends.mark_text(align="left", dx=6, fontSize=12).encode(
        alt.X("edge:Q", axis=None), y, SLATE, text="text:N"
    )
    # An unseen mark a little beyond the longest bar keeps room for its text.
    room = (
        ends.transform_calculate(room="datum.edge * 1.28")
        .mark_point(opacity=0)
        .encode(alt.X("room:Q", axis=None), y)
    )
    return _compiled(alt.layer(bars, texts, room), height)


def shapes() -> list[Spec]:
    """One of every shape, for the test that validates them against the schema."""
    axis = AxisFormat("~s", "datum.label")
    made = [trend(axis, grain, CARD_HEIGHT, True) for grain in Grain]
    made.append(trend(axis, Grain.DAY, WIDE_HEIGHT, False))
    made.append(lines(axis, Grain.MONTH, WIDE_HEIGHT, ("a", "b")))
    made.append(stacked(axis, Grain.MONTH, WIDE_HEIGHT, ("a", "b")))
    return [*made, movement(axis, Grain.MONTH, CARD_HEIGHT), ranked(CARD_HEIGHT)]


def _trend_line(base: Any, part: str, x: Any, y: Any, dashed: bool = False) -> Any:
    line = base.transform_filter(f"datum.{part}").mark_line(
        strokeWidth=2.25, strokeDash=_dash(dashed)
    )
    return line.encode(x, y)


def _dash(dashed: bool) -> Any:
    return [3, 3] if dashed else alt.Undefined


def _time_axis(grain: Grain) -> Any:
    axis = alt.Axis(
        format=DAY_TICKS[grain],
        tickCount=MONTHS_APART.get(grain, 5),
        grid=False,
        labelFlush=True,
        labelOverlap="parity",
        labelSeparation=24,
    )
    return alt.X("x:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def _band_axis(grain: Grain) -> Any:
    axis = alt.Axis(
        labelAngle=0,
        labelExpr=f"utcFormat(toDate(datum.value), '{DAY_TICKS[grain]}')",
        labelFlush=False,
    )
    return alt.X("x:O", title=None, axis=axis)


def _value_axis(field: str, axis: AxisFormat, zero: bool = False) -> Any:
    ticks = alt.Axis(format=axis.format, labelExpr=axis.expression, tickCount=5)
    return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(zero=zero, nice=True), axis=ticks)


def _layered(*layers: Any) -> Any:
    """Layers whose colours mean different things, each with its own scale."""
    return alt.layer(*layers).resolve_scale(color="independent")


def _quiet(chart: Any) -> Any:
    """A chart whose marks can take the palette's fifth slot, slate, which no series uses first."""
    return chart.transform_calculate(slot="'slate'")


def _member_colour(members: tuple[str, ...], legend: Any = None) -> Any:
    return alt.Color("member:N", scale=alt.Scale(domain=list(members)), legend=legend)


def _top_legend(names: list[str]) -> Any:
    """A legend above the plot that takes two lines on a phone."""
    return alt.Legend(
        title=None,
        orient="top",
        symbolType="square",
        values=names,
        columns=alt.ExprRef("width < 380 ? 3 : 8"),
    )


def _faded() -> Any:
    return alt.condition("datum.complete", alt.value(1), alt.value(FADED))


def _tip(fields: list[str]) -> list[Any]:
    return [alt.Tooltip(f"{name}:N", title=TIP_TITLES[name]) for name in fields]


def _hover(base: Any, x: Any, y: Any, fields: list[str], nearest_y: bool = False) -> list[Any]:
    """The nearest point answers the pointer with one tooltip and a thin rule."""
    near = alt.selection_point(
        name="hover",
        nearest=True,
        on="pointerover",
        clear="pointerout",
        encodings=["x", "y"] if nearest_y else ["x"],
        empty=False,
    )
    shown = base.transform_filter("isValid(datum.value)")
    points = (
        shown.mark_point(size=80, opacity=0).encode(x, y, tooltip=_tip(fields)).add_params(near)
    )
    rule = _quiet(shown.mark_rule(strokeWidth=1)).encode(
        x, SLATE, opacity=alt.condition(near, alt.value(FADED), alt.value(0))
    )
    return [rule, points]


def _compiled(chart: Any, height: int, padding_right: int = 0) -> Spec:
    """The chart as a plain dict without data, config and schema: the theme adds its own."""
    spec: Spec = chart.properties(height=height).to_dict(validate=False)
    for key in ("data", "datasets", "config", "$schema"):
        spec.pop(key, None)
    if padding_right:
        spec["padding"] = {"left": 0, "top": 4, "right": padding_right, "bottom": 0}
    return spec
