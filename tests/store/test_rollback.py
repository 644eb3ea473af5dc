"""Going back to an earlier build: at once, on both engines, and never for good."""

from __future__ import annotations

import threading
from itertools import pairwise

import psycopg
import pytest
import sqlalchemy as sa

from metrics.errors import BuildRunningError, NothingBuiltError, StoreError, UnknownNameError
from metrics.store.files import build_files
from tests.store.processes import end_of, start
from tests.store.state import kept_in, pointer_of, read_current, strays
from tests.store.work import Place, build_here, check
from tests.support.postgres import plain


def roll_back(place: Place, to: str | None = None) -> str:
    store = place.open()
    try:
        return store.rollback(to)
    finally:
        store.close()


def states(place: Place) -> dict[str, str]:
    """What the store says about each build."""
    store = place.open()
    try:
        found = store.builds()
        assert [build.id for build in found] == sorted(kept_in(place), reverse=True)
        assert all(build.info and build.info.id == build.id for build in found)
        return {build.id: build.state for build in found}
    finally:
        store.close()


def test_it_goes_back_one_build_at_a_time_until_there_is_none(place: Place) -> None:
    one, two, three = place.build(), place.build(), place.build()
    assert states(place) == {three: "current", two: "kept", one: "kept"}
    assert roll_back(place) == two == read_current(place) == pointer_of(place)
    assert states(place) == {three: "undone", two: "current", one: "kept"}
    assert roll_back(place) == one == read_current(place)
    with pytest.raises(NothingBuiltError, match="no build before"):
        roll_back(place)
    assert read_current(place) == one
    assert kept_in(place) == [three, two, one]


def test_a_build_is_chosen_by_id_in_both_directions(place: Place) -> None:
    one, two, three = place.build(), place.build(), place.build()
    assert roll_back(place, one) == one == read_current(place)
    assert roll_back(place, three) == three == read_current(place)
    assert set(states(place).values()) == {"current", "kept"}
    with pytest.raises(UnknownNameError, match="no build"):
        roll_back(place, "20200101000000000000")
    with pytest.raises(StoreError, match="is the current one"):
        roll_back(place, three)
    assert roll_back(place, two) == two == read_current(place)


def test_the_next_build_is_newer_than_what_was_undone_and_removes_it(place: Place) -> None:
    one, two = place.build(), place.build()
    roll_back(place)
    three = place.build()
    assert three > two
    assert read_current(place) == three
    assert kept_in(place) == [three, one]
    assert strays(place) == []
    assert roll_back(place) == one == read_current(place)


def test_pruning_never_takes_the_build_gone_back_to(place: Place) -> None:
    builds = [place.build() for _ in range(3)]
    oldest = roll_back(place, builds[0])
    assert oldest == builds[0]
    newest = place.build()
    assert kept_in(place) == [newest, oldest]
    assert roll_back(place) == oldest == read_current(place)


def test_the_next_id_is_later_even_when_the_clock_went_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.build()
    undone = place.build()
    roll_back(place)

    class Earlier:
        @staticmethod
        def now(zone: object) -> object:
            from datetime import UTC, datetime

            return datetime(2020, 1, 1, tzinfo=UTC)

    monkeypatch.setattr("metrics.store.base.datetime", Earlier)
    assert place.build() == str(int(undone) + 1)


def test_readers_follow_and_a_lease_stays_what_it_was(place: Place) -> None:
    one, two = place.build(), place.build()
    reader = place.open()
    try:
        with reader.lease() as held:
            roll_back(place)
            assert held.info.id == two
            assert check(held) == []
            with reader.lease() as other:
                assert other.info.id == one
                assert check(other) == []
        with reader.lease() as after:
            assert after.info.id == one
    finally:
        reader.close()


def test_no_reader_sees_half_of_two_builds_while_it_goes_back_and_forth(place: Place) -> None:
    place.build()
    newest = place.build()
    wrong: list[str] = []
    seen: list[str] = []
    stop = threading.Event()

    def read() -> None:
        reader = place.open()
        while not stop.is_set():
            try:
                with reader.lease() as lease:
                    seen.append(lease.info.id)
                    wrong.extend(check(lease))
            except Exception as error:
                wrong.append(repr(error))
        reader.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        roll_back(place)
        roll_back(place, newest)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert any(before != after for before, after in pairwise(seen))


