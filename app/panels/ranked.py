"""Panels of bars from large to small: members of a dimension, steps of a funnel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import chart_data, charts
from app.components.panels import draw_chart, explained, left_out, panel
from app.data import Ask, Run
from app.panels.frame import (
    cannot_be_split,
    dimension_label,
    has_number,
    said,
    shown_member,
    text_of,
)
from app.readings import rows_of
from app.specs.model import Funnel, Ranked
from metrics.format import is_missing

BAR = 30
FEWEST_BARS = 4


def ask_ranked(run: Run, one: Ranked) -> Sequence[Ask]:
    """The members over the whole range, or at its end."""
    return [Ask((one.metric,), by=one.by)]


def draw_ranked(run: Run, one: Ranked, answers: Any) -> None:
    """Members from large to small."""
    info = run.catalog.metrics[one.metric]
    label = dimension_label(run, one.by).lower()
    with panel(one.title or f"{info.label} by {label}"):
        if cannot_be_split(run, one.metric, (one.by,)):
            return
        rows = rows_of(answers.get(ask_ranked(run, one)[0]), one.metric)
        if not has_number(run, info, rows["value"] if len(rows) else ()):
            return
        frame = chart_data.ranking(rows, one.by, info, run.notation)
        frame["member"] = [shown_member(one.by, member) for member in frame["member"]]
        if one.smallest:
            frame = frame.iloc[::-1]
        known, frame = len(frame), frame.head(charts.MAX_BARS)
        largest = f"{frame['member'].iloc[0]} {frame['text'].iloc[0]}"
        order = "smallest" if one.smallest else "largest"
        height = BAR * max(len(frame), FEWEST_BARS)
        draw_chart(frame, charts.ranked(height), f"{label}: {order} is {largest}.")
        left_out(len(frame), known, order=order)
        said(one.note)


def funnel_metrics(one: Funnel) -> tuple[str, ...]:
    """The first step: without it there is no funnel."""
    return (one.steps[0].metric,)


def ask_funnel(run: Run, one: Funnel) -> Sequence[Ask]:
    """Steps and rates over the same range."""
    return [Ask(tuple(part.metric for part in (*one.steps, *one.rates)))]


def draw_funnel(run: Run, one: Funnel, answers: Any) -> None:
    """A bar per step in the order of the steps, and the rates between them."""
    first = run.catalog.metrics[one.steps[0].metric]
    with panel(one.title):
        if explained(run, first.name):
            return
        answer = answers.get(ask_funnel(run, one)[0])
        drawn = []
        for part in one.steps:
            info, rows = run.info(part.metric), rows_of(answer, part.metric)
            if info and len(rows) and not is_missing(rows["value"].iloc[0]):
                drawn.append((part.label, float(rows["value"].iloc[0]), info))
        if not has_number(run, first, [value for _, value, _ in drawn]):
            return
        frame = pd.DataFrame(
            {
                "member": [label for label, _, _ in drawn],
                "value": [value for _, value, _ in drawn],
                "text": [text_of(run, info, value, "card") for _, value, info in drawn],
                "complete": True,
                "state": run.asked.dates_text.partition(" compared")[0],
            }
        )
        alt = ", ".join(f"{row.member} {row.text}" for row in frame.itertuples())
        draw_chart(frame, charts.ranked(BAR * max(len(frame), FEWEST_BARS)), f"{one.title}: {alt}.")
        rates = []
        for part in one.rates:
            info, rows = run.info(part.metric), rows_of(answer, part.metric)
            if info and len(rows) and not is_missing(rows["value"].iloc[0]):
                rates.append((part.label, text_of(run, info, rows["value"].iloc[0], "card")))
        if rates:
            st.table(dict(rates), border="horizontal")
        said(one.note)
