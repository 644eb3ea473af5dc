"""Company overview: how the business stands, what got worse, what is moving, what is missing."""

from collections.abc import Hashable

import streamlit as st

from app import panels
from app.components.attention import attention
from app.components.business import business_table
from app.components.cards import card_row, waiting_row
from app.data import Ask, current
from app.readings import headline_questions
from app.specs import COMPANY, OVERVIEW
from app.specs.company import SECTIONS

run = current()
shown = [name for row in OVERVIEW for name in row.metrics]
company = [info for info in run.catalog.domain(COMPANY) if info.status == "live"]
names = dict.fromkeys([*shown, *(info.name for info in company)])

questions: dict[Hashable, Ask] = {
    **headline_questions(names),
    **panels.questions(run, SECTIONS),
}
answers = run.ask(questions)

for row in OVERVIEW:
    st.header(row.title, anchor=False)
    card_row(run, answers, row.metrics)

st.header("Needs attention", anchor=False)
needs = st.container()
panels.draw_sections(run, SECTIONS, answers)
st.header("The business in numbers", anchor=False)
business_table(run, answers, company)
with needs:  # a question of its own about many metrics: the rest of the page does not wait for it
    attention(run)

waiting = [info for info in run.catalog.domain(COMPANY) if info.status != "live"]
if waiting:
    st.header("Waiting for data", anchor=False)
    waiting_row(waiting, COMPANY)
st.markdown(":small[:gray[How every number is defined: Metric catalog, or the ? on its card.]]")
