"""Panels over time: one metric, several of one unit, members, and movements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from app import chart_data, charts
from app.components.panels import (
    axis_of,
    draw_chart,
    explained,
    movement_panel,
    panel,
    split_panel,
    trend_panel,
)
from app.data import Ask, Run
from app.panels.frame import has_number, said
from app.readings import rows_of
from app.specs.model import Movement, Several, Split, Trend


def ask_trend(run: Run, one: Trend) -> Sequence[Ask]:
    """The line and what it is held against."""
    return [Ask((one.metric,), series=True, compare=True)]


def draw_trend(run: Run, one: Trend, answers: Any) -> None:
    """One metric over time."""
    trend_panel(run, answers.get(ask_trend(run, one)[0]), one.metric, note=one.note)


def part_metrics(one: Several | Movement) -> tuple[str, ...]:
    """The first of the metrics: without it there is no picture; others may be missing."""
    return (one.parts[0].metric,)


def ask_several(run: Run, one: Several) -> Sequence[Ask]:
    """All lines together."""
    return [Ask(tuple(part.metric for part in one.parts), series=True)]


def draw_several(run: Run, one: Several, answers: Any) -> None:
    """A line per metric, named at its end."""
    with panel(one.title):
        first = run.catalog.metrics[one.parts[0].metric]
        if explained(run, first.name):
            return
        answer = answers.get(ask_several(run, one)[0])
        frames, known = [], []
        for part in one.parts:
            info, rows = run.info(part.metric), rows_of(answer, part.metric)
            if info and len(rows) and rows["value"].notna().any():
                known.append(part.label)
                frame = chart_data.over_time(rows, info, run.asked.grain, run.notation)
                frames.append(frame.assign(member=part.label))
        if not has_number(run, first, [1.0] if frames else []):
            return
        frame = pd.concat(frames, ignore_index=True)
        axis = axis_of(run, first, frame[["value"]])
        frame = chart_data.with_labels(frame, charts.CARD_HEIGHT)
        spec = charts.lines(axis, run.asked.grain, charts.CARD_HEIGHT, tuple(known))
        draw_chart(frame, spec, f"{one.title}: {', '.join(known)}.")
        said(one.note)


def ask_split(run: Run, one: Split) -> Sequence[Ask]:
    """The lines of the members."""
    dimension = run.open_dimension(one.metric, one.by)
    return [Ask((one.metric,), series=True, by=dimension)] if dimension else ()


def draw_split(run: Run, one: Split, answers: Any) -> None:
    """A line or a part of a bar per member; one line where nothing is left to split by."""
    dimension = run.open_dimension(one.metric, one.by)
    if dimension is None:
        trend_panel(run, None, one.metric)
        return
    answer = answers.get(ask_split(run, one)[0])
    split_panel(run, answer, one.metric, dimension, stacked=one.stacked, note=one.note)


def ask_movement(run: Run, one: Movement) -> Sequence[Ask]:
    """All classes of the movement."""
    return [Ask(tuple(part.metric for part in one.parts), series=True)]


def draw_movement(run: Run, one: Movement, answers: Any) -> None:
    """Gains above zero, losses below."""
    movement_panel(run, answers.get(ask_movement(run, one)[0]), one.title, one.parts, note=one.note)
