"""Company overview: how the business stands, what is moving, what it cannot see yet."""

import streamlit as st

from app.components.cards import card_row, waiting_row
from app.components.domain import breakdown
from app.components.panels import movement_panel, split_panel, trend_panel
from app.data import Ask, current
from app.readings import headline_questions
from app.specs import (
    COMPANY,
    MOVEMENT,
    OVERVIEW,
    OVERVIEW_SPLIT,
    OVERVIEW_SPLIT_BY,
    OVERVIEW_TRENDS,
)

run = current()
trend, other_trend = OVERVIEW_TRENDS
dimension = breakdown(run, OVERVIEW_SPLIT, OVERVIEW_SPLIT_BY)

questions = headline_questions(name for row in OVERVIEW for name in row.metrics)
questions["trends"] = Ask(OVERVIEW_TRENDS, series=True, compare=True)
questions["movement"] = Ask(tuple(part.metric for part in MOVEMENT), series=True)
if dimension:
    questions["split"] = Ask((OVERVIEW_SPLIT,), series=True, by=dimension)
answers = run.ask(questions)

for row in OVERVIEW:
    st.header(row.title, anchor=False)
    card_row(run, answers, row.metrics)

st.header("What is moving", anchor=False)
grid = st.grid(2, min_column_width=320, gap="small")
with grid.cell():
    trend_panel(run, answers.get("trends"), trend)
with grid.cell():
    movement_panel(run, answers.get("movement"))
with grid.cell():
    trend_panel(run, answers.get("trends"), other_trend)
if dimension:
    with grid.cell():
        split_panel(run, answers.get("split"), OVERVIEW_SPLIT, dimension)

waiting = [info for info in run.catalog.domain(COMPANY) if info.status != "live"]
if waiting:
    st.header("Waiting for data", anchor=False)
    waiting_row(waiting, COMPANY)
st.markdown(":small[:gray[How every number is defined: Metric catalog, or the ? on its card.]]")
