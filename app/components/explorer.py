"""The pieces of the Explore page: what is picked, its chart, its rows, its statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.chart_data import member_text
from app.components.files import csv_button
from app.components.panels import split_panel, trend_panel
from app.components.url import bound
from app.data import Answer, Run
from app.readings import rows_of
from app.specs import EXPLORE_FIRST
from metrics.format import format_delta, format_value, period_text

TOTAL = "Total"
LINES, BARS = "Lines", "Stacked bars"
MOST_ROWS = 1000
TABLE_HEIGHT = 388


@dataclass(frozen=True)
class Cut:
    """How the picked metric is shown."""

    dimension: str | None
    stacked: bool
    complete_only: bool


def pick_metric(run: Run) -> str:
    """The type-ahead box of all metrics; the URL holds its label."""
    names = {label: name for name, label in sorted(run.labels.items(), key=lambda item: item[1])}
    first = run.labels.get(EXPLORE_FIRST, next(iter(names)))
    label = st.selectbox(
        "Metric",
        list(names),
        label_visibility="collapsed",
        icon=":material/search:",
        width=330,
        **bound("metric", first, names),
    )
    return names[label]


def complete_toggle() -> bool:
    """Whether running periods are left out."""
    return st.toggle("Complete periods only", **bound("complete", False, ("True", "False")))


def cut_controls(run: Run, name: str, complete_only: bool) -> Cut:
    """Break-down, and the form of the chart where two make sense."""
    info = run.catalog.metrics[name]
    dimensions = {
        run.catalog.dimensions[d].label: d for d in info.dimensions if d in run.catalog.dimensions
    }
    choices = [TOTAL, *dimensions]
    by = st.segmented_control(
        "Break down by",
        choices,
        required=True,
        label_visibility="collapsed",
        **bound("by", TOTAL, choices),
    )
    dimension = dimensions.get(by)
    form = LINES
    if dimension and info.additive_over_dimensions:
        form = st.segmented_control(
            "Chart",
            [LINES, BARS],
            required=True,
            label_visibility="collapsed",
            **bound("chart", LINES, (LINES, BARS)),
        )
    return Cut(dimension, form == BARS, complete_only)


def chart(run: Run, answer: Answer | None, name: str, cut: Cut) -> None:
    """The large chart of the page."""
    if cut.dimension is None:
        trend_panel(run, answer, name, charts.WIDE_HEIGHT, level=2, complete_only=cut.complete_only)
        return
    split_panel(
        run,
        answer,
        name,
        cut.dimension,
        charts.WIDE_HEIGHT,
        level=2,
        stacked=cut.stacked,
        complete_only=cut.complete_only,
    )


def values(run: Run, answer: Answer, name: str, cut: Cut) -> None:
    """The numbers behind the chart, newest first."""
    info = run.catalog.metrics[name]
    rows = rows_of(answer, name).sort_values("start", ascending=False, kind="stable")
    if cut.complete_only:
        rows = rows[rows["complete"].astype(bool)]
    shown = rows.head(MOST_ROWS)
    compared = run.asked.comparison is not None
    frame = pd.DataFrame(
        {
            "Period": [
                period_text(pd.Timestamp(day).date(), run.asked.grain) for day in shown["start"]
            ]
        }
    )
    if cut.dimension:
        label = run.catalog.dimensions[cut.dimension].label
        frame[label] = [member_text(member) for member in shown[cut.dimension]]
    frame[info.label] = shown["value"].astype(float).to_numpy()
    if compared:
        frame["Compared with"] = shown["previous_value"].astype(float).to_numpy()
        pairs = zip(shown["change"], shown["growth"], strict=True)
        frame["Change"] = [
            format_delta(change, growth, info.unit, info.display_unit, run.notation)
            for change, growth in pairs
        ]
    frame["Complete"] = shown["complete"].astype(bool).to_numpy()

    def text(value: Any) -> str:
        return format_value(value, info.unit, info.display_unit, "full", run.notation)

    numbers = [info.label, *(["Compared with"] if compared else [])]
    st.dataframe(
        frame.style.format(dict.fromkeys(numbers, text)),
        hide_index=True,
        height=min(TABLE_HEIGHT, 35 * (len(frame) + 1) + 3),
        column_config={"Change": st.column_config.TextColumn(alignment="right")},
        alt=f"{info.label} by period, newest first",
    )
    if len(rows) > len(shown):
        st.markdown(f":small[:gray[The newest {MOST_ROWS} rows of {len(rows)}; the file has all.]]")


def download(run: Run, answer: Answer, name: str) -> None:
    """A file of raw values, written when it is asked for."""
    rows = rows_of(answer, name)
    scope = run.asked
    csv_button(rows, answer.result.stamp, (name,), f"{name}_{scope.start}_{scope.end}")


def statement(answer: Answer | None) -> None:
    """The SQL that was run; rendered only when opened, its highlighter is a large download."""
    if answer is None:
        return
    opened = st.expander("SQL", icon=":material/code:", on_change="rerun")
    if opened.open:
        with opened:
            st.code(answer.result.sql, language="sql", wrap_lines=True)
            st.markdown(
                f":small[:gray[Build {answer.result.stamp.build_id}, {answer.result.stamp.engine}]]"
            )
