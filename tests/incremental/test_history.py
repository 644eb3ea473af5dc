"""The list of builds tells of each what the build told of itself when it was made."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from metrics.layer import open_layer
from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.incremental.steps import copied


@pytest.fixture
def company(first: Settings, tmp_path: Path) -> Settings:
    """A company of the test's own, built once."""
    return copied(first, tmp_path)


def test_builds_are_told_newest_first_with_what_became_of_them(company: Settings) -> None:
    made = [run_build(company) for _ in range(2)]
    with closing(open_layer(company)) as layer:
        newest, before, first = layer.history()
        assert [newest.id, before.id] == [made[1].id, made[0].id]
        assert [one.state for one in (newest, before)] == ["current", "kept"]
        assert (first.mode, first.reason) == ("full", "there is no build yet")
        for told, info in ((newest, made[1]), (before, made[0])):
            assert told.started_at == info.started_at.replace(microsecond=0)
            assert told.as_of == info.as_of
            assert told.mode == "incremental"
            assert told.rows_read == sum(fact.rows for fact in info.facts.values())
            assert told.checks == len(info.checks)
            assert told.failing == len([one for one in info.checks if one.failing])

        layer.store.rollback()
        undone, current, *_ = layer.history()
        assert (undone.id, undone.state) == (made[1].id, "undone")
        assert (current.id, current.state) == (made[0].id, "current")
        assert undone.rows_read == newest.rows_read
        assert undone.started_at == newest.started_at
