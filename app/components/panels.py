"""Bordered chart panels: title, chart, and a word on what is not drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from app import chart_data, charts
from app.components.states import nothing_here, remark
from app.components.status import filters_text
from app.data import Answer, Run
from app.readings import blocked_text, no_value_text, rows_of, waiting_text
from app.specs import Part
from app.text import plain
from metrics import MetricInfo
from metrics.format import axis_format, period_text


@contextmanager
def panel(title: str, level: int = 3) -> Iterator[None]:
    """A bordered panel with a heading; level 2 where no section heading stands above it."""
    with st.container(border=True, height="stretch"):
        (st.header if level == 2 else st.subheader)(title, anchor=False)
        yield


def trend_panel(
    run: Run,
    answer: Answer | None,
    name: str,
    height: int = charts.CARD_HEIGHT,
    level: int = 3,
    complete_only: bool = False,
    note: str = "",
) -> None:
    """One metric over time against the compared period."""
    info = run.catalog.metrics[name]
    with panel(info.label, level):
        if explained(run, name):
            return
        rows = _drawn_rows(answer, name, complete_only)
        if not has_values(rows):
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        grain = run.asked.grain
        frame = chart_data.over_time(rows, info, grain, run.notation)
        compared = run.asked.comparison is not None and bool(frame["previous"].notna().any())
        spec = charts.trend(
            axis_of(run, info, frame[["value", "previous"]]), grain, height, compared
        )
        draw_chart(frame, spec, chart_data.takeaway(frame, info.label))
        _noted(note)


def split_panel(
    run: Run,
    answer: Answer | None,
    name: str,
    dimension: str,
    height: int = charts.CARD_HEIGHT,
    level: int = 3,
    stacked: bool = False,
    complete_only: bool = False,
    note: str = "",
) -> None:
    """One metric over time, a line or a part of a bar per member."""
    info = run.catalog.metrics[name]
    label = run.catalog.dimensions[dimension].label
    with panel(f"{info.label} by {label.lower()}", level):
        if explained(run, name):
            return
        rows = _drawn_rows(answer, name, complete_only)
        if not has_values(rows):
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        grain = run.asked.grain
        most = charts.MAX_STACK if stacked else charts.MAX_LINES
        frame, members, known = chart_data.by_member(
            rows, dimension, info, grain, run.notation, most
        )
        axis = axis_of(run, info, frame[["value"]])
        if stacked:
            frame, spec = chart_data.for_bands(frame), charts.stacked(axis, grain, height, members)
        else:
            frame = chart_data.with_labels(frame, height)
            spec = charts.lines(axis, grain, height, members)
        draw_chart(frame, spec, f"{info.label} by {label.lower()}: {', '.join(members)}.")
        left_out(len(members), known, "; the rest is not in the bars" if stacked else "")
        _noted(note)


def movement_panel(
    run: Run,
    answer: Answer | None,
    title: str,
    wanted: Sequence[Part],
    height: int = charts.CARD_HEIGHT,
    note: str = "",
) -> None:
    """What was won and lost per period, gains above zero and losses below."""
    parts = [part for part in wanted if run.info(part.metric)]
    with panel(title):
        if not parts or explained(run, parts[0].metric):
            return
        answers = [
            (part, run.catalog.metrics[part.metric], rows_of(answer, part.metric)) for part in parts
        ]
        frame = chart_data.movement(answers, run.asked.grain, run.notation)
        if frame.empty or frame["value"].isna().all():
            nothing_here(no_value_text(run, answers[0][1]), filters_text(run))
            return
        axis = axis_of(run, answers[0][1], frame[["value"]])
        names = tuple(part.label for part in parts)
        spec = charts.movement(axis, run.asked.grain, height, names)
        draw_chart(frame, spec, f"{title}: {', '.join(names).lower()}.")
        _noted(note)


def ranking_panel(
    run: Run, answer: Answer | None, name: str, dimension: str, level: int = 3
) -> None:
    """Members of the last period from large to small."""
    info = run.catalog.metrics[name]
    rows = rows_of(answer, name)
    label = run.catalog.dimensions[dimension].label
    with panel(f"By {label.lower()}{_last_period(run, rows)}", level):
        if explained(run, name):
            return
        frame = chart_data.ranking(rows, dimension, info, run.notation) if len(rows) else rows
        if frame.empty:
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        known, frame = len(frame), frame.head(charts.MAX_BARS)
        largest = f"{frame['member'].iloc[0]} {frame['text'].iloc[0]}"
        draw_chart(frame, charts.ranked(charts.CARD_HEIGHT), f"{label}: largest is {largest}.")
        left_out(len(frame), known)


def _last_period(run: Run, rows: pd.DataFrame) -> str:
    """Name of the newest period in the rows, and how much of it has passed."""
    point = chart_data.last_period(rows)
    if point is None:
        return ""
    name = period_text(point.start, run.asked.grain).replace("Week", "week")
    return f", {name}" if point.complete else f", {name} ({chart_data.state_text(point)})"


def draw_chart(frame: pd.DataFrame, spec: charts.Spec, alt: str) -> None:
    """A chart from rows and a shape; `alt` is what it says to who cannot see it."""
    st.vega_lite_chart(frame, spec, alt=alt)


def axis_of(run: Run, info: MetricInfo, values: pd.DataFrame) -> Any:
    """How the axis of a metric is written for these values."""
    largest = values.abs().max().max()
    return axis_format(info.unit, info.display_unit, float(largest), run.notation)


def _drawn_rows(answer: Answer | None, name: str, complete_only: bool) -> pd.DataFrame:
    rows = rows_of(answer, name)
    return rows[rows["complete"].astype(bool)] if complete_only and len(rows) else rows


def has_values(rows: pd.DataFrame) -> bool:
    """Whether there is anything to draw."""
    return len(rows) > 0 and bool(rows["value"].notna().any())


def explained(run: Run, name: str) -> bool:
    """Say why a metric has no chart; False when it has one."""
    info = run.catalog.metrics[name]
    blocked = run.blocked_by(name)
    if info.answerable and not blocked:
        return False
    reason = blocked_text(run, blocked) if blocked else waiting_text(info)
    st.markdown(f":small[:gray[{plain(reason.capitalize())}.]]")
    return True


def left_out(shown: int, known: int, consequence: str = "", order: str = "largest") -> None:
    """Say how many of how many are shown, when it is not all."""
    if known > shown:
        st.markdown(f":small[:gray[The {shown} {order} of {known} are shown{consequence}.]]")


def _noted(note: str) -> None:
    if note:
        remark(note)
