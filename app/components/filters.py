"""The shared controls: time bar and filters, bound to the URL on every page.

Bound widgets are rendered on every page, never in a popover and never with `format_func`:
their options are what stands in the URL. Leaving one out on a page would drop it from the URL.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from app.data import Run
from app.scope import (
    COMPARISONS,
    CUSTOM,
    DEFAULT_GRAIN,
    DEFAULT_PERIOD,
    DELTA_WORDS,
    FILTERS,
    GRAINS,
    PERIODS,
    PRESETS,
    Scope,
    clamp_range,
    comparison_of,
    preset_range,
)
from metrics.periods import Calendar, split

QUERY: Final = "query-params"
FEWEST_PERIODS = 3


def scope_controls(run: Run) -> Scope:
    """Draw the time bar where the caller stands and the filters in the sidebar; read both."""
    filters = _filters(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        period = st.segmented_control(
            "Period",
            PERIODS,
            default=DEFAULT_PERIOD,
            required=True,
            key="period",
            bind=QUERY,
            label_visibility="collapsed",
            on_change=_fit_grain,
            args=(run.build.first_day, run.build.as_of, run.settings.calendar),
        )
        if period == CUSTOM:
            _custom_range(run)
        grain = st.segmented_control(
            "Grain",
            list(GRAINS),
            default=DEFAULT_GRAIN,
            required=True,
            key="grain",
            bind=QUERY,
            label_visibility="collapsed",
        )
        comparison = st.selectbox(
            "Comparison",
            COMPARISONS,
            key="compare",
            bind=QUERY,
            label_visibility="collapsed",
            width=210,
        )
    calendar = run.settings.calendar
    start, end = _dates(period, run.build.first_day, run.build.as_of, calendar)
    return Scope(
        start,
        end,
        GRAINS[grain],
        comparison_of(comparison, period),
        DELTA_WORDS.get(comparison, ""),
        filters,
    )


def _filters(run: Run) -> dict[str, tuple[str, ...]]:
    chosen = {}
    with st.sidebar:
        for dimension in FILTERS:
            members = run.members(dimension)
            if not members:
                continue
            label = run.catalog.dimensions[dimension].label
            picked = st.multiselect(
                label,
                members,
                key=dimension,
                bind=QUERY,
                placeholder=f"All {_plural(label.lower())}",
            )
            if picked:
                chosen[dimension] = tuple(picked)
    return chosen


def _custom_range(run: Run) -> None:
    start, end = preset_range("30 days", run.build.as_of, run.settings.calendar)
    st.date_input(
        "Dates",
        value=(start, end),
        min_value=run.build.first_day,
        max_value=run.build.as_of,
        key="range",
        bind=QUERY,
        label_visibility="collapsed",
        width=230,
        format="YYYY-MM-DD",
    )


def _dates(period: str, first: date, last: date, calendar: Calendar) -> tuple[date, date]:
    if period == CUSTOM:
        return clamp_range(st.session_state.get("range"), first, last, calendar)
    return preset_range(period, last, calendar)


def _fit_grain(first: date, last: date, calendar: Calendar) -> None:
    """After a change of period: a grain that would leave a line of one or two points moves on."""
    period = st.session_state["period"]
    if period not in PRESETS:
        return
    start, end = _dates(period, first, last, calendar)
    grain = GRAINS[st.session_state["grain"] or DEFAULT_GRAIN]
    whole = [part for part in split(start, end, grain, calendar) if part.complete]
    if len(whole) < FEWEST_PERIODS:
        st.session_state["grain"] = PRESETS[period].grain


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
