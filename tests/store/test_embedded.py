"""Builds in a folder: damage, a locked-down reader, and the order that survives a power cut."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from metrics.errors import StoreError
from metrics.store.base import Lease
from metrics.store.embedded import EmbeddedStore
from metrics.store.files import POINTER, build_files, read_pointer
from tests.store.state import kept_in, pointer_of, read_current, strays
from tests.store.work import Place, check

UNREADABLE_POINTERS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"20261031000000000000"',
    b'{"build": "20261031000000000000"}',
    b'{"build": 7, "file": "build-7.duckdb"}',
    b'{"build": "20261031000000000000", "file": "../../secret.duckdb"}',
    b'{"build": "20261031000000000000", "file": "/etc/passwd"}',
    b"\xff\xfe\x00",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder with two builds, made once: the folder, the older id, the newer id."""
    place = Place("duckdb", tmp_path_factory.mktemp("made") / "store")
    return place.folder, place.build(), place.build()


@pytest.fixture
def two(made: tuple[Path, str, str], folder_place: Place) -> tuple[Place, str, str]:
    """A store of its own with these two builds."""
    folder, older, newer = made
    shutil.copytree(folder, folder_place.folder)
    return folder_place, older, newer


def file_of(place: Place, build: str) -> Path:
    return place.folder / f"build-{build}.duckdb"


def test_a_build_takes_no_more_memory_than_it_may(folder_place: Place) -> None:
    store = EmbeddedStore(folder_place.folder, None, memory_gb=0.5)
    with store.write() as writing:
        asked = "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
        limit, rests = writing.connection.exec_driver_sql(asked).one()
        assert limit == "476.8 MiB"  # half of 10^9 bytes
        assert Path(rests).parent == folder_place.folder
        assert Path(rests).name.startswith("tmp-"), "the next build removes what is left"


def test_the_pointer_names_file_and_digest(two: tuple[Place, str, str]) -> None:
    place, older, newer = two
    pointer = json.loads((place.folder / POINTER).read_bytes())
    assert (pointer["build"], pointer["file"]) == (newer, f"build-{newer}.duckdb")
    assert [item["build"] for item in pointer["previous"]] == [older]
    assert all(len(item.sha256) == 64 for item in read_pointer(place.folder))


