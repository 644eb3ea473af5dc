"""The store inside PostgreSQL: a schema per build, and one row that names the current one.

    mb_<id>              immutable tables of one build
    metrics.current      one row: the build readers use, and what it says about itself

The schema is filled and the pointer moved in one transaction, so a reader sees the old build
or the new one, and a killed build leaves nothing behind. A process that reads a build keeps an
advisory lock on it; the builder drops old builds that nobody has locked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

import sqlalchemy as sa

from metrics.engines.engine import POSTGRESQL
from metrics.errors import StoreError
from metrics.store.base import (
    NO_BUILD,
    BuildId,
    KeptBuild,
    Lease,
    Previous,
    Reuses,
    Writing,
    next_id,
    rollback_target,
    tables_of,
)
from metrics.store.failures import building, connected, reading
from metrics.store.faults import fault
from metrics.store.files import build_running, builder
from metrics.store.held import OpenBuilds, Opened
from metrics.store.info import BuildInfo
from metrics.store.patience import patiently
from metrics.store.switch import (
    builds_of,
    describe,
    drop_build,
    go_back,
    kept_builds,
    refuse_foreign,
    schema_of,
)
from metrics.store.views import show_models

log = logging.getLogger("metrics.store")

BUILD_LOCK = 7_204_116_518
BUILDER_NAME = "metrics build: "
READER_OPTIONS = (
    "-c default_transaction_read_only=on -c statement_timeout=15000 "
    "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=3000 -c timezone=UTC"
)
BUILDER_OPTIONS = "-c lock_timeout=3000 -c timezone=UTC"
PREPARE = (
    "CREATE SCHEMA IF NOT EXISTS metrics",
    """
    CREATE TABLE IF NOT EXISTS metrics.current (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        build text NOT NULL,
        info text NOT NULL
    )
    """,
)
HOLDER = """
    SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
    ) AND (classid::bigint << 32) + objid::bigint = :key
