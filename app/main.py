"""Entrypoint: the pages, the controls they share, and the lease one page run holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from app import data
from app.components.command import command_button
from app.components.filters import scope_controls
from app.components.link import page_link_box
from app.components.states import guarded
from app.components.status import status_line
from app.components.views import saved_views
from app.specs import (
    BUILDS,
    CATALOG,
    CUSTOMER_PAGE,
    EXPLORE,
    FAVICON,
    GLOSSARY,
    NEED_NO_DATES,
    QUALITY,
)

SIDEBAR_WIDTH = 240


def pages() -> dict[str, list[Any]]:
    """The navigation: files in app_pages, so that tests and links can name them."""
    page = st.Page
    return {
        "": [
            page(
                "app_pages/overview.py",
                title="Company overview",
                icon=":material/dashboard:",
                default=True,
            )
        ],
        "Domains": [
            page("app_pages/revenue.py", title="Revenue", icon=":material/payments:"),
            page("app_pages/operations.py", title="Operations", icon=":material/settings:"),
            page("app_pages/engagement.py", title="Engagement", icon=":material/groups:"),
            page(
                "app_pages/customer_success.py",
                title="Customer success",
                icon=":material/handshake:",
            ),
            page("app_pages/sales.py", title="Sales", icon=":material/trending_up:"),
            page("app_pages/product.py", title="Product analytics", icon=":material/insights:"),
            page("app_pages/marketing.py", title="Marketing", icon=":material/campaign:"),
            page(
                CUSTOMER_PAGE, title="Customer", icon=":material/storefront:", visibility="hidden"
            ),
        ],
        "Definitions": [
            page(EXPLORE, title="Explore", icon=":material/query_stats:"),
            page(CATALOG, title="Metric catalog", icon=":material/menu_book:"),
            page(QUALITY, title="Data quality", icon=":material/fact_check:"),
            page(BUILDS, title="Build history", icon=":material/history:"),
            page(GLOSSARY, title="Glossary", icon=":material/abc:"),
        ],
    }


def main() -> None:
    """One run of one page, all its numbers from one build."""
    # The icon first: without one the browser would fetch the page's symbol from a font host.
    st.set_page_config(page_icon=str(FAVICON), layout="wide", initial_sidebar_state=SIDEBAR_WIDTH)
    listed = pages()
    page = st.navigation(listed, expanded=True)
    with guarded():
        st.title(page.title, anchor=False)
        st.set_page_config(page_title=f"{page.title} · {data.company()}")
        with data.hold() as run:
            command_button([one for section in listed.values() for one in section])
            about_dates = page.url_path not in {Path(one).stem for one in NEED_NO_DATES}
            _shared_controls(run, about_dates)
            saved_views(page.url_path)
            status_line(run, about_dates)
            page.run()
            page_link_box()


def _shared_controls(run: data.Run, about_dates: bool) -> None:
    """The same controls on every page; those that need no dates keep them aside."""
    if about_dates:
        run.scope = scope_controls(run)
    else:
        with st.sidebar.expander("Period"):
            run.scope = scope_controls(run)


main()
