"""Builds in a database: sessions, roles, locks, lost connections, and secrets in messages."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from metrics.errors import MetricsError, StoreError, WarehouseError
from metrics.store.base import Lease
from metrics.store.postgresql import PostgresqlStore
from tests.store.state import kept_in, pointer_of, read_current
from tests.store.work import Place, check, fill
from tests.support.postgres import plain

PUBLISHING = Path(__file__).parents[2] / "docs" / "publishing.md"
CANARY = "canary-word"

SETTINGS = (
    "default_transaction_read_only",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "TimeZone",
    "search_path",
    "role",
    "session_authorization",
    "work_mem",
)

HOSTILE = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET default_transaction_read_only = off",
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET TimeZone = 'Asia/Tokyo'",
    "SET search_path = pg_catalog",
    "SET work_mem = '1GB'",
    "SELECT set_config('statement_timeout', '0', false)",
    "CREATE TEMPORARY TABLE one (build text)",
    "LISTEN everything",
    "SELECT pg_advisory_lock(1)",
    "PREPARE mine AS SELECT 1",
    "DECLARE mine CURSOR WITH HOLD FOR SELECT 1",
)


@pytest.fixture(scope="module")
def built(pg_module_url: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A database with one build, made once."""
    place = Place("postgresql", tmp_path_factory.mktemp("built"), pg_module_url)
    place.build()
    return place


@contextmanager
def leased(place: Place) -> Iterator[Lease]:
    store = place.open()
    try:
        with store.lease() as lease:
            yield lease
    finally:
        store.close()


