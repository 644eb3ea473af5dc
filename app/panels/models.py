"""One total credited in several ways, and a switch between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import chart_data, charts
from app.components.panels import draw_chart, explained, left_out, panel
from app.components.url import bound
from app.data import Ask, Run
from app.panels.frame import has_number, said, text_of
from app.readings import rows_of
from app.specs.model import Models
from metrics.format import is_missing

BAR = 30


def model_metrics(one: Models) -> tuple[str, ...]:
    """The first model: without it there is nothing to credit."""
    return (one.models[0].metric,)


def ask_models(run: Run, one: Models) -> Sequence[Ask]:
    """Every model in total and by member, so that a switch asks for nothing more."""
    metrics = tuple(part.metric for part in one.models)
    dimension = run.open_dimension(metrics[0], one.by)
    split = [Ask(metrics, by=dimension)] if dimension else []
    return [Ask((*metrics, one.rest)), *split]


def draw_models(run: Run, one: Models, answers: Any) -> None:
    """The total, which every model shares, and who is credited with it by the chosen one."""
    offered = {part.label: part for part in one.models if run.info(part.metric)}
    first = run.catalog.metrics[one.models[0].metric]
    with panel(one.title):
        if explained(run, first.name):
            return
        label = st.segmented_control(
            "Attribution model",
            list(offered),
            required=True,
            label_visibility="collapsed",
            **bound(one.key, next(iter(offered)), offered),
        )
        part = offered[label]
        info = run.catalog.metrics[part.metric]
        totals, *split = [answers.get(ask) for ask in ask_models(run, one)]
        total = rows_of(totals, part.metric)
        if not has_number(run, info, total["value"] if len(total) else ()):
            return
        dimension = run.open_dimension(first.name, one.by)
        rows = rows_of(split[0] if split else None, part.metric)
        if dimension and len(rows):
            frame = chart_data.ranking(rows, dimension, info, run.notation)
            known, frame = len(frame), frame.head(charts.MAX_BARS)
            draw_chart(
                frame,
                charts.ranked(BAR * max(len(frame), 4)),
                f"{one.title}, {label}: most to {frame['member'].iloc[0]}.",
            )
            left_out(len(frame), known)
        credited = text_of(run, info, total["value"].iloc[0])
        found = [rows_of(totals, other.metric) for other in offered.values()]
        every = {text_of(run, info, rows["value"].iloc[0]) for rows in found if len(rows)}
        alike = ", the same by every model" if every == {credited} else ""
        rest = rows_of(totals, one.rest)
        other = run.info(one.rest)
        if other and len(rest) and not is_missing(rest["value"].iloc[0]):
            outside = text_of(run, other, rest["value"].iloc[0])
            said(f"{credited} credited{alike}; {outside} has no touch to credit.")
        said(one.note)
