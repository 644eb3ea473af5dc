"""A lease is one build: it never changes, never goes back, and lets go when it is returned."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from metrics.errors import StoreError
from metrics.store.base import Lease, Store
from tests.store.state import kept_in, schemas_of
from tests.store.work import Place, check


def one(place: Place) -> Place:
    """The same store, keeping no build but the current one."""
    return Place(place.engine, place.folder, place.url, keep=1)


def open_build_files(place: Place) -> list[str]:
    """Build files of one store this process has open, removed ones included."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    names = []
    for link in links:
        try:
            names.append(os.readlink(link))
        except FileNotFoundError:
            continue
    mine = f"{place.folder.resolve()}/"
    return [name for name in names if name.startswith(f"{mine}build-") and ".duckdb" in name]


def test_without_a_build_there_are_no_figures(place: Place) -> None:
    store = place.open()
    assert store.current_id() is None
    with pytest.raises(StoreError, match="There are no figures yet"), store.lease():
        pass
    store.close()


def test_a_lease_outlives_newer_builds_and_the_next_one_is_new(place: Place) -> None:
    place = one(place)
    first = place.build()
    store = place.open()
    with store.lease() as old:
        newest = [place.build() for _ in range(4)][-1]
        with store.lease() as new:
            assert (old.info.id, new.info.id) == (first, newest)
            assert check(old) == check(new) == []
        assert check(old) == []
    with store.lease() as lease:
        assert lease.info.id == newest
    store.close()
    last = place.build()
    assert kept_in(place) == [last]


def test_nothing_stays_open_once_the_last_lease_is_returned(folder_place: Place) -> None:
    place = one(folder_place)
    place.build()
    store = place.open()
    for _ in range(5):
        with store.lease() as lease:
            place.build()
            assert check(lease) == []
    with store.lease() as lease:
        assert check(lease) == []
        assert {lease.info.id} == {Path(name).stem[6:] for name in open_build_files(place)}
    store.close()
    assert open_build_files(place) == []


def test_a_closed_store_lets_go_when_the_last_lease_is_returned(place: Place) -> None:
    place.build()
    store = place.open()
    with store.lease() as lease:
        store.close()
        assert check(lease) == []
    if place.engine == "duckdb":
        assert open_build_files(place) == []
    with store.lease() as again:  # and opens again for the next one
        assert check(again) == []
    store.close()


def test_many_threads_share_builds_and_none_goes_back(place: Place) -> None:
    place = one(place)
    place.build()
    store, stop, wrong, counts = place.open(), threading.Event(), list[str](), list[int]()

    def work() -> None:
        latest, leases = "", 0
        while not stop.is_set():
            try:
                with store.lease() as lease:
                    if lease.info.id < latest:
                        wrong.append(f"{latest} then {lease.info.id}")
                    latest = lease.info.id
                    wrong.extend(check(lease))
            except Exception as error:
                wrong.append(repr(error))
            leases += 1
        counts.append(leases)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    newest = [place.build(pause=0.05) for _ in range(5)][-1]
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(counts) > 0
    assert current_of(store) == newest
    store.close()


def current_of(store: Store) -> str:
    with store.lease() as lease:
        return lease.info.id


def leave_things_behind(lease: Lease) -> None:
    """What one reader can do to a session: a table that hides a build's own, a variable."""
    with lease.connect() as connection:
        if lease.schema:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
            connection.commit()
        connection.exec_driver_sql("CREATE TEMPORARY TABLE one AS SELECT 'other' AS build")
        connection.exec_driver_sql("PREPARE mine AS SELECT 1")
        connection.commit()


def test_nothing_a_reader_leaves_in_a_session_reaches_the_next(place: Place) -> None:
    place.build()
    store = place.open()
    with store.lease() as lease:
        for _ in range(3):
            leave_things_behind(lease)
            assert check(lease) == []
            with lease.connect() as connection:
                found = connection.execute(
                    sa.text("SELECT count(*) FROM information_schema.tables WHERE table_name='one'")
                ).scalar_one()
            assert found == 1
    store.close()


def test_too_many_questions_at_once_are_refused_in_our_words(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.build()
    create = sa.create_engine

    def impatient(url: str, **how: Any) -> sa.Engine:
        if "pool_timeout" in how:
            how["pool_timeout"] = 0.1
        return create(url, **how)

    monkeypatch.setattr(sa, "create_engine", impatient)
    store = place.open()
    with store.lease() as lease:
        with ExitStack() as stack:
            for _ in range(8):
                stack.enter_context(lease.connect())
            with pytest.raises(StoreError, match="Too many questions"), lease.connect():
                pass
        assert check(lease) == []
    store.close()


def test_old_builds_go_when_newer_ones_come(place: Place) -> None:
    ids = [place.build() for _ in range(5)]
    assert kept_in(place) == ids[:1:-1]


def test_schemas_that_only_look_like_builds_stay(pg_place: Place) -> None:
    store_engine = sa.create_engine(pg_place.url)
    with store_engine.begin() as connection:
        for name in ("mb_2024", "mb_notes", "mb_20240101000000000000_old"):
            connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
    store_engine.dispose()
    for _ in range(5):
        pg_place.build()
    assert len(schemas_of(pg_place.url)) == 3 + 3
