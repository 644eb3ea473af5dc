"""The kinds of panels: what each asks for, and how it is drawn.

A kind is a module's pair of functions, listed in `KINDS` by the dataclass of app.specs.model that
describes such a panel. All questions of a page go into its one batch; a panel finds its answers by
the question it asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.components.states import guarded
from app.data import Answer, Ask, Run
from app.panels import grids, members, models, over_time, points, ranked, steps
from app.specs import model
from app.specs.model import Panel, Section

Answers = Mapping[Hashable, Answer]


@dataclass(frozen=True)
class Kind:
    """A kind of panel.

    metrics  the metrics without which there is nothing to draw;
    asks     its questions to the layer;
    draw     the panel, from the answers of the page by question.
    """

    metrics: Callable[[Any], tuple[str, ...]]
    asks: Callable[[Run, Any], Sequence[Ask]]
    draw: Callable[[Run, Any, Answers], None]


KINDS: Mapping[type, Kind] = {
    model.Trend: Kind(lambda p: (p.metric,), over_time.ask_trend, over_time.draw_trend),
    model.Several: Kind(over_time.part_metrics, over_time.ask_several, over_time.draw_several),
    model.Split: Kind(lambda p: (p.metric,), over_time.ask_split, over_time.draw_split),
    model.Movement: Kind(over_time.part_metrics, over_time.ask_movement, over_time.draw_movement),
    model.Ranked: Kind(lambda p: (p.metric,), ranked.ask_ranked, ranked.draw_ranked),
    model.Funnel: Kind(ranked.funnel_metrics, ranked.ask_funnel, ranked.draw_funnel),
    model.Stages: Kind(lambda p: p.metrics[:1], members.ask_stages, members.draw_stages),
    model.Members: Kind(lambda p: p.metrics[:1], members.ask_members, members.draw_members),
    model.Waterfall: Kind(steps.waterfall_metrics, steps.ask_waterfall, steps.draw_waterfall),
    model.Spread: Kind(lambda p: (p.metric,), steps.ask_spread, steps.draw_spread),
    model.ByAttribute: Kind(lambda p: (p.metric,), grids.ask_nothing, steps.draw_by_attribute),
    model.Heat: Kind(lambda p: (p.metric,), grids.ask_heat, grids.draw_heat),
    model.Cohorts: Kind(lambda p: (p.metric,), grids.ask_nothing, grids.draw_cohorts),
    model.Curve: Kind(lambda p: (p.metric,), grids.ask_nothing, grids.draw_curve),
    model.Scatter: Kind(lambda p: (p.x, p.y), points.ask_scatter, points.draw_scatter),
    model.Places: Kind(lambda p: (p.size,), points.ask_places, points.draw_places),
    model.Models: Kind(models.model_metrics, models.ask_models, models.draw_models),
}


def questions(run: Run, sections: Sequence[Section]) -> dict[Hashable, Ask]:
    """Everything the panels of some sections ask for, each question under itself."""
    return {
        ask: ask
        for section in sections
        for one in _shown(run, section)
        for ask in KINDS[type(one)].asks(run, one)
    }


def draw_sections(run: Run, sections: Sequence[Section], answers: Answers) -> None:
    """Headings, and under each its panels row by row; a section nothing is known of is left out."""
    for section in sections:
        shown = list(_shown(run, section))
        if not shown:
            continue
        st.header(section.title, anchor=False)
        for row in section.rows:
            _row(run, [one for one in row if one in shown], answers)


def _row(run: Run, row: Sequence[Panel], answers: Answers) -> None:
    """The panels side by side; one that fails says so and leaves the others alone."""
    if not row:
        return
    grid = st.grid(len(row), min_column_width=320, gap="small")
    for one in row:
        with grid.container(height="stretch"), guarded():
            KINDS[type(one)].draw(run, one, answers)


def _shown(run: Run, section: Section) -> Iterator[Panel]:
    """Panels whose metrics this installation defines; whether they have data the panel says."""
    for row in section.rows:
        for one in row:
            if all(run.info(name) for name in KINDS[type(one)].metrics(one)):
                yield one
