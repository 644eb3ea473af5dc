"""Saved views: pages as people left them, named, for everybody, deletable by their maker."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

from app import data
from app.components.states import remark
from app.components.url import SHARED, open_as
from app.scope import COMPARISONS, DEFAULT_GRAIN, DEFAULT_PERIOD, FILTERS
from app.text import plain
from metrics.app_state import LONGEST_NAME, SavedView
from metrics.errors import AppStateError

OPENED, NAME, PROBLEM = "view to open", "view_name", "view problem"
DEFAULTS = {"period": DEFAULT_PERIOD, "grain": DEFAULT_GRAIN, "compare": COMPARISONS[0]}
COOKIE = "_streamlit_xsrf"  # every browser that opens the app holds one


def saved_views(page: str) -> None:
    """The list in the sidebar, and the form that adds the page as it stands."""
    _open_chosen()
    with st.sidebar.expander("Saved views", icon=":material/bookmark:"):
        try:
            views, me = data.app_state().views(), maker()
        except AppStateError as error:
            remark(str(error))
            return
        if not views:
            st.markdown(":small[:gray[None yet. Name this page as you see it now:]]")
        for view in views:
            _row(view, bool(me) and view.maker == me)
        st.text_input(
            "Name of the view",
            key=NAME,
            max_chars=LONGEST_NAME,
            placeholder="Name",
            label_visibility="collapsed",
        )
        st.button("Save this view", icon=":material/bookmark_add:", on_click=_save, args=(page, me))
        if problem := st.session_state.pop(PROBLEM, ""):
            st.markdown(f":small[:red[{plain(problem)}]]")


def _row(view: SavedView, mine: bool) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="xxsmall"):
        st.button(
            plain(view.name),
            key=f"open {view.id}",
            type="tertiary",
            on_click=_choose,
            args=(view,),
        )
        if mine:
            st.button(
                ":small[:gray[Delete]]",  # a bare icon would have no name for a screen reader
                key=f"delete {view.id}",
                type="tertiary",
                help=f"Delete {plain(view.name)}",
                on_click=_delete,
                args=(view,),
            )


def _save(page: str, me: str) -> None:
    state = {name: st.query_params.get_all(name) for name in st.query_params}
    try:
        data.app_state().save(st.session_state[NAME], page, state, me)
    except AppStateError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.session_state[NAME] = ""


def _delete(view: SavedView) -> None:
    try:
        data.app_state().delete(view.id, maker())
    except AppStateError as error:
        st.session_state[PROBLEM] = str(error)


def _choose(view: SavedView) -> None:
    """Set the shared controls as the view has them; the run that follows opens its page."""
    for name in SHARED:
        value = _control(name, view.state.get(name, []))
        if value is None:
            st.session_state.pop(name, None)
        else:
            st.session_state[name] = value
    st.session_state[OPENED] = view


def _control(name: str, values: Any) -> Any:
    """What a shared control holds for what stands in the address; None for its default."""
    if name in FILTERS:
        return list(values)
    if name == "range":
        days = [date.fromisoformat(one) for one in values]
        return tuple(days) or None
    return values[0] if values else DEFAULTS.get(name)


def _open_chosen() -> None:
    view: SavedView | None = st.session_state.pop(OPENED, None)
    if view is not None:
        open_as(f"app_pages/{view.page or 'overview'}.py", view.state)


def maker() -> str:
    """Who is looking: the signed-in user, else this browser by a token it holds anyway."""
    if st.user.get("is_logged_in"):
        return str(st.user.get("email") or st.user.get("sub") or "")
    token, _ = decode_xsrf_token_string(st.context.cookies.get(COOKIE, ""))
    return sha256(token).hexdigest() if token else ""
