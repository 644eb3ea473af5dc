"""The one renderer of all domain pages; what differs between them is data in app.specs."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

import streamlit as st

from app import panels
from app.components.cards import card_row
from app.components.panels import ranking_panel, trend_panel
from app.components.table import metric_table
from app.components.url import bound
from app.data import Ask, Run, current
from app.readings import headline_questions
from app.specs import DOMAINS, Domain
from metrics.periods import bucket


def render(key: str) -> None:
    """Draw the domain page of that name for the current run."""
    run, spec = current(), DOMAINS[key]
    infos = run.catalog.domain(key)
    cards = st.container()
    chosen = _switch(run, spec)
    dimension = run.open_dimension(chosen, spec.breakdowns)
    questions: dict[Hashable, Ask] = {
        **headline_questions([*spec.headlines, *(info.name for info in infos)]),
        **panels.questions(run, spec.sections),
    }
    questions["trend"] = Ask((chosen,), series=True, compare=True)
    if dimension:
        questions["ranking"] = Ask((chosen,), series=True, by=dimension, start=_last_start(run))
    answers = run.ask(questions)

    with cards:
        card_row(run, answers, spec.headlines)
    left, right = st.columns([3, 2], gap="small")
    with left:
        trend_panel(run, answers.get("trend"), chosen, level=2)
    if dimension:
        with right:
            ranking_panel(run, answers.get("ranking"), chosen, dimension, level=2)
    panels.draw_sections(run, spec.sections, answers)
    st.header("All metrics in this domain", anchor=False)
    metric_table(run, answers, infos, key)


def _switch(run: Run, spec: Domain) -> str:
    options = {run.labels[name]: name for name in spec.switch if run.info(name)}
    first = next(iter(options))
    label = st.segmented_control(
        "Metric of the chart",
        list(options),
        required=True,
        label_visibility="collapsed",
        **bound(f"{spec.key}_metric", first, options),
    )
    return options[label]


def _last_start(run: Run) -> date:
    scope = run.asked
    first = bucket(scope.end, scope.grain, run.settings.calendar)[0]
    return max(first, scope.start)
