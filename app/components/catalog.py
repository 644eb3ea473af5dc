"""The pieces of the catalog page: its search, its table, the card of one definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app.components.definition import definition, related, waiting_for
from app.components.files import file_buttons
from app.components.lineage import where_from
from app.components.table import ROW_HEIGHT, status_column
from app.components.url import bound, seed, write
from app.data import Run
from app.specs import DOMAIN_NAMES, EXPLORE, GOOD_WHEN, STATUS_NAMES, TIER_NAMES
from metrics import MetricInfo
from metrics.format import unit_text

MAX_SEARCH = 80
VIEWS = ("Metrics", "Data wanted", "Tables")


@dataclass(frozen=True)
class Narrowed:
    """What the reader narrows the catalog to; `among` are the keywords of its search."""

    text: str
    among: dict[str, tuple[Any, ...]]


def view() -> str:
    """What the page shows; one at a time, because a page can hold one large table."""
    chosen: str = st.segmented_control(
        "View",
        VIEWS,
        required=True,
        label_visibility="collapsed",
        **bound("view", VIEWS[0], VIEWS),
    )
    return chosen


def controls(run: Run) -> Narrowed:
    """Search as you type, domain, owner, tag, unit, importance and status."""
    infos = run.catalog.metrics.values()
    known = sorted({domain for info in infos for domain in info.domains})
    domains = {DOMAIN_NAMES.get(domain, domain): domain for domain in known}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        seed("q", "", lambda text: len(text) <= MAX_SEARCH)
        text = st.text_input(
            "Search",
            type="search",
            live=True,
            max_chars=MAX_SEARCH,
            placeholder="Search name, definition or table",
            label_visibility="collapsed",
            width=300,
            key="q",
            on_change=write,
            args=("q", ""),
        )
        domain = _one_of("Domain", "All domains", "domain", sorted(domains))
        owner = _one_of("Owner", "All owners", "owner", sorted({info.owner for info in infos}))
        tag = _one_of("Tag", "All tags", "tag", sorted({t for info in infos for t in info.tags}))
        unit = _one_of("Unit", "All units", "unit", sorted({info.unit for info in infos}))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        tiers = st.pills(
            "Importance",
            list(TIER_NAMES.values()),
            selection_mode="multi",
            label_visibility="collapsed",
            **bound("importance", [], TIER_NAMES.values()),
        )
        statuses = st.pills(
            "Status",
            list(STATUS_NAMES.values()),
            selection_mode="multi",
            label_visibility="collapsed",
            **bound("status", [], STATUS_NAMES.values()),
        )
    among = {
        "domains": (domains[domain],) if domain else (),
        "owners": (owner,) if owner else (),
        "tags": (tag,) if tag else (),
        "units": (unit,) if unit else (),
        "tiers": tuple(tier for tier, label in TIER_NAMES.items() if label in tiers),
        "statuses": tuple(status for status, label in STATUS_NAMES.items() if label in statuses),
    }
    return Narrowed(text.strip(), among)


def _one_of(label: str, everything: str, key: str, options: Sequence[str]) -> str | None:
    """A choice of one, or of all."""
    chosen: str | None = st.selectbox(
        label,
        options,
        placeholder=everything,
        label_visibility="collapsed",
        width=160,
        index=None,
        **bound(key, None, options),
    )
    return chosen


def catalog_table(run: Run, found: Sequence[MetricInfo]) -> MetricInfo | None:
    """The metrics that match; returns the one whose row is chosen."""
    frame = pd.DataFrame([_row(info) for info in found])
    event: Any = st.dataframe(
        frame.assign(Status=frame["Status"].map(lambda status: [status])),
        key="catalog_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(frame), 16) + 1) + 3,
        column_config={
            "Metric": st.column_config.TextColumn(width=230),
            "Unit": st.column_config.TextColumn(width=90),
            "Definition": st.column_config.TextColumn(width=420),
            "Status": status_column(),
        },
        alt="Metrics with domain, importance, status, unit and definition",
    )
    file_buttons(frame, None, (), "metric_catalog")
    rows: list[int] = event.selection.rows
    if rows and rows[0] < len(found):
        return found[rows[0]]
    return found[0] if len(found) == 1 else None


def chosen_card(run: Run, info: MetricInfo) -> None:
    """The full definition of one metric and the way to its numbers."""
    with st.container(border=True):
        st.header(info.label, anchor=False)
        if info.status != "live":
            waiting_for(run, info)
        definition(run, info)
        where_from(run, info)
        related(run, info.related, inside=True)
        label = run.labels[info.name]
        st.page_link(
            EXPLORE,
            label=f"Explore {label}",
            icon=":material/query_stats:",
            query_params={"metric": label},
        )


def _row(info: MetricInfo) -> dict[str, Any]:
    return {
        "Metric": info.label,
        "Domain": ", ".join(DOMAIN_NAMES.get(d, d) for d in info.domains),
        "Importance": TIER_NAMES[info.tier],
        "Status": STATUS_NAMES[info.status],
        "Unit": unit_text(info.unit, info.display_unit),
        "Good when": GOOD_WHEN[info.direction],
        "Definition": info.description,
        "Waits for": ", ".join(info.waiting_for),
        "Since": info.first_day if info.answerable else None,
        "Owner": info.owner,
        "Name": info.name,
        "Facts": ", ".join(info.facts),
    }
