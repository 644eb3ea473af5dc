"""A build that fails leaves the last one, tidies up, and says why in one sentence."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from metrics.errors import BuildRunningError, StoreError, WarehouseError
from metrics.store.embedded import EmbeddedStore
from metrics.store.faults import POINTS
from metrics.store.files import LOCK
from tests.store.processes import CONTEXT, build_next, end_of, start
from tests.store.state import kept_in, pointer_of, read_current, strays
from tests.store.work import (
    Place,
    build_at_once,
    build_on_full_disk,
    fill,
    hold_the_lock,
)

AFTER = ("pointer-written", "before-clean-up")


def test_failing_at_every_point_by_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = place.build()
    for point in POINTS[place.engine]:
        monkeypatch.setenv("METRICS_FAULT", f"fail:{point}")
        if point in AFTER:
            before = place.build()  # published: what fails afterwards is no failure of the build
        else:
            with pytest.raises(StoreError, match="No space left on device"):
                place.build()
            assert strays(place) == []
        assert pointer_of(place) == before
        assert read_current(place) == before
    monkeypatch.delenv("METRICS_FAULT")
    assert place.build() > before
    assert strays(place) == []


class Calls:
    """Counts the calls that touch files and lets the n-th one fail."""

    def __init__(self, fail_at: int) -> None:
        self.fail_at, self.count = fail_at, 0

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **how: Any) -> Any:
            self.count += 1
            if self.count == self.fail_at:
                raise OSError(28, "No space left on device")
            return function(*args, **how)

        return call


FILE_CALLS = ("open", "rename", "replace", "fsync", "mkdir", "unlink", "rmdir")


def test_the_nth_file_call_fails_for_every_n(
    folder_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder_place
    before, told = place.build(), list[str]()
    for n in range(1, 200):
        calls = Calls(n)
        with monkeypatch.context() as patch:
            for name in FILE_CALLS:
                patch.setattr(os, name, calls.wrap(getattr(os, name)))
            patch.setattr(Path, "open", calls.wrap(Path.open))
            try:
                place.build()
            except StoreError as error:
                told.append(str(error))
        after = pointer_of(place)
        assert after is not None
        assert after >= before
        assert read_current(place) == after
        before = after
        if calls.count < n:
            break
    assert 10 < len(told) <= n < 199, "not every call was made to fail"
    assert all("No space left" in words for words in told)
    place.build()
    assert strays(place) == []


def test_a_full_disk_leaves_the_last_build(folder_place: Place) -> None:
    before = folder_place.build()
    outcome = CONTEXT.Queue()
    assert end_of(start(build_on_full_disk, folder_place, outcome)) == 0
    kind, words = outcome.get(timeout=5)
    assert kind == "StoreError"
    assert str(folder_place.folder) not in words or "File too large" in words
    assert read_current(folder_place) == before
    folder_place.build()
    assert strays(folder_place) == []


def test_an_error_in_the_middle_leaves_nothing(place: Place) -> None:
    before = place.build()
    store = place.open()
    with suppress(ZeroDivisionError), store.write() as writing:
        fill(writing)
        raise ZeroDivisionError
    with (
        pytest.raises(StoreError, match="The build stopped: ") as stopped,
        store.write() as writing,
    ):
        writing.connection.exec_driver_sql("SELECT CAST('seven' AS INTEGER)")
    assert "[SQL" not in str(stopped.value)
    with store.write() as writing:
        fill(writing)  # never published
    store.close()
    assert read_current(place) == before
    assert kept_in(place) == [before]
    assert strays(place) == []


def test_of_four_builders_at_once_one_builds(place: Place) -> None:
    for _ in range(2):
        before = pointer_of(place)
        together, outcomes = CONTEXT.Barrier(4), CONTEXT.Queue()
        builders = [start(build_at_once, place, together, outcomes, 0.15) for _ in range(4)]
        told = [outcomes.get(timeout=30) for _ in builders]
        for process in builders:
            assert end_of(process) == 0
        built = [words for kind, words in told if kind == "built"]
        refused = [words for kind, words in told if kind == "refused"]
        assert (len(built), len(refused)) == (1, 3)
        assert all(re.match(r"A build is running \(.+\)\. Wait", words) for words in refused)
        assert pointer_of(place) == built[0] > (before or "")
        assert read_current(place) == built[0]


@pytest.fixture
def busy(place: Place) -> Iterator[tuple[Place, Any]]:
    """A place, and a process that holds its lock in a long statement."""
    ready = CONTEXT.Queue()
    process = start(hold_the_lock, place, ready)
    try:
        ready.get(timeout=30)
        yield place, process
    finally:
        process.kill()
        end_of(process)


def test_the_second_builder_is_told_who_builds_since_when(busy: tuple[Place, Any]) -> None:
    place, process = busy
    with pytest.raises(BuildRunningError) as refused:
        place.build()
    told = re.search(
        r"\(process (\d+) since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC\)", str(refused.value)
    )
    assert told
    assert told[1] == str(process.pid)


def test_a_killed_builder_does_not_keep_the_lock(busy: tuple[Place, Any]) -> None:
    place, process = busy
    process.kill()
    begun = time.monotonic()
    build_next(place, patience=8)
    assert time.monotonic() - begun < 6


def test_a_builder_that_lost_its_lock_does_not_move_the_pointer_back(folder_place: Place) -> None:
    store = folder_place.open()
    with store.write() as writing:
        info = fill(writing)
        (folder_place.folder / LOCK).unlink()
        newer = folder_place.build()
        with pytest.raises((StoreError, FileNotFoundError)):
            writing.publish(info)
    store.close()
    assert read_current(folder_place) == newer


def test_a_missing_or_busy_warehouse_is_named_without_its_folder(tmp_path: Path) -> None:
    missing = tmp_path / "secret-folder" / "company.duckdb"
    damaged = tmp_path / "secret-folder" / "damaged.duckdb"
    damaged.parent.mkdir()
    damaged.write_text("no database at all")
    for path in (missing, damaged):
        store = EmbeddedStore(tmp_path / "store", path)
        with pytest.raises(WarehouseError, match=path.name) as refused, store.write():
            pass
        assert "secret-folder" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = EmbeddedStore(tmp_path / "file" / "store", None)
    with pytest.raises(StoreError, match="could not be written"), store.write():
        pass
    with pytest.raises(StoreError), store.lease():
        pass


def test_ids_go_forward_when_the_clock_goes_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place.build()

    class Earlier:
        @staticmethod
        def now(zone: object) -> Any:
            from datetime import datetime

            return datetime(2001, 2, 3)

    monkeypatch.setattr("metrics.store.base.datetime", Earlier)
    second, third = place.build(), place.build()
    assert [int(second) - int(first), int(third) - int(second)] == [1, 1]
    assert read_current(place) == third
