"""One customer: its numbers, what its scores are made of, what happened to it."""

from collections.abc import Hashable

import streamlit as st

from app import panels
from app.components.cards import card_row
from app.components.customer import made_of, pick_customer, timeline, who
from app.components.states import box
from app.components.table import metric_table
from app.data import Ask, current
from app.readings import headline_questions
from app.specs.customer_success import CUSTOMER_ROWS, CUSTOMER_TRENDS, SCORES
from app.specs.model import CUSTOMER

run = current()
member = pick_customer(run)
if member is None:
    box("No customer chosen", "Type a name above, or click a customer in any table.")
else:
    own = run.about(CUSTOMER, member)
    who(run, member)
    names = [name for row in CUSTOMER_ROWS for name in row.metrics]
    questions: dict[Hashable, Ask] = {
        **headline_questions(names),
        **panels.questions(own, [CUSTOMER_TRENDS]),
    }
    answers = own.ask(questions)
    for row in CUSTOMER_ROWS:
        st.header(row.title, anchor=False)
        card_row(own, answers, row.metrics)
    st.header("Why its scores are what they are", anchor=False)
    grid = st.grid(2, min_column_width=320, gap="small")
    for metric in SCORES:
        if run.info(metric):
            with grid.cell():
                made_of(own, metric, member)
    panels.draw_sections(own, [CUSTOMER_TRENDS], answers)
    st.header("Its history", anchor=False)
    timeline(own, member)
    everything = st.expander("All its metrics", icon=":material/list:", on_change="rerun")
    if everything.open:
        with everything:
            infos = [i for i in run.catalog.metrics.values() if CUSTOMER in i.dimensions]
            metric_table(own, own.ask(headline_questions(i.name for i in infos)), infos, CUSTOMER)