"""


class PostgresqlStore:
    """Builds as schemas of the warehouse's own database."""

    def __init__(self, url: str, keep: int = 3) -> None:
        self._url = url
        self.keep = keep
        self._open_builds = OpenBuilds()
        self._reader = self._engine(
            READER_OPTIONS,
            "metrics reader",
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
        sa.event.listen(self._reader, "reset", _discard_all)
        self._keeper = self._engine(
            READER_OPTIONS,
            "metrics reader",
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
        )

    def _engine(self, options: str, name: str, **more: Any) -> sa.Engine:
        return sa.create_engine(
            self._url,
            connect_args={
                "options": options,
                "application_name": name,
                "connect_timeout": 5,
                # DISCARD ALL takes prepared statements away without the driver noticing.
                "prepare_threshold": None,
            },
            hide_parameters=True,
            **more,
        )

    @contextmanager
    def write(self, reuses: Reuses | None = None) -> Iterator[Writing]:
        """A new schema, filled in one transaction that ends with moving the pointer.

        Readers may hold the schema before, so that its tables can only be copied.
        Raises BuildRunningError, WarehouseError, or StoreError when it cannot be written.
        """
        engine = self._engine(BUILDER_OPTIONS, BUILDER_NAME + builder(), poolclass=sa.NullPool)
        with building(), connected(engine) as connection:
            _notice_death(connection)
            _lock(connection)
            refuse_foreign(connection)
            for statement in PREPARE:
                connection.exec_driver_sql(statement)
            build = next_id(_newest(connection))
            connection.exec_driver_sql(f'CREATE SCHEMA "{schema_of(build)}"')
            fault("started")

            def publish(info: BuildInfo) -> None:
                describe(connection, build, info)
                fault("info-written")
                _move_pointer(connection, build, info)
                show_models(connection, build, info.models)
                fault("before-pointer")
                connection.commit()
                # From here on the build is published, whatever happens.
                try:
                    fault("pointer-written")
                    self._drop_old(connection)
                except (OSError, sa.exc.DBAPIError) as error:
                    kind = type(error).__name__
                    log.warning("Build %s is published, but cleaning up failed: %s", build, kind)

            schema, previous = schema_of(build), _previous(connection)
            yield Writing(build, POSTGRESQL, connection, schema, None, publish, schema, previous)

    def _drop_old(self, connection: sa.Connection) -> None:
        """Old schemas go when nobody reads them; what is in use goes after a later build."""
        fault("before-clean-up")
        builds = builds_of(connection)
        connection.commit()
        kept = [build for build, undone, _ in builds if not undone][: self.keep]
        for build in [build for build, _, _ in builds if build not in kept]:
            try:
                _drop(connection, build)
            except sa.exc.DBAPIError:
                connection.rollback()

    def current_id(self) -> BuildId | None:
        """Id the pointer row names, None without one."""
        with self._connect() as connection:
            return _current(connection)

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """Hold the current build; its schema stays until the last lease of it is returned.

        Raises NothingBuiltError when there is none, WarehouseError when the server does not
        answer.
        """
        # Asked before the lock of the open builds: a slow server must not queue its readers.
        current = self.current_id()
        with self._open_builds.lease(
            lambda latest: self._keep(current) if current and current != latest else None
        ) as lease:
            yield lease

    def _keep(self, build: BuildId) -> Opened:
        """Lock a build against dropping, on a connection of its own, and open it."""
        with reading(), ExitStack() as stack:
            connection = stack.enter_context(connected(self._keeper))
            info = _lock_current(connection, build)
            held = stack.pop_all()
        return Opened(Lease(info, POSTGRESQL, schema_of(info.id), self._connect), held.close)

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        with reading(), connected(self._reader) as connection:
            yield connection

    def builds(self) -> Sequence[KeptBuild]:
        """Every build whose schema is there, newest first."""
        with self._connect() as connection:
            return kept_builds(connection, _current(connection))

    def rollback(self, to: BuildId | None = None) -> BuildId:
        """Move the pointer and the published views in one transaction."""
        engine = self._engine(BUILDER_OPTIONS, BUILDER_NAME + builder(), poolclass=sa.NullPool)
        with building(), connected(engine) as connection:
            _lock(connection)
            current = _current(connection)
            builds = kept_builds(connection, current) if current else []
            wanted = rollback_target(builds, to)
            target = next(build for build in builds if build.id == wanted)
            held = connection.execute(
                sa.text("SELECT pg_try_advisory_xact_lock_shared(:key)"), {"key": _key(wanted)}
            ).scalar_one()
            # The last builder may still be removing old builds, without the lock of builders.
            if not held or wanted not in [build for build, _, _ in builds_of(connection)]:
                raise StoreError(f"Build {wanted} is being removed.", "Choose a newer one.")
            patiently(connection, partial(go_back, connection, current or "", target))
            fault("before-pointer")
            connection.commit()
        return wanted

    def close(self) -> None:
        """Close the pool, and every build nobody holds."""
        self._open_builds.close()
        self._reader.dispose()


def _discard_all(dbapi_connection: Any, record: object, state: object) -> None:
    """Nothing one reader set in a session may reach the next (`reset` event of the pool)."""
    dbapi_connection.rollback()
    dbapi_connection.autocommit = True
    dbapi_connection.execute("DISCARD ALL")
    dbapi_connection.autocommit = False


def _key(build: BuildId) -> int:
    """Advisory locks have 63 bits; without the century an id fits, and is still one build's."""
    return int(build[2:])


def _notice_death(connection: sa.Connection) -> None:
    """Let the server end a killed builder's statement, and its lock, within a second.

    Servers before PostgreSQL 14 cannot; there the lock goes when the statement has ended.
    """
    with suppress(sa.exc.DBAPIError), connection.begin_nested():
        connection.exec_driver_sql("SET client_connection_check_interval = '1s'")


def _lock(connection: sa.Connection) -> None:
    taken = connection.execute(
        sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": BUILD_LOCK}
    ).scalar_one()
    if not taken:
        holder = connection.execute(sa.text(HOLDER), {"key": BUILD_LOCK}).scalars().first()
        raise build_running((holder or "").removeprefix(BUILDER_NAME))


def _current(connection: sa.Connection) -> BuildId | None:
    found = connection.exec_driver_sql("SELECT to_regclass('metrics.current')").scalar_one()
    if found is None:
        return None
    return connection.exec_driver_sql("SELECT build FROM metrics.current").scalars().first()


def _newest(connection: sa.Connection) -> BuildId | None:
    """The newest id in use; the current build may be older."""
    ids = [build for build, _, _ in builds_of(connection)]
    return max([*ids, _current(connection) or ""]) or None


def _previous(connection: sa.Connection) -> Previous | str:
    """The current build as the builder's own transaction sees it, or why it cannot be used."""
    build = _current(connection)
    if build is None:
        return NO_BUILD
    text = connection.exec_driver_sql("SELECT info FROM metrics.current").scalar_one()
    try:
        info = _parsed(text)
    except StoreError:
        return "the previous build was made by another version of this program"
    schema = schema_of(build)
    return Previous(info, f'"{schema}"', tables_of(connection, schema=schema), f'"{schema}"')


def _lock_current(connection: sa.Connection, build: BuildId) -> BuildInfo:
    """Lock a build that is still current then: this one, or one published meanwhile."""
    lock = sa.text("SELECT pg_try_advisory_lock_shared(:key)")
    while True:
        locked = connection.execute(lock, {"key": _key(build)}).scalar_one()
        row = connection.exec_driver_sql("SELECT build, info FROM metrics.current").one()
        if locked and row.build == build:
            return _parsed(row.info)
        build = row.build


def _parsed(info: str) -> BuildInfo:
    try:
        return BuildInfo.model_validate_json(info)
    except ValueError as error:
        raise StoreError(
            "The build was made by another version of this program.", "Run `metrics build` again."
        ) from error


def _move_pointer(connection: sa.Connection, build: BuildId, info: BuildInfo) -> None:
    """Only ever forward: a builder that lost its lock changes nothing."""
    moved = connection.execute(
        sa.text(
            "INSERT INTO metrics.current (build, info) VALUES (:build, :info) "
            "ON CONFLICT (only_row) DO UPDATE SET build = excluded.build, info = excluded.info "
            "WHERE metrics.current.build < excluded.build"
        ),
        {"build": build, "info": info.model_dump_json()},
    )
    if moved.rowcount != 1:
        raise StoreError("A newer build was published meanwhile.", "This one was dropped.")


def _drop(connection: sa.Connection, build: BuildId) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
    free = connection.execute(
        sa.text("SELECT pg_try_advisory_xact_lock(:key)"),
        {"key": _key(build)},
    ).scalar_one()
    if free and build != _current(connection):  # somebody may have rolled back to it meanwhile
        drop_build(connection, build)
    connection.commit()
