"""The link in the sidebar: the whole address, when it is asked for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open


def link(at: AppTest) -> str:
    """The address in the box once it is open."""
    assert not at.sidebar.code, "closed, it fetches nothing"
    at.session_state["link"] = True
    at.run()
    assert not at.exception
    [box] = at.sidebar.code
    return str(box.value)


def test_the_link_holds_what_was_chosen(open_page: Open) -> None:
    shown = link(open_page("sales", grain="Week", tier=["SMB", "Mid-market"], sales_metric="Win"))
    _, _, query = shown.partition("?")
    assert query == "grain=Week&tier=SMB&tier=Mid-market&sales_metric=Win"


def test_without_choices_it_is_the_address_alone(open_page: Open) -> None:
    assert "?" not in link(open_page())
