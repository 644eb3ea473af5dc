"""Which days the sections below the picture speak of: the whole range, or one period of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from app.components.url import bound, write
from app.data import Run, Span
from metrics.format import period_text
from metrics.periods import Comparison, Grain, split

WHOLE = "Whole range"
MOST = 400
BEFORE = {
    Grain.DAY: Comparison.PREVIOUS_DAYS,
    Grain.WEEK: Comparison.PREVIOUS_WEEK,
    Grain.MONTH: Comparison.PREVIOUS_MONTH,
    Grain.QUARTER: Comparison.PREVIOUS_QUARTER,
    Grain.YEAR: Comparison.PREVIOUS_YEAR,
}


def look_at(clicked: float | str, grain: Grain) -> None:
    """Look closer at the period of a click, as milliseconds or an ISO day, and open the reason."""
    if isinstance(clicked, str):
        day = date.fromisoformat(clicked[:10])
    else:
        day = datetime.fromtimestamp(clicked / 1000, UTC).date()
    st.session_state["at"], st.session_state["why"] = period_text(day, grain), True
    write("at", WHOLE)
    write("why", False)


def moment(run: Run) -> Span:
    """Draw the choice and read it; newest period first."""
    scope = run.asked
    periods = split(scope.start, scope.end, scope.grain, run.settings.calendar)[-MOST:]
    named = {period_text(one.start, scope.grain): one for one in reversed(periods)}
    options = [WHOLE, *named]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header("Look closer", anchor=False, width="content")
        chosen = st.selectbox(
            "Days looked at",
            options,
            label_visibility="collapsed",
            width=210,
            **bound("at", WHOLE, options),
        )
    if chosen == WHOLE:
        return Span(scope.start, scope.end, scope.comparison)
    period, comparison = named[chosen], scope.comparison
    if comparison not in (None, Comparison.PREVIOUS_YEAR):
        comparison = BEFORE[scope.grain]
    return Span(period.start, period.end, comparison)
