"""Search from anywhere: one box that leads to any page or metric, opened by a key."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import data
from app.components.focus import focus_first_field
from app.specs import CATALOG, CUSTOMER_PAGE, DOMAIN_NAMES, EXPLORE, STATUS_NAMES
from app.text import plain
from metrics import MetricInfo

SHORTCUT = "Ctrl+K"
TEXT = "command_text"
LONGEST = 80
MOST_METRICS = 10
MOST_CUSTOMERS = 8


def command_button(pages: Sequence[StreamlitPage]) -> None:
    """The way in, above the filters; the box is a fragment, so typing runs no page."""
    if st.sidebar.button(
        "Search",
        key="command",
        icon=":material/search:",
        shortcut=SHORTCUT,
        width="stretch",
    ):
        _box([page for page in pages if page.visibility == "visible"])


@st.dialog("Go to", width="medium", icon=":material/search:")
def _box(pages: Sequence[StreamlitPage]) -> None:
    """What matches, as links: they keep the shared controls and are one step of Back."""
    text = st.text_input(
        "Search metrics, pages and customers",
        type="search",
        live="200ms",
        key=TEXT,
        max_chars=LONGEST,
        placeholder="A metric, what it is about, a page or a customer",
        label_visibility="collapsed",
    ).strip()
    focus_first_field()
    titled = [page for page in pages if _says(page.title, text)]
    with data.hold() as run, st.container(gap="xxsmall"):
        for page in titled:
            _link(page, page.title, "Page", page.icon)
        found = run.catalog.search(text) if text else []
        named = _customers(run, text) if text else []
        for info in found[:MOST_METRICS]:
            label = run.labels[info.name]
            _link(EXPLORE, label, _about(info, text), ":material/query_stats:", metric=label)
        if len(found) > MOST_METRICS:
            more = f"All {len(found)} metrics that match"
            _link(CATALOG, more, "Metric catalog", ":material/menu_book:", q=text)
        for id, name in named[:MOST_CUSTOMERS]:
            _link(CUSTOMER_PAGE, name, "Customer", ":material/storefront:", customer=id)
        if not titled and not found and not named:
            st.markdown(f"**Nothing is called or described as {plain(text)}**")
            st.markdown("Every word has to match. Try fewer, or another name for it.")


def _customers(run: data.Run, text: str) -> list[tuple[str, str]]:
    """Customers with every word of the text in their name, by name."""
    words = text.lower().split()
    known = run.names("customer", "customer_name")
    found = [(id, name) for id, name in known.items() if all(w in name.lower() for w in words)]
    return sorted(found, key=lambda one: one[1].lower())


def _says(title: str, text: str) -> bool:
    """Whether a page has every word of the text at the start of a word of its title."""
    words = title.lower().split()
    return all(any(one.startswith(word) for one in words) for word in text.lower().split())


def _link(page: str | StreamlitPage, label: str, about: str, icon: str, **own: str) -> None:
    text = f"{plain(label)} :small[:gray[{plain(about)}]]"
    st.page_link(page, label=text, icon=icon, query_params=own or None)


def _about(info: MetricInfo, text: str) -> str:
    """Where a metric belongs, what else it is called if that is why it was found, its state."""
    words = text.lower().split()
    others = [name for name in (*info.aliases, *info.synonyms) if _has(name, words)]
    said = [", ".join(DOMAIN_NAMES.get(domain, domain) for domain in info.domains)]
    if others and not _has(info.label, words):
        said.append(f"also {others[0].replace('_', ' ')}")
    if info.status != "live":
        said.append(STATUS_NAMES[info.status].lower())
    return " · ".join(said)


def _has(name: str, words: Sequence[str]) -> bool:
    return any(word in name.lower() for word in words)
