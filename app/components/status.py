"""The line under the controls: how fresh, from where, which dates, which filters."""

from __future__ import annotations

import streamlit as st

from app.data import Run
from app.text import plain
from metrics.format import day_text


def status_line(run: Run, about_dates: bool) -> None:
    """Freshness and warehouse; of what the page is asked for, the exact dates and the filters."""
    build = run.build
    late = build.as_of < run.settings.last_full_day()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            f"Data to {day_text(build.as_of)}",
            icon=":material/warning:" if late else ":material/check_circle:",
            color="red" if late else "green",
            help=_freshness(run, late),
        )
        st.badge(plain(build.warehouse), icon=":material/database:", color="gray")
        if about_dates:
            st.markdown(run.asked.dates_text, width="content")
        if about_dates and run.asked.filters:
            st.markdown(filters_text(run), width="content")


def filters_text(run: Run) -> str:
    """The active filters in words, safe for Markdown."""
    parts = []
    for dimension, members in run.asked.filters.items():
        names = ", ".join(map(plain, members))
        parts.append(f"{run.catalog.dimensions[dimension].label}: {names}")
    return " · ".join(parts)


def _freshness(run: Run, late: bool) -> str:
    finished = run.build.finished_at
    text = (
        f"Computed on {day_text(finished.date())} at {finished:%H:%M} (UTC), build {run.build.id}."
    )
    if late:
        expected = day_text(run.settings.last_full_day())
        text += f" The last full day is {expected}: run `metrics build`."
    return text
