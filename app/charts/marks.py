"""What all charts are made of: axes, colours by slot, tooltips, and the compiled form.

No colour stands here: marks take slots of the theme's category palette, so charts follow the
reader's light or dark mode in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

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


def dash(dashed: bool) -> Any:
    return [3, 3] if dashed else alt.Undefined


def time_axis(grain: Grain) -> Any:
    axis = alt.Axis(
        format=DAY_TICKS[grain],
        tickCount=MONTHS_APART.get(grain, 5),
        grid=False,
        labelFlush=True,
        labelOverlap="parity",
        labelSeparation=24,
    )
    return alt.X("x:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def band_axis(grain: Grain) -> Any:
    axis = alt.Axis(
        labelAngle=0,
        labelExpr=f"utcFormat(toDate(datum.value), '{DAY_TICKS[grain]}')",
        labelFlush=False,
    )
    return alt.X("x:O", title=None, axis=axis)


def value_axis(field: str, axis: AxisFormat, zero: bool = False) -> Any:
    ticks = alt.Axis(format=axis.format, labelExpr=axis.expression, tickCount=5)
    return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(zero=zero, nice=True), axis=ticks)


def layered(*layers: Any) -> Any:
    """Layers whose colours mean different things, each with its own scale."""
    return alt.layer(*layers).resolve_scale(color="independent")


def quiet(chart: Any) -> Any:
    """A chart whose marks can take the palette's fifth slot, slate, which no series uses first."""
    return chart.transform_calculate(slot="'slate'")


def member_colour(members: tuple[str, ...], legend: Any = None) -> Any:
    return alt.Color("member:N", scale=alt.Scale(domain=list(members)), legend=legend)


def top_legend(names: list[str]) -> Any:
    """A legend above the plot that takes two lines on a phone."""
    return alt.Legend(
        title=None,
        orient="top",
        symbolType="square",
        values=names,
        labelLimit=alt.ExprRef("max(60, width / 3 - 26)"),
        columns=alt.ExprRef("width < 380 ? 3 : width < 640 ? 5 : 8"),
    )


def faded() -> Any:
    return alt.condition("datum.complete", alt.value(1), alt.value(FADED))


def tip(fields: list[str], titles: Mapping[str, str] = TIP_TITLES) -> list[Any]:
    return [alt.Tooltip(f"{name}:N", title=titles[name]) for name in fields]


def hover(base: Any, x: Any, y: Any, fields: list[str], nearest_y: bool = False) -> list[Any]:
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
    points = shown.mark_point(size=80, opacity=0).encode(x, y, tooltip=tip(fields)).add_params(near)
    rule = quiet(shown.mark_rule(strokeWidth=1)).encode(
        x, SLATE, opacity=alt.condition(near, alt.value(FADED), alt.value(0))
    )
    return [rule, points]


def pickable(spec: Spec) -> Spec:
    """The same chart with a click that names the nearest period, as the parameter `pick`."""
    select = {
        "type": "point",
        "on": "click",
        "clear": "dblclick",
        "toggle": False,
        "encodings": ["x"],
    }
    params = spec.get("params", [])
    hover = next((one for one in params if one["name"] == "hover"), None)
    pick = {"name": "pick", "select": select}
    if hover is not None:  # where a pointer finds the nearest point, a click finds it, too
        pick = {**hover, "name": "pick", "select": {**select, "nearest": True}}
    return {**spec, "params": [*params, pick]}


def compiled(chart: Any, height: int, padding_right: int = 0) -> Spec:
    """The chart as a plain dict without data, config and schema: the theme adds its own."""
    spec: Spec = chart.properties(height=height).to_dict(validate=False)
    for key in ("data", "datasets", "config", "$schema"):
        spec.pop(key, None)
    if padding_right:
        spec["padding"] = {"left": 0, "top": 4, "right": padding_right, "bottom": 0}
    return spec