def test_it_is_refused_while_a_build_runs_and_without_a_build(place: Place) -> None:
    with pytest.raises(NothingBuiltError):
        roll_back(place)
    place.build()
    place.build()
    with place.open().write(), pytest.raises(BuildRunningError):
        roll_back(place)


def test_a_killed_rollback_changes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.build()
    newest = place.build()
    monkeypatch.setenv("METRICS_FAULT", "fail:before-pointer")
    with pytest.raises(StoreError, match="could not be written"):
        roll_back(place)
    monkeypatch.delenv("METRICS_FAULT")
    assert read_current(place) == newest
    assert set(states(place).values()) == {"current", "kept"}
    assert end_of(start(build_here, place)) == 0


def test_a_damaged_build_is_not_gone_back_to(folder_place: Place) -> None:
    place = folder_place
    _, newest = place.build(), place.build()
    build_files(place.folder)[1].write_text("no database")
    with pytest.raises(StoreError, match="cannot be read"):
        roll_back(place)
    assert read_current(place) == newest


def test_published_views_go_back_with_the_pointer(pg_place: Place) -> None:
    """Views of ours follow, with or without the same columns; one of somebody else stays."""
    older, newer = pg_place.build(), pg_place.build()
    engine = sa.create_engine(pg_place.url, poolclass=sa.NullPool)
    statements = (
        f"CREATE VIEW metrics.one AS SELECT build, '{newer}'::text AS build_id FROM mb_{newer}.one",
        f'ALTER TABLE "mb_{newer}".two ADD COLUMN extra int DEFAULT 100 % 7',
        f'CREATE VIEW metrics.two AS SELECT * FROM "mb_{newer}".two',
        f'CREATE TABLE "mb_{newer}".new AS SELECT 1 AS n',
        f'CREATE VIEW metrics.new AS SELECT * FROM "mb_{newer}".new',
        "CREATE VIEW metrics.theirs AS SELECT 'mine' AS build",
        "CREATE TABLE metrics.notes AS SELECT 'kept' AS note",
    )
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    assert roll_back(pg_place) == older
    with psycopg.connect(plain(pg_place.url)) as other:
        one = other.execute("SELECT DISTINCT build, build_id FROM metrics.one").fetchall()
        assert one == [(older, older)]
        assert other.execute("SELECT DISTINCT build FROM metrics.two").fetchall() == [(older,)]
        assert other.execute("SELECT to_regclass('metrics.new')").fetchall() == [(None,)]
        assert other.execute("SELECT build FROM metrics.theirs").fetchall() == [("mine",)]
        assert other.execute("SELECT note FROM metrics.notes").fetchall() == [("kept",)]


def test_what_rests_on_a_build_keeps_it(pg_place: Place) -> None:
    """A view of somebody else over the tables of a build is never dropped with it."""
    place = Place("postgresql", pg_place.folder, pg_place.url, keep=1)
    oldest = place.build()
    with psycopg.connect(plain(place.url), autocommit=True) as other:
        other.execute(f"CREATE VIEW public.board AS SELECT build FROM mb_{oldest}.one")
        newest = [place.build() for _ in range(2)][-1]
        assert kept_in(place) == [newest, oldest]
        assert other.execute("SELECT DISTINCT build FROM public.board").fetchall() == [(oldest,)]
        other.execute("DROP VIEW public.board")
    last = place.build()
    assert kept_in(place) == [last]


def test_what_rests_on_a_published_view_is_never_dropped(pg_place: Place) -> None:
    _, newer = pg_place.build(), pg_place.build()
    with psycopg.connect(plain(pg_place.url)) as other:
        other.execute(f'ALTER TABLE "mb_{newer}".two ADD COLUMN extra int')
        other.execute(f'CREATE VIEW metrics.two AS SELECT * FROM "mb_{newer}".two')
        other.execute("CREATE VIEW public.board AS SELECT extra FROM metrics.two")
    with pytest.raises(StoreError, match=r"rests on the view metrics\.two"):
        roll_back(pg_place)
    assert read_current(pg_place) == newer
    with psycopg.connect(plain(pg_place.url)) as other:
        assert other.execute("SELECT count(extra) FROM public.board").fetchall() == [(0,)]
