"""Explore: one metric, any cut of it, its definition and the statement behind it."""

import streamlit as st

from app.components.cards import draw_card
from app.components.definition import definition, related, waiting_for
from app.components.explorer import (
    chart,
    complete_toggle,
    cut_controls,
    download,
    pick_metric,
    statement,
    values,
)
from app.data import Ask, current
from app.readings import headline_questions, read

run = current()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    name = pick_metric(run)
    complete_only = complete_toggle()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    cut = cut_controls(run, name, complete_only)
info = run.catalog.metrics[name]

questions = headline_questions([name])
questions["cut"] = Ask((name,), series=True, by=cut.dimension, compare=True)
answers = run.ask(questions)
answer = answers.get("cut")

left, right = st.columns([3, 1], gap="small")
with left:
    chart(run, answer, name, cut)
    if answer is not None:
        values(run, answer, name, cut)
        download(run, answer, name)
with right:
    with st.container(border=True):
        draw_card(run, read(run, answers, name))
    with st.container(border=True):
        st.header("Definition", anchor=False)
        if info.status != "live":
            waiting_for(run, info)
        definition(run, info)
        statement(answer)
    related(run, info.related)
