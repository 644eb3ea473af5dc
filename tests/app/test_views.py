"""Saved views in the sidebar: kept, opened with all that was chosen, and hostile names as text."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from metrics.app_state import AppState
from tests.app.conftest import Open


def state_of(folder: Path) -> AppState:
    return AppState(f"sqlite:///{folder / 'app-state.sqlite'}")


def save(at: AppTest, name: str) -> AppTest:
    at.text_input(key="view_name").set_value(name).run()
    next(one for one in at.button if one.label == "Save this view").click().run()
    assert not at.exception
    return at


def test_a_page_is_kept_as_it_stands(open_page: Open, tmp_path: Path) -> None:
    at = save(open_page("revenue", grain="Week", tier=["SMB"], revenue_metric="ARPA"), "Weekly")
    [view] = state_of(tmp_path).views()
    assert (view.name, view.page) == ("Weekly", "revenue")
    assert view.state == {"grain": ["Week"], "tier": ["SMB"], "revenue_metric": ["ARPA"]}
    assert "Weekly" in [one.label for one in at.button]
    assert at.text_input(key="view_name").value == ""


def test_a_view_opens_with_all_that_was_chosen(open_page: Open, tmp_path: Path) -> None:
    state = {"grain": ["Week"], "tier": ["SMB"], "period": ["Custom"]}
    state |= {"range": ["2026-09-01", "2026-10-31"]}
    view = state_of(tmp_path).save("Board", "revenue", state, "ann")
    at = open_page("overview", tier=["Enterprise"], compare="no comparison")
    at.button(key=f"open {view.id}").click().run()
    assert not at.exception
    assert at.title[0].value == "Revenue"
    assert at.multiselect(key="tier").value == ["SMB"]
    assert at.session_state["grain"] == "Week"
    assert at.session_state["compare"] == "vs previous period"
    assert "1 Sep" in " ".join(one.value for one in at.main.markdown)


def test_a_view_of_somebody_else_cannot_be_deleted(open_page: Open, tmp_path: Path) -> None:
    view = state_of(tmp_path).save("Theirs", "sales", {}, "somebody else")
    at = open_page()
    assert f"delete {view.id}" not in [one.key for one in at.button]


def test_a_hostile_name_is_text(open_page: Open, tmp_path: Path) -> None:
    name = "![x](http://127.0.0.1:9/x.png) **b**"
    save(open_page(), name)
    at = open_page()
    label = next(one.label for one in at.button if one.key.startswith("open "))
    assert "![x](" not in label
    assert label.replace("\\", "").replace("\u2060", "") == name


def test_without_their_database_the_page_stays(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "app-state.sqlite").write_text("not a database " * 100)
    at = open_page()
    assert not at.exception
    assert len(at.metric) > 4
    assert any("saved views cannot be used" in one.value for one in at.sidebar.markdown)


def test_a_view_without_a_name_is_refused_in_words(open_page: Open, tmp_path: Path) -> None:
    at = save(open_page(), "  ")
    assert any("A view needs a name" in one.value for one in at.sidebar.markdown)
    assert state_of(tmp_path).views() == []