def run(place: Place, statement: str) -> list[tuple[Any, ...]]:
    """One statement as the owner of the database."""
    with psycopg.connect(plain(place.url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def ask(
    lease: Lease, before: Callable[[sa.Connection], object], statement: str = "SELECT 1"
) -> None:
    """One question on a connection of a lease, after something was done to it."""
    with lease.connect() as connection:
        before(connection)
        connection.exec_driver_sql(statement.format(schema=lease.schema))


def set_writable(connection: sa.Connection) -> None:
    """Take the session's own read-only setting away, as anybody can."""
    connection.exec_driver_sql("SET default_transaction_read_only = off")
    connection.commit()


def session_of(connection: sa.Connection) -> dict[str, str]:
    """Everything about a session that one reader could leave to the next."""
    found = {
        name: connection.execute(
            sa.text("SELECT current_setting(:name)"), {"name": name}
        ).scalar_one()
        for name in SETTINGS
    }
    for what, counted in {
        "temporary tables": "pg_class WHERE relpersistence = 't'",
        "channels": "pg_listening_channels()",
        "locks": "pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        "statements": "pg_prepared_statements",
        "cursors": "pg_cursors WHERE is_holdable",
    }.items():
        found[what] = str(connection.exec_driver_sql(f"SELECT count(*) FROM {counted}").scalar())
    return found


def backend_of(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_no_setting_of_a_hostile_reader_reaches_the_next(built: Place) -> None:
    with leased(built) as lease:
        with lease.connect() as connection:
            backend, clean = backend_of(connection), session_of(connection)
        assert clean["default_transaction_read_only"] == "on"
        assert clean["statement_timeout"] == "15s"
        assert clean["TimeZone"] == "UTC"
        for statement in HOSTILE:
            with lease.connect() as connection:
                set_writable(connection)
                connection.exec_driver_sql(statement)
                connection.commit()
            with lease.connect() as connection:
                assert backend_of(connection) == backend, "another session proves nothing"
                assert session_of(connection) == clean, statement


def test_a_failed_statement_leaves_a_clean_session(built: Place) -> None:
    with leased(built) as lease:
        for _ in range(3):
            with pytest.raises(StoreError), lease.connect() as connection:
                connection.exec_driver_sql("SELECT 1/0")
            assert check(lease) == []


def test_the_same_question_many_times_in_one_session(built: Place) -> None:
    """The driver prepares what it has seen five times; a cleaned session has forgotten that."""
    with leased(built) as lease:
        for _ in range(15):
            with lease.connect() as connection:
                connection.execute(sa.text("SELECT :n + 1"), {"n": 1})
                connection.commit()
        assert check(lease) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ('INSERT INTO "{schema}".one VALUES (1)', "may only read"),
        ('DROP TABLE "{schema}".one', "may only read"),
        ('TRUNCATE "{schema}".one', "may only read"),
        ("UPDATE metrics.current SET build = '9'", "may only read"),
        ("CREATE TABLE public.t (i int)", "may only read"),
        ("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)", "took too long"),
        ("SELECT * FROM mb_00000000000000000000.one", "Newer builds have replaced"),
        ("SELECT * FROM metrics.nothing", "Newer builds have replaced"),
        ("SELECT 1/0", "could not be read"),
    ],
)
def test_refusals_are_errors_of_ours_without_the_statement(
    built: Place, statement: str, words: str
) -> None:
    with leased(built) as lease:
        with pytest.raises(StoreError, match=words) as refused, lease.connect() as connection:
            connection.exec_driver_sql(statement.format(schema=lease.schema))
        assert "SELECT" not in str(refused.value)
        assert "mb_" not in str(refused.value)
        assert check(lease) == []


def test_a_lost_connection_costs_one_question(pg_place: Place) -> None:
    pg_place.build()
    end = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'metrics reader' AND datname = current_database()"""
    with leased(pg_place) as lease:
        with pytest.raises(WarehouseError, match="was lost"):
            ask(lease, lambda _: run(pg_place, end))
        assert check(lease) == []
        pg_place.build()
    assert read_current(pg_place) == pointer_of(pg_place)


def test_a_builder_whose_connection_is_cut_changes_nothing(pg_place: Place) -> None:
    before = pg_place.build()
    store = pg_place.open()
    newer = ""

    def build_and_be_cut() -> None:
        nonlocal newer
        with store.write() as writing:
            info = fill(writing)
            run(pg_place, f"SELECT pg_terminate_backend({backend_of(writing.connection)})")
            newer = pg_place.build()  # the lock went with the connection
            writing.publish(info)

    with pytest.raises(WarehouseError, match="was lost"):
        build_and_be_cut()
    store.close()
    assert newer > before
    assert pointer_of(pg_place) == newer
    assert kept_in(pg_place) == [newer, before]


def test_a_late_builder_does_not_move_the_pointer_back(pg_place: Place) -> None:
    before = pg_place.build()
    later = "29991231235959000000"
    store = pg_place.open()
    with store.write() as writing:
        info = fill(writing)
        run(pg_place, f"UPDATE metrics.current SET build = '{later}'")
        with pytest.raises(StoreError, match="newer build was published"):
            writing.publish(info)
    store.close()
    assert pointer_of(pg_place) == later
    assert kept_in(pg_place) == [before]


def test_a_build_somebody_reads_is_dropped_later(pg_place: Place) -> None:
    place = Place(pg_place.engine, pg_place.folder, pg_place.url, keep=1)
    first = place.build()
    with leased(place) as lease:
        place.build()
        newest = place.build()
        assert kept_in(place) == [newest, first]
        assert check(lease) == []
    newest = place.build()
    assert kept_in(place) == [newest]


def test_a_foreign_reader_holds_up_neither_builds_nor_readers(pg_place: Place) -> None:
    place = Place(pg_place.engine, pg_place.folder, pg_place.url, keep=1)
    first = place.build()
    with psycopg.connect(plain(place.url)) as foreign:
        foreign.execute(f'SELECT count(*) FROM "mb_{first}".two')  # and the transaction stays open
        newest = place.build()
        assert read_current(place) == newest
        assert kept_in(place) == [newest, first]
    newest = place.build()
    assert kept_in(place) == [newest]


@pytest.fixture
def roles(pg_place: Place) -> Iterator[tuple[Place, Place, Place]]:
    """The place as seen by a role that builds, one that reads, and one without any right."""
    mark = uuid4().hex[:8]
    names = [f"metrics_{kind}_{mark}" for kind in ("builder", "reader", "stranger")]
    for name in names:
        run(pg_place, f"CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'")
    documented = re.search(r"```sql\n(GRANT.*?)```", PUBLISHING.read_text(), re.DOTALL)
    assert documented
    database = sa.make_url(pg_place.url).database or ""
    grants = documented[1].replace("DATABASE warehouse", f"DATABASE {database}")
    for name in names:
        grants = grants.replace(name.removesuffix(f"_{mark}"), name)
    run(pg_place, grants)
    urls = [sa.make_url(pg_place.url).set(username=n, password=CANARY) for n in names]
    places = [
        Place("postgresql", pg_place.folder, url.render_as_string(hide_password=False))
        for url in urls
    ]
    yield places[0], places[1], places[2]
    for name in names:
        run(pg_place, f"DROP OWNED BY {name} CASCADE")
        run(pg_place, f"DROP ROLE {name}")


def test_roles_may_do_what_they_were_granted(roles: tuple[Place, Place, Place]) -> None:
    builds, reads, nothing = roles
    with pytest.raises(StoreError, match="no figures yet"):
        read_current(reads)
    first = builds.build()
    assert read_current(reads) == first
    assert builds.build() == read_current(reads) > first
    for refused in (reads.build, nothing.build, lambda: read_current(nothing)):
        with pytest.raises(StoreError, match="lacks a right") as error:
            refused()
        assert "docs/publishing.md" in str(error.value)
        assert CANARY not in "".join(traceback.format_exception(error.value))


WRITES = (
    'INSERT INTO "{schema}".one VALUES (1)',
    'UPDATE "{schema}".one SET build = 1',
    'DELETE FROM "{schema}".one',
    'TRUNCATE "{schema}".one',
    'DROP TABLE "{schema}".one',
    'DROP SCHEMA "{schema}" CASCADE',
    'ALTER TABLE "{schema}".one ADD x int',
    "UPDATE metrics.current SET build = '9'",
    "DELETE FROM metrics.current",
    "CREATE SCHEMA mine",
    "COPY metrics.current TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/hostname')",
)


def test_a_reading_role_cannot_write_even_without_the_read_only_setting(
    roles: tuple[Place, Place, Place],
) -> None:
    builds, reads, _ = roles
    build = builds.build()
    with leased(reads) as lease:
        for statement in WRITES:
            with pytest.raises(StoreError, match="lacks a right"):
                ask(lease, set_writable, statement)
        assert check(lease) == []
    assert read_current(reads) == build


UNREACHABLE = (
    sa.URL.create("postgresql+psycopg", "me", CANARY, "127.0.0.1", 9, "db"),
    sa.URL.create("postgresql+psycopg", "me", CANARY, "no-such-host.invalid", 5432, "db"),
    "postgresql+psycopg://me:" + f"first@{CANARY}.invalid@127.0.0.1:9/db",  # holds an @
    f"postgresql+psycopg://me@/db?host=/nowhere/{CANARY}&password={CANARY}",
)


@pytest.mark.parametrize("url", UNREACHABLE, ids=["port", "host", "at", "socket"])
def test_no_secret_is_in_any_error_about_a_connection(url: sa.URL | str) -> None:
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    store = PostgresqlStore(text)
    attempts = (
        store.current_id,
        lambda: store.lease().__enter__(),
        lambda: store.write().__enter__(),
    )
    for attempt in attempts:
        with pytest.raises(WarehouseError) as failed:
            attempt()
        shown = "".join(traceback.format_exception(failed.value)) + repr(store)
        assert CANARY not in shown
    store.close()


def test_a_database_that_is_not_there_is_said(pg_place: Place) -> None:
    other = sa.make_url(pg_place.url).set(database="no_such_database")
    store = PostgresqlStore(other.render_as_string(hide_password=False))
    with pytest.raises(WarehouseError, match="knows no such user or database"):
        store.current_id()


def test_a_build_of_another_version_is_an_error_of_ours(pg_place: Place) -> None:
    pg_place.build()
    run(pg_place, "UPDATE metrics.current SET info = '{}'")
    with pytest.raises(MetricsError, match=r"another version.*metrics build"):
        read_current(pg_place)
    newest = pg_place.build()
    assert read_current(pg_place) == newest