def test_other_programs_read_as_the_documents_say(two: tuple[Place, str, str]) -> None:
    place, _, newer = two
    document = Path(__file__).parents[2] / "docs" / "publishing.md"
    example = re.search(r"```python\n(.*?)```", document.read_text(), re.DOTALL)
    assert example
    program = example[1].replace(".metrics/store/demo-12345678", str(place.folder)) + dedent("""
        print(tables.fetchall(), build.sql("SELECT DISTINCT build FROM one").fetchall(), flush=True)
        input()
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        told = other.stdout.readline()
        assert "('one',)" in told
        assert newer in told
        assert read_current(place) == newer
        newest = place.build()
        assert read_current(place) == newest


def test_a_file_open_with_other_settings_is_said(two: tuple[Place, str, str]) -> None:
    """The engine refuses it within one process; an older build would be no answer to that."""
    place, _, newer = two
    with (
        duckdb.connect(str(file_of(place, newer)), read_only=True),
        pytest.raises(StoreError, match="open with other settings"),
    ):
        read_current(place)
    assert read_current(place) == newer


@pytest.mark.parametrize("content", UNREADABLE_POINTERS)
def test_an_unreadable_pointer_does_not_cost_the_figures(
    two: tuple[Place, str, str], content: bytes
) -> None:
    place, _, newer = two
    (place.folder / POINTER).write_bytes(content)
    assert read_current(place) == newer
    newest = place.build()
    assert newest > newer
    assert pointer_of(place) == read_current(place) == newest
    assert strays(place) == []


def test_without_a_pointer_there_are_no_figures(two: tuple[Place, str, str]) -> None:
    place = two[0]
    (place.folder / POINTER).unlink()
    with pytest.raises(StoreError, match=r"no figures yet.*metrics build"):
        read_current(place)


def damage(path: Path, how: str, chance: random.Random) -> None:
    """Change a build file as a bad disk or a bad copy would."""
    size = path.stat().st_size
    if how == "missing":
        path.unlink()
    elif how == "folder":
        path.unlink()
        path.mkdir()
    elif how == "text":
        path.write_text("no database at all")
    elif how == "another build":
        older = next(file for file in build_files(path.parent) if file != path)
        shutil.copy(older, path)
    elif how == "bit":
        at, content = chance.randrange(size), bytearray(path.read_bytes())
        content[at] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
    else:
        os.truncate(path, int(size * float(how)))


DAMAGES = ["missing", "folder", "text", "another build", "0", "0.001", "0.3", "0.7", "0.999"]


@pytest.mark.parametrize("how", [*DAMAGES, *["bit"] * 10])
def test_a_damaged_build_gives_way_to_the_one_before(
    two: tuple[Place, str, str], how: str, request: pytest.FixtureRequest
) -> None:
    place, older, newer = two
    damage(file_of(place, newer), how, random.Random(request.node.name))
    assert read_current(place) == older


@pytest.mark.parametrize("how", ["text", "0.5", "0.999", *["bit"] * 10])
def test_damage_without_a_digest_is_never_a_wrong_figure(
    two: tuple[Place, str, str], how: str, request: pytest.FixtureRequest
) -> None:
    """With the pointer gone bad too, the engine's own checksums are left."""
    place, older, newer = two
    (place.folder / POINTER).write_text("{")
    damage(file_of(place, newer), how, random.Random(request.node.name))
    store = place.open()
    try:
        with store.lease() as lease:
            assert lease.info.id in (older, newer)
            assert check(lease) == []
    except StoreError as error:
        assert "could not be read" in str(error)  # noqa: PT017
    finally:
        store.close()


def test_with_all_builds_damaged_the_error_is_ours(two: tuple[Place, str, str]) -> None:
    place = two[0]
    for build in two[1:]:
        file_of(place, build).write_text("")
    store = place.open()
    for _ in range(2):
        with pytest.raises(StoreError, match="None of the builds can be read"), store.lease():
            pass
    store.close()
    place.build()
    assert kept_in(place)[0] == read_current(place)


def test_a_damaged_new_build_leaves_readers_on_the_old_one(two: tuple[Place, str, str]) -> None:
    place, _, newer = two
    store = place.open()
    with store.lease() as lease:
        assert lease.info.id == newer
    file_of(place, place.build()).write_text("")
    with store.lease() as lease:
        assert lease.info.id == newer
    newest = place.build()
    with store.lease() as lease:
        assert lease.info.id == newest
    store.close()


def test_a_reader_never_goes_back(two: tuple[Place, str, str]) -> None:
    place, _, newer = two
    store, older_pointer = place.open(), (place.folder / POINTER).read_bytes()
    newest = place.build()
    with store.lease() as lease:
        assert lease.info.id == newest > newer
    (place.folder / POINTER).write_bytes(older_pointer)
    with store.lease() as lease:
        assert lease.info.id == newest
    shutil.rmtree(place.folder)
    with store.lease() as lease:
        assert lease.info.id == newest
        assert check(lease) == []
    store.close()


def test_rests_of_killed_builds_go_with_the_next(folder_place: Place) -> None:
    place = folder_place
    place.build()
    spill = place.folder / "tmp-20200101000000000000.duckdb.tmp"
    spill.mkdir()
    (spill / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    for name in (
        "tmp-20200101000000000000.duckdb",
        "tmp-20200101000000000000.duckdb.wal",
        f"tmp-{POINTER}",
        "build-20200101000000000000.duckdb",
    ):
        (place.folder / name).write_bytes(b"x")
    place.build()
    assert strays(place) == []


def test_the_order_survives_a_power_cut(
    folder_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real power cut cannot be had here; the order of the calls is what it depends on."""
    done: list[str] = []
    fsync, rename, replace = os.fsync, os.rename, os.replace

    def kind(path: str) -> str:
        name = Path(path).name
        return "pointer" if POINTER in name else name.partition("-")[0]

    def synced(descriptor: int) -> None:
        done.append(f"sync {kind(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        fsync(descriptor)

    def renamed(source: Any, target: Any) -> None:
        done.append(f"rename {kind(source)} to {kind(target)}")
        rename(source, target)

    def replaced(source: Any, target: Any) -> None:
        done.append(f"replace {kind(target)}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "replace", replaced)
    folder_place.build()
    assert done == [
        "sync tmp",
        "rename tmp to build",
        "sync store",
        "sync pointer",
        "replace pointer",
        "sync store",
    ]


@pytest.fixture
def lease(two: tuple[Place, str, str]) -> Iterator[Lease]:
    """A lease of a small build in a folder."""
    store = two[0].open()
    with store.lease() as lease:
        yield lease
    store.close()


HOSTILE = """
SELECT * FROM read_text('/etc/hostname')
SELECT * FROM read_blob('/etc/hostname')
SELECT * FROM read_csv('/etc/hostname')
SELECT * FROM '/etc/hostname'
SELECT * FROM glob('/etc/*')
SELECT * FROM 'http://127.0.0.1:9/x.csv'
COPY (SELECT 1) TO '{canary}'
EXPORT DATABASE '{canary}'
ATTACH '{canary}' AS other
INSTALL httpfs
LOAD httpfs
LOAD '{canary}.duckdb_extension'
FORCE INSTALL httpfs FROM community
SET enable_external_access = true
SET lock_configuration = false
SET allowed_directories = ['/']
SET memory_limit = '100GB'
SET threads = 64
SET temp_directory = '{canary}'
SET allow_community_extensions = true
SET TimeZone = 'Asia/Tokyo'
PRAGMA profiling_output = '{canary}'
CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')
CREATE TABLE t (i INT)
INSERT INTO build_info VALUES ('x')
UPDATE build_info SET info = ''
DELETE FROM one
DROP TABLE one
CREATE OR REPLACE VIEW one AS SELECT 1
SELECT * FROM postgres_scan('', '', '')
SELECT * FROM sqlite_scan('{canary}', 't')
""".strip().splitlines()


@pytest.mark.parametrize("statement", HOSTILE)
def test_hostile_statements_are_denied(lease: Lease, statement: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    hostile = sa.text(statement.format(canary=canary).replace(":", r"\:"))
    with pytest.raises(StoreError) as denied, lease.connect() as connection:
        connection.execute(hostile)
    assert str(denied.value) == "The build could not be read. Try again in a moment."
    assert not list(tmp_path.glob("canary*"))
    assert check(lease) == []
