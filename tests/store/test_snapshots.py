"""What a source tells only about today is kept once for each day, however often a build runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.build.snapshots import keep_snapshot
from metrics.build.stage import Staged, stage_name
from metrics.build.workspace import Workspace
from metrics.engines.engine import ENGINES
from metrics.settings import Settings, load_settings
from metrics.sources.model import Column, Fact

FACT = Fact(
    name="states",
    description="What each thing is in now.",
    grain="one row per thing",
    key=("thing",),
    columns={
        "thing": Column(type="text", description="the thing"),
        "state": Column(type="text", description="its state"),
    },
    snapshot=True,
)
DAYS = [date(2026, 10, day) for day in (29, 30, 31)]


class Source:
    """A source of states that is staged as a build does, and read back from what was kept."""

    def __init__(self, space: Workspace, settings: Settings) -> None:
        self.space, self.settings = space, settings

    def stage(self, day: date, states: dict[str, str], fail: bool = False) -> list[tuple[str, ...]]:
        """Stage today's states; gives all kept rows as (day, thing, state)."""
        name = stage_name(FACT.name)
        self.space.execute(
            f'CREATE TEMPORARY TABLE "{name}" (day DATE, thing VARCHAR(9), state VARCHAR(9))'
        )
        for thing, state in states.items():
            self.space.execute(f"INSERT INTO \"{name}\" VALUES ('{day}', '{thing}', '{state}')")
        last = day if states else None
        staged = Staged(FACT.name, len(states), last, last, last, ())
        settings = self.settings.model_copy(update={"as_of": day})
        kept = keep_snapshot(self.space, settings, FACT, staged)
        cursor = self.space.execute(f'SELECT day, thing, state FROM "{name}" ORDER BY 1, 2')
        rows = [tuple(map(str, row)) for row in cursor]
        assert kept.rows == len(rows)
        assert str(kept.first_day) == (rows[0][0] if rows else "None")
        self.space.drop(name)
        return rows


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    """A source on each engine."""
    url = f"duckdb:///{tmp_path / 'build.duckdb'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
    settings = load_settings(env={}, home=tmp_path, warehouse_url=f"duckdb:///{tmp_path}/w.duckdb")
    settings.store_folder.mkdir(parents=True)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield Source(Workspace(connection, ENGINES[request.param]), settings)
    engine.dispose()


def test_each_day_is_kept_once(source: Source) -> None:
    first = [("2026-10-29", "a", "on"), ("2026-10-29", "b", "on")]
    assert source.stage(DAYS[0], {"a": "on", "b": "on"}) == first
    assert source.stage(DAYS[0], {"a": "on", "b": "on"}) == first
    second = [("2026-10-30", "a", "off")]
    assert source.stage(DAYS[1], {"a": "on", "b": "on"})[:2] == first
    assert source.stage(DAYS[1], {"a": "off"}) == first + second


def test_a_day_that_became_empty_is_empty(source: Source) -> None:
    source.stage(DAYS[0], {"a": "on"})
    source.stage(DAYS[1], {"a": "on"})
    assert source.stage(DAYS[1], {}) == [("2026-10-29", "a", "on")]


def test_a_build_of_an_earlier_day_rewrites_no_history(source: Source) -> None:
    source.stage(DAYS[0], {"a": "on"})
    source.stage(DAYS[2], {"a": "off"})
    assert source.stage(DAYS[0], {"a": "odd"}) == [("2026-10-29", "a", "on")]
    assert source.stage(DAYS[1], {"a": "odd"}) == [("2026-10-29", "a", "on")]
    assert source.stage(DAYS[2], {"a": "off"})[-1] == ("2026-10-31", "a", "off")
