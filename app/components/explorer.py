"""The pieces of the Explore page: what is picked, its chart, its rows, its statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.chart_data import member_text
from app.components.filters import QUERY
from app.components.panels import split_panel, trend_panel
from app.data import Run
from app.export import CSV_MIME, to_csv
from app.readings import rows_of
from app.specs import OVERVIEW
from metrics import Result
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
    options = list(names)
    first = run.labels.get(OVERVIEW[0].metrics[0])
    label = st.selectbox(
        "Metric",
        options,
        index=options.index(first) if first in options else 0,
        key="metric",
        bind=QUERY,
        label_visibility="collapsed",
        icon=":material/search:",
        width=330,
    )
    return names[label]


def cut_controls(run: Run, name: str) -> Cut:
    """Break-down, chart form where two make sense, and whether running periods are shown."""
    info = run.catalog.metrics[name]
    dimensions = {
        run.catalog.dimensions[d].label: d for d in info.dimensions if d in run.catalog.dimensions
    }
    by = st.segmented_control(
        "Break down by",
        [TOTAL, *dimensions],
        default=TOTAL,
        required=True,
        key="by",
        bind=QUERY,
        label_visibility="collapsed",
    )
    dimension = dimensions.get(by or TOTAL)
    form = LINES
    if dimension and info.additive_over_dimensions:
        form = st.segmented_control(
            "Chart",
            [LINES, BARS],
            default=LINES,
            required=True,
            key="chart",
            bind=QUERY,
            label_visibility="collapsed",
        )
    complete = st.toggle("Complete periods only", key="complete", bind=QUERY)
    return Cut(dimension, form == BARS, complete)


def chart(run: Run, result: Result | None, name: str, cut: Cut) -> None:
    """The large chart of the page."""
    if cut.dimension is None:
        trend_panel(run, result, name, charts.WIDE_HEIGHT, level=2, complete_only=cut.complete_only)
        return
    split_panel(
        run,
        result,
        name,
        cut.dimension,
        charts.WIDE_HEIGHT,
        level=2,
        stacked=cut.stacked,
        complete_only=cut.complete_only,
    )


def values(run: Run, result: Result, name: str, cut: Cut) -> None:
    """The numbers behind the chart, newest first."""
    info = run.catalog.metrics[name]
    rows = rows_of(result, name).sort_values("start", ascending=False, kind="stable")
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


def download(run: Run, result: Result, name: str) -> None:
    """A file of raw values, written when it is asked for."""
    rows = rows_of(result, name)
    stamp = result.stamp
    trailing = [
        ("build_id", stamp.build_id),
        ("data_to", str(stamp.as_of.get(name, ""))),
        ("definition", f"{name}@{stamp.definitions.get(name, '')}"),
        ("source", stamp.source),
    ]
    scope = run.asked
    st.download_button(
        "CSV",
        data=lambda: to_csv(rows, trailing),
        file_name=f"{name}_{scope.start}_{scope.end}.csv",
        mime=CSV_MIME,
        icon=":material/download:",
        on_click="ignore",
    )


def statement(result: Result | None) -> None:
    """The SQL that was run; rendered only when opened, its highlighter is a large download."""
    if result is None:
        return
    opened = st.expander("SQL", icon=":material/code:", on_change="rerun")
    if opened.open:
        with opened:
            st.code(result.sql, language="sql", wrap_lines=True)
            st.markdown(f":small[:gray[Build {result.stamp.build_id}, {result.stamp.engine}]]")
