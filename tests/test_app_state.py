"""Saved views: who may see, replace and delete them, and what happens without their database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.app_state import LONGEST_NAME, MOST_VIEWS, SCHEMA, AppState
from metrics.errors import AppStateError, SettingsError
from metrics.settings import load_settings

STATE = {"grain": ["Week"], "tier": ["SMB", 'Mid "market" & <b>']}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("pg_url"))
    return f"sqlite:///{tmp_path / 'not there yet' / 'state.sqlite'}"


def test_views_are_for_everybody_and_deleted_by_their_maker(url: str) -> None:
    mine = AppState(url)
    board = mine.save("  Board   deck ", "revenue", STATE, "ann")
    mine.save("at risk", "customer_success", {}, "bob")
    other = AppState(url)  # another process
    seen = other.views()
    assert [(one.name, one.page, one.maker) for one in seen] == [
        ("at risk", "customer_success", "bob"),
        ("Board deck", "revenue", "ann"),
    ]
    assert seen[1].state == STATE
    assert not other.delete(board.id, "bob")
    assert other.delete(board.id, "ann")
    assert [one.name for one in mine.views()] == ["at risk"]


def test_a_name_used_again_replaces_ones_own_view_and_nobody_elses(url: str) -> None:
    state = AppState(url)
    state.save("Weekly", "sales", {}, "ann")
    state.save("Weekly", "sales", {}, "bob")
    state.save("Weekly", "revenue", STATE, "ann")
    assert {(one.maker, one.page) for one in state.views()} == {
        ("ann", "revenue"),
        ("bob", "sales"),
    }


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST_NAME + 1)])
def test_a_name_is_needed(name: str, tmp_path: Path) -> None:
    state = AppState(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with pytest.raises(AppStateError, match="name"):
        state.save(name, "sales", {}, "ann")
    assert state.views() == []


def test_the_list_does_not_grow_for_ever(tmp_path: Path) -> None:
    state = AppState(f"sqlite:///{tmp_path / 'state.sqlite'}")
    for number in range(MOST_VIEWS):
        state.save(f"view {number}", "sales", {}, "ann")
    with pytest.raises(AppStateError, match="Delete one"):
        state.save("one more", "sales", {}, "ann")
    assert len(state.views()) == MOST_VIEWS
    with pytest.raises(AppStateError, match="too much"):
        state.save("view 1", "sales", {"tier": ["x" * 5000]}, "ann")
    assert len(state.views()) == MOST_VIEWS, "what was there is not lost"


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a database, not even a short one" * 100)
    for url in (f"sqlite:///{tmp_path / 'file'}", "postgresql+psycopg://x:secret@127.0.0.1:1/x"):
        with pytest.raises(AppStateError, match="app_state_url") as caught:
            AppState(url).views()
        assert "secret" not in str(caught.value)


def test_foreign_tables_of_the_schema_stay(pg_url: str) -> None:
    engine = sa.create_engine(pg_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(f"CREATE TABLE {SCHEMA}.theirs AS SELECT 1 AS one")
    AppState(pg_url).save("Weekly", "sales", {}, "ann")
    with engine.begin() as connection:
        found = connection.exec_driver_sql(f"SELECT one FROM {SCHEMA}.theirs").scalars().all()
    engine.dispose()
    assert found == [1]


def test_the_setting_names_a_database_that_many_can_write_to(tmp_path: Path) -> None:
    common = {"env": {}, "home": tmp_path}
    assert load_settings(**common).app_state == f"sqlite:///{tmp_path / 'app-state.sqlite'}"
    shared = load_settings(**common, app_state_url="postgresql://u@host/db")
    assert shared.app_state == "postgresql+psycopg://u@host/db"
    with pytest.raises(SettingsError, match="app_state_url"):
        load_settings(**common, app_state_url="duckdb:///views.duckdb")
