"""Bordered chart panels: title, chart, and a word on what is not drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from app import chart_data, charts
from app.components.states import nothing_here
from app.components.status import filters_text
from app.data import Answer, Run
from app.readings import blocked_text, no_value_text, rows_of, waiting_text
from app.specs import MOVEMENT, MOVEMENT_TITLE
from app.text import plain
from metrics import MetricInfo
from metrics.format import axis_format, period_text


@contextmanager
def panel(title: str, level: int = 3) -> Iterator[None]:
    """A bordered panel with a heading; level 2 where no section heading stands above it."""
    with st.container(border=True):
        (st.header if level == 2 else st.subheader)(title, anchor=False)
        yield


def trend_panel(
    run: Run,
    answer: Answer | None,
    name: str,
    height: int = charts.CARD_HEIGHT,
    level: int = 3,
    complete_only: bool = False,
) -> None:
    """One metric over time against the compared period."""
    info = run.catalog.metrics[name]
    with panel(info.label, level):
        if _explained(run, name):
            return
        rows = _drawn_rows(answer, name, complete_only)
        if not _has_values(rows):
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        grain = run.asked.grain
        frame = chart_data.over_time(rows, info, grain, run.notation)
        compared = run.asked.comparison is not None and bool(frame["previous"].notna().any())
        spec = charts.trend(_axis(run, info, frame[["value", "previous"]]), grain, height, compared)
        _draw(frame, spec, chart_data.takeaway(frame, info.label))


def split_panel(
    run: Run,
    answer: Answer | None,
    name: str,
    dimension: str,
    height: int = charts.CARD_HEIGHT,
    level: int = 3,
    stacked: bool = False,
    complete_only: bool = False,
) -> None:
    """One metric over time, a line or a part of a bar per member."""
    info = run.catalog.metrics[name]
    label = run.catalog.dimensions[dimension].label
    with panel(f"{info.label} by {label.lower()}", level):
        if _explained(run, name):
            return
        rows = _drawn_rows(answer, name, complete_only)
        if not _has_values(rows):
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        grain = run.asked.grain
        most = charts.MAX_STACK if stacked else charts.MAX_LINES
        frame, members, known = chart_data.by_member(
            rows, dimension, info, grain, run.notation, most
        )
        axis = _axis(run, info, frame[["value"]])
        if stacked:
            frame, spec = chart_data.for_bands(frame), charts.stacked(axis, grain, height, members)
        else:
            frame = chart_data.with_labels(frame, height)
            spec = charts.lines(axis, grain, height, members)
        _draw(frame, spec, f"{info.label} by {label.lower()}: {', '.join(members)}.")
        _left_out(len(members), known, "; the rest is not in the bars" if stacked else "")


def movement_panel(run: Run, answer: Answer | None, height: int = charts.CARD_HEIGHT) -> None:
    """What was won and lost per period, gains above zero and losses below."""
    parts = [part for part in MOVEMENT if run.info(part.metric)]
    with panel(MOVEMENT_TITLE):
        if not parts or _explained(run, parts[0].metric):
            return
        answers = [
            (part, run.catalog.metrics[part.metric], rows_of(answer, part.metric)) for part in parts
        ]
        frame = chart_data.movement(answers, run.asked.grain, run.notation)
        if frame.empty or frame["value"].isna().all():
            nothing_here(no_value_text(run, answers[0][1]), filters_text(run))
            return
        axis = _axis(run, answers[0][1], frame[["value"]])
        spec = charts.movement(axis, run.asked.grain, height)
        _draw(frame, spec, f"{MOVEMENT_TITLE}: new, reactivation, expansion, contraction, churn.")


def ranking_panel(
    run: Run, answer: Answer | None, name: str, dimension: str, level: int = 3
) -> None:
    """Members of the last period from large to small."""
    info = run.catalog.metrics[name]
    rows = rows_of(answer, name)
    label = run.catalog.dimensions[dimension].label
    with panel(f"By {label.lower()}{_last_period(run, rows)}", level):
        if _explained(run, name):
            return
        frame = chart_data.ranking(rows, dimension, info, run.notation) if len(rows) else rows
        if frame.empty:
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        known, frame = len(frame), frame.head(charts.MAX_BARS)
        largest = f"{frame['member'].iloc[0]} {frame['text'].iloc[0]}"
        _draw(frame, charts.ranked(charts.CARD_HEIGHT), f"{label}: largest is {largest}.")
        _left_out(len(frame), known)


def _last_period(run: Run, rows: pd.DataFrame) -> str:
    """Name of the newest period in the rows, and how much of it has passed."""
    point = chart_data.last_period(rows)
    if point is None:
        return ""
    name = period_text(point.start, run.asked.grain).replace("Week", "week")
    return f", {name}" if point.complete else f", {name} ({chart_data.state_text(point)})"


def _draw(frame: pd.DataFrame, spec: charts.Spec, alt: str) -> None:
    st.vega_lite_chart(frame, spec, alt=alt)


def _axis(run: Run, info: MetricInfo, values: pd.DataFrame) -> Any:
    largest = values.abs().max().max()
    return axis_format(info.unit, info.display_unit, float(largest), run.notation)


def _drawn_rows(answer: Answer | None, name: str, complete_only: bool) -> pd.DataFrame:
    rows = rows_of(answer, name)
    return rows[rows["complete"].astype(bool)] if complete_only and len(rows) else rows


def _has_values(rows: pd.DataFrame) -> bool:
    return len(rows) > 0 and bool(rows["value"].notna().any())


def _explained(run: Run, name: str) -> bool:
    """Say why a metric has no chart; False when it has one."""
    info = run.catalog.metrics[name]
    blocked = run.blocked_by(name)
    if info.answerable and not blocked:
        return False
    reason = blocked_text(run, blocked) if blocked else waiting_text(info)
    st.markdown(f":small[:gray[{plain(reason.capitalize())}.]]")
    return True


def _left_out(shown: int, known: int, consequence: str = "") -> None:
    if known > shown:
        st.markdown(f":small[:gray[The {shown} largest of {known} are shown{consequence}.]]")
