"""Explore: any cut of any metric, why it changed, its rows, its definition."""

import streamlit as st

from app.components.cards import draw_card
from app.components.definition import definition, related, waiting_for
from app.components.explore.choices import choose, cut_in_url, grouped
from app.components.explore.moments import moment
from app.components.explore.rows import rows_behind
from app.components.explore.tables import numbers, statement
from app.components.explore.views import draw
from app.components.explore.why import why
from app.data import Ask, current
from app.readings import headline_questions, read

run = current()
choice = choose(run)
info = run.catalog.metrics[choice.name]

questions = headline_questions([choice.name])
questions["cut"] = Ask(
    choice.names,
    series=True,
    by=choice.dimension,
    compare=True,
    top=choice.top,
    other=grouped(run, choice),
    share=choice.share,
)
if choice.dimension:
    questions["whole"] = Ask(choice.names, series=True)
answers = run.ask(questions)

left, right = st.columns([3, 1], gap="small")
with left:
    draw(run, answers.get("cut"), choice)
    numbers(run, answers, choice)
    if info.answerable:
        span = moment(run)
        why(run, choice, span)
        rows_behind(run, choice, span)
with right:
    with st.container(border=True):
        draw_card(run, read(run, answers, choice.name))
    with st.container(border=True):
        st.header("Definition", anchor=False)
        if info.status != "live":
            waiting_for(run, info)
        definition(run, info)
        statement(answers.get("cut"))
    related(run, info.related, kept=cut_in_url())
