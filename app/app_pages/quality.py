"""Data quality: what the checks of the build found, in which source, and what rests on it."""

import streamlit as st

from app.components.quality import figures, findings, identities, sources
from app.data import current

run = current()
figures(run)
identities(run)
st.header("What was found", anchor=False)
findings(run)
st.header("Sources", anchor=False)
sources(run)
