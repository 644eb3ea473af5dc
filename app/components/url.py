"""State of one page in the URL: kept by us, because a bound parameter is not safe to leave.

Streamlit takes parameters bound on one page out of the URL as a step of its own when the reader
goes on, so Back would land on that page without them. A parameter nobody is bound to travels in
the step itself, and Back restores it. Controls that stand on every page are bound (see filters).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SHARED = ("period", "range", "grain", "compare", "tier", "industry", "region")


def seed(key: str, default: Any, valid: Callable[[str], bool]) -> None:
    """Before a control is drawn: take its value from the URL if that has changed.

    The value is a text, or a list of texts if the default is one; what is not valid falls back.
    """
    in_url = st.query_params.get_all(key)
    if key not in st.session_state or st.session_state.get(_seen(key)) != in_url:
        st.session_state[key] = _read(in_url, default, valid)
        st.session_state[_seen(key)] = in_url
    elif not _holds(st.session_state[key], valid):
        st.session_state[key] = default


def write(key: str, default: Any) -> None:
    """After a control has changed: put its value into the URL; a default stays out of it."""
    value = st.session_state[key]
    if value == default or value in (None, "", [], False):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value if isinstance(value, list) else str(value)
    st.session_state[_seen(key)] = st.query_params.get_all(key)


def bound(key: str, default: Any, options: Collection[str]) -> dict[str, Any]:
    """Keywords that tie a control with fixed options to the URL."""
    seed(key, default, lambda text: text in options)
    return {"key": key, "on_change": write, "args": (key, default)}


def go_to(page: str, **own: str) -> None:
    """Open a page from code with all shared parameters and some of its own, in one step of Back.

    `st.switch_page` refuses to carry bound parameters; without them the next page would add them
    in a second step, and Back would stop in between with the controls reset. So they are unbound
    first; the next page binds them again.
    """
    kept = {key: st.query_params.get_all(key) for key in SHARED if key in st.query_params}
    open_as(page, {**kept, **own})


def open_as(page: str, state: Mapping[str, str | Sequence[str]]) -> None:
    """Open a page from code with these parameters and no others, in one step of Back."""
    context = get_script_run_ctx()
    if context is not None:
        with context.session_state.query_params() as params:
            for key in SHARED:
                if binding := params.get_binding_for_param(key):
                    params.unbind_widget(binding.widget_id)
    st.switch_page(page, query_params=dict(state))


def _seen(key: str) -> str:
    return f"{key} in the URL"


def _read(in_url: list[str], default: Any, valid: Callable[[str], bool]) -> Any:
    values = [text for text in in_url if valid(text)]
    if isinstance(default, list):
        return values or default
    if not values:
        return default
    return values[0] == "True" if isinstance(default, bool) else values[0]


def _holds(value: Any, valid: Callable[[str], bool]) -> bool:
    texts = value if isinstance(value, list) else [value]
    return all(text is None or valid(str(text)) for text in texts)
