"""Metric catalog: every definition and its state, wanted data, what rests on a table."""

import streamlit as st

from app.components.catalog import catalog_table, chosen_card, controls, view
from app.components.lineage import data_wanted, resting
from app.components.states import box
from app.data import current

run = current()
shown = view()
if shown == "Data wanted":
    data_wanted(run)
elif shown == "Tables":
    resting(run)
else:
    narrowed = controls(run)
    found = run.catalog.search(narrowed.text, **narrowed.among)
    if not narrowed.text:  # a search is ranked by how well it matches
        found = sorted(found, key=lambda info: (info.status != "live", info.tier))
    total = len(run.catalog.metrics)
    waiting = sum(info.status != "live" for info in run.catalog.metrics.values())
    st.markdown(
        f"**{len(found)}** of {total} metrics · {waiting} are defined but wait for data",
    )
    if found:
        chosen = catalog_table(run, found)
        if chosen is not None:
            chosen_card(run, chosen)
    else:
        box("No metric matches", "Clear the search box or choose another domain, tag or status.")
