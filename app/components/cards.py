"""Headline cards: a value, a change coloured by direction, the line behind it, a way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.data import Answer, Run
from app.readings import Reading, read, waiting_text
from app.specs import CATALOG, DOMAIN_NAMES, EXPLORE, SHORT_NAMES, STATUS_NAMES
from app.text import code, plain
from metrics import MetricInfo
from metrics.format import MISSING

TIERS_WAITED_FOR = (1, 2)
MOST_WAITING = 8
DELTA_COLOURS = {"better": "green", "worse": "red", "same": "off", "": "off"}


def card_row(run: Run, answers: Mapping[Any, Answer], names: Sequence[str]) -> None:
    """A row of cards that wraps to two per row on a phone; unknown names are left out."""
    readings = [read(run, answers, name) for name in names if run.info(name)]
    grid = st.grid(4, min_column_width=160, gap="small")
    for reading in readings:
        with grid.container(border=True, height="stretch", gap="xsmall"):
            draw_card(run, reading, link=True)


def waiting_row(infos: Sequence[MetricInfo], domain: str) -> None:
    """Greyed cards of what matters most of the metrics without data, and the way to all of them."""
    shown = [info for info in infos if info.tiers.get(domain, info.tier) in TIERS_WAITED_FOR]
    grid = st.grid(4, min_column_width=160, gap="small")
    for info in shown[:MOST_WAITING]:
        with grid.container(border=True, height="stretch", gap="xsmall"):
            st.metric(f":gray[{info.label}]", f":gray[{MISSING}]", help=help_text(info))
            st.markdown(f":small[:gray[{plain(waiting_text(info))}]]")
    st.page_link(
        CATALOG,
        label="All that wait for data",
        icon=":material/menu_book:",
        query_params={"domain": DOMAIN_NAMES[domain], "status": [*STATUS_NAMES.values()][1:]},
    )


def draw_card(run: Run, reading: Reading, link: bool = False) -> None:
    """One card; without a number it says why instead."""
    info = reading.info
    compared = reading.state == "ok" and run.asked.comparison is not None
    delta, words = _delta(run, reading) if compared else (None, None)
    st.metric(
        info.label,
        reading.value,
        delta,
        delta_color=DELTA_COLOURS[reading.verdict],  # type: ignore[arg-type]
        delta_description=words,
        help=help_text(info),
        chart_data=list(reading.line) or None,
        chart_type="area",
    )
    if reading.note:
        st.markdown(f":small[:gray[{plain(reading.note)}]]")
    if link:
        st.page_link(
            EXPLORE,
            label=f"Explore {SHORT_NAMES.get(info.name, info.label)}",
            icon=":material/query_stats:",
            query_params={"metric": run.labels[info.name]},
        )


def help_text(info: MetricInfo) -> str:
    """The definition as shown on the question mark of a card."""
    return f"{plain(info.description)}\n\n{code(info.formula)}"


def _delta(run: Run, reading: Reading) -> tuple[str | int | None, str | None]:
    words = run.asked.compared
    if not reading.delta:
        return None, "no earlier value"
    if reading.delta == "0":
        return 0, f"no change {words}"
    return reading.delta, words
