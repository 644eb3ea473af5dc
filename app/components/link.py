"""The address of the page as a person sees it, to copy and pass on."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st


def page_link_box() -> None:
    """Below the saved views; drawn when the page is, so that all it was asked is in it."""
    with st.sidebar:
        box = st.expander(
            "Link to this page", key="link", icon=":material/link:", on_change="rerun"
        )
    if box.open:  # a code box makes the browser fetch a highlighter
        box.code(address(), language=None, wrap_lines=True)


def address() -> str:
    """The full address with everything that was chosen."""
    chosen = urlencode(
        [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    )
    base = str(st.context.url or "")
    return f"{base}?{chosen}" if chosen else base
