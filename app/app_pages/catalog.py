"""Metric catalog: search every definition, see what is live and what waits for which data."""

import streamlit as st

from app.components.catalog import catalog_table, chosen_card, controls
from app.components.lineage import data_wanted, without
from app.components.states import box
from app.data import current

run = current()
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
wanted = run.catalog.wanted()
if wanted:
    data_wanted(wanted, run.labels)
without(run)
