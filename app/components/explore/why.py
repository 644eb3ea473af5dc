"""Why did it change? What each member contributed, exactly; computed when it is opened."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.chart_data import member_text
from app.components.explore.choices import Choice
from app.components.files import file_buttons
from app.components.states import remark
from app.components.url import bound
from app.data import Run, Span
from app.text import plain
from metrics import Explanation, MetricInfo
from metrics.errors import QueryError, UnsafeAggregationError
from metrics.format import Style, format_delta, format_value, range_text

TOP = 8
POINTS = {"percentage": (100, "pp"), "score": (1, "pts")}
CAUTION = (
    "Arithmetic, not cause: it says where the change is, not why it happened there. What members "
    "contributed adds up to the change exactly."
)
RATES = (
    "Rate: the member's own ratio moved. Mix: its weight in the whole moved, and its ratio lies "
    "above or below the whole's."
)


def why(run: Run, choice: Choice, span: Span | None) -> None:
    """The section; closed it costs nothing."""
    opened = st.expander(
        "Why did it change?",
        icon=":material/call_split:",
        **bound("why", False, ("True", "False")),
    )
    if not opened.open:
        return
    with opened:
        info = run.catalog.metrics[choice.name]
        if span is None or span.comparison is None:
            remark("Choose what to compare with at the top of the page.")
            return
        by = _dimension(run, info, choice)
        if by is None:
            return
        try:
            told = run.explain(choice.name, by, span, TOP)
        except (QueryError, UnsafeAggregationError) as refusal:
            remark(f"{str(refusal).rstrip('.')}.")
            return
        _headline(run, info, told)
        _chart(run, info, told)
        _table(run, info, told)
        names = (choice.name,)
        file_buttons(
            told.frame, told.stamp, names, f"{choice.name}_by_{by}_{told.start}_{told.end}"
        )
        remark(f"{CAUTION} {RATES}" if told.form == "quotient" else CAUTION)


def _dimension(run: Run, info: MetricInfo, choice: Choice) -> str | None:
    """By which dimension: the page's, else the first that has exact parts."""
    known = {
        run.catalog.dimensions[d].label: d
        for d in info.explained_by
        if d in run.catalog.dimensions and len(run.asked.filters.get(d, ())) != 1
    }
    if not info.answerable or not known:
        remark(f"{_why_not(info)}.")
        return None
    own = next((label for label, d in known.items() if d == choice.dimension), None)
    label = st.segmented_control(
        "By",
        list(known),
        required=True,
        label_visibility="collapsed",
        **bound("why_by", own or next(iter(known)), known),
    )
    if choice.dimension and own is None:
        named = run.catalog.dimensions[choice.dimension].label
        if choice.dimension in info.explained_by:
            remark(f"{named} is filtered to one member, which is all of the change.")
        else:
            remark(f"What {named.lower()} contributed has no exact parts for this metric.")
    return known[label]


def _why_not(info: MetricInfo) -> str:
    if not info.answerable:
        return "It has no number yet"
    if not info.dimensions:
        return "It is one number for the whole company, so there are no members to tell apart"
    return (
        "Its change has no exact parts: it counts things once that stand under several members, or "
        "is a median, a blend or a product. Look at the metrics it is made of"
    )


def _headline(run: Run, info: MetricInfo, told: Explanation) -> None:
    now, before = _text(run, info, told.value), _text(run, info, told.previous_value)
    change = _signed(run, info, told, told.change, "card")
    if not math.isnan(told.growth) and info.unit not in ("percentage", "score", "ratio"):
        grown = format_delta(told.change, told.growth, info.unit, info.display_unit, run.notation)
        change = f"{change}, {grown}"
    days = range_text(told.start, told.end)
    earlier = range_text(told.previous_start, told.previous_end)
    st.markdown(f"**{plain(before)} → {plain(now)}** ({plain(change)}), {days} against {earlier}")


def _name(row: dict[str, Any]) -> str:
    return f"All others ({row['members']})" if row["is_other"] else member_text(row["member"])


def _chart(run: Run, info: MetricInfo, told: Explanation) -> None:
    rows = _records(told)
    frame = pd.DataFrame(
        {
            "member": [_name(row) for row in rows],
            "effect": [float(row["effect"]) for row in rows],
            "kind": [_kind(row) for row in rows],
            "text": [_signed(run, info, told, row["effect"], "card") for row in rows],
            "before": [_text(run, info, row["previous_value"]) for row in rows],
            "now": [_text(run, info, row["value"]) for row in rows],
            **_room([float(row["effect"]) for row in rows]),
        }
    )
    largest = f"{frame['member'].iloc[0]} {frame['text'].iloc[0]}"
    st.vega_lite_chart(frame, charts.effects(len(frame)), alt=f"Largest contribution: {largest}.")


def _room(effects: list[float]) -> dict[str, float]:
    """Where the axis ends, so that the text at the end of the longest bar has room."""
    least, most = min(0.0, *effects), max(0.0, *effects)
    text = (most - least) * 0.25
    return {"least": least - text if least < 0 else 0.0, "most": most + text if most > 0 else 0.0}


def _records(told: Explanation) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()} for row in told.frame.to_dict("records")
    ]


def _kind(row: dict[str, Any]) -> str:
    if row["is_other"]:
        return "rest"
    return "up" if row["effect"] >= 0 else "down"


def _table(run: Run, info: MetricInfo, told: Explanation) -> None:
    ratio = told.form == "quotient"
    lines = []
    for row in _records(told):
        line = {
            run.catalog.dimensions[told.by].label: _name(row),
            "Before": _text(run, info, row["previous_value"]),
            "Now": _text(run, info, row["value"]),
            "Contributed": _signed(run, info, told, row["effect"]),
        }
        if ratio:
            line["From its rate"] = _signed(run, info, told, row["rate_effect"])
            line["From the mix"] = _signed(run, info, told, row["mix_effect"])
        line["Of the change"] = format_value(row["share"], "percentage")
        line["Note"] = "new" if row["came"] else "gone" if row["left"] else ""
        lines.append(line)
    total = dict.fromkeys(lines[0], "")
    total |= {
        run.catalog.dimensions[told.by].label: "Total",
        "Before": _text(run, info, told.previous_value),
        "Now": _text(run, info, told.value),
        "Contributed": _signed(run, info, told, told.change),
        "Of the change": format_value(1.0 if told.change else None, "percentage"),
    }
    frame = pd.DataFrame([*lines, total])
    shown = frame if frame["Note"].any() else frame.drop(columns="Note")
    right: Any = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_config=dict.fromkeys((str(one) for one in list(shown)[1:] if one != "Note"), right),
        alt=f"What each member contributed to the change of {info.label}",
    )


def _text(run: Run, info: MetricInfo, value: float) -> str:
    return format_value(value, info.unit, info.display_unit, "full", run.notation)


def _signed(
    run: Run, info: MetricInfo, told: Explanation, value: float, style: Style = "full"
) -> str:
    """A contribution with its sign; some units move by points, with the digits they need."""
    if info.unit in POINTS:
        factor, suffix = POINTS[info.unit]
        largest = float(told.frame["effect"].abs().max()) * factor
        places = 1 if largest >= 10 else 2 if largest >= 0.1 else 3
        text = f"{run.notation.digits(value * factor, places)} {suffix}"
    else:
        text = format_value(value, info.unit, info.display_unit, style, run.notation)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text
