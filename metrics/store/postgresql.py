"""The store inside PostgreSQL: a schema per build, and one row that names the current one.

    mb_<id>              immutable tables of one build
    metrics.current      one row: the build readers use

The schema is filled and the pointer moved in one transaction, so a reader sees the old build
or the new one, and a killed build leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from metrics.engines.engine import POSTGRESQL
from metrics.errors import BuildRunningError, StoreError, WarehouseError
from metrics.store.base import BuildId, Lease, Writing
from metrics.store.embedded import next_id
from metrics.store.faults import fault
from metrics.store.info import BuildInfo

BUILD_LOCK = 7_204_116_518
READER_OPTIONS = (
    "-c default_transaction_read_only=on -c statement_timeout=15000 "
    "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=3000 -c timezone=UTC"
)
BUILDER_OPTIONS = "-c lock_timeout=3000 -c timezone=UTC"
PREPARE = """
CREATE SCHEMA IF NOT EXISTS metrics;
CREATE TABLE IF NOT EXISTS metrics.current (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    build text NOT NULL,
    info text NOT NULL
)
"""


class PostgresqlStore:
    """Builds as schemas of the warehouse's own database."""

    def __init__(self, url: str, keep: int = 3) -> None:
        self.url = url
        self.keep = keep
        self._reader = sa.create_engine(
            url,
            connect_args={
                "options": READER_OPTIONS,
                "application_name": "metrics-reader",
                "connect_timeout": 5,
            },
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
            pool_pre_ping=True,
            pool_recycle=1800,
            hide_parameters=True,
        )
        sa.event.listen(self._reader, "reset", _discard_all)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """A new schema, filled in one transaction that ends with moving the pointer."""
        engine = sa.create_engine(
            self.url,
            connect_args={
                "options": BUILDER_OPTIONS,
                "application_name": "metrics-build",
                "connect_timeout": 5,
            },
            poolclass=sa.NullPool,
            hide_parameters=True,
        )
        with _connected(engine) as connection:
            _lock(connection)
            for statement in PREPARE.split(";"):
                connection.exec_driver_sql(statement)
            build = next_id(_current(connection))
            schema = f"mb_{build}"
            connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
            fault("started")

            def publish(info: BuildInfo) -> None:
                fault("info-written")
                _move_pointer(connection, build, info)
                fault("before-pointer")
                connection.commit()
                fault("pointer-written")
                _drop_old(connection, build, self.keep)

            yield Writing(build, POSTGRESQL, connection, schema, None, publish)

    def current_id(self) -> BuildId | None:
        """Id the pointer row names, None without one."""
        with self._connect() as connection:
            return _current(connection)

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """Hold the current build; its schema outlives `keep` further builds."""
        with self._connect() as connection:
            if not _has_pointer(connection):
                raise StoreError("There are no figures yet.", "Run `metrics build` first.")
            row = connection.exec_driver_sql("SELECT build, info FROM metrics.current").first()
        if row is None:
            raise StoreError("There are no figures yet.", "Run `metrics build` first.")
        info = BuildInfo.model_validate_json(row.info)
        yield Lease(info, POSTGRESQL, f"mb_{row.build}", self._connect)

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        with _connected(self._reader) as connection:
            yield connection

    def close(self) -> None:
        """Close the pool."""
        self._reader.dispose()


@contextmanager
def _connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    try:
        connection = engine.connect()
    except sa.exc.OperationalError as error:
        raise WarehouseError(
            "The warehouse does not answer.",
            "Check METRICS_WAREHOUSE_URL and that the server is up.",
        ) from error
    with connection:
        yield connection


def _discard_all(dbapi_connection: object, record: object, state: object) -> None:
    """Nothing one reader set in a session may reach the next (`event` of the pool)."""
    connection = dbapi_connection
    connection.rollback()  # type: ignore[attr-defined]
    connection.autocommit = True  # type: ignore[attr-defined]
    connection.execute("DISCARD ALL")  # type: ignore[attr-defined]
    connection.autocommit = False  # type: ignore[attr-defined]


def _lock(connection: sa.Connection) -> None:
    taken = connection.execute(
        sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": BUILD_LOCK}
    ).scalar_one()
    if not taken:
        raise BuildRunningError("A build is running on this warehouse.", "Wait for it to finish.")


def _has_pointer(connection: sa.Connection) -> bool:
    found = connection.exec_driver_sql("SELECT to_regclass('metrics.current')").scalar_one()
    return found is not None


def _current(connection: sa.Connection) -> BuildId | None:
    if not _has_pointer(connection):
        return None
    row = connection.exec_driver_sql("SELECT build FROM metrics.current").first()
    return None if row is None else str(row.build)


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
        raise StoreError("A newer build was published meanwhile.", "This build was not published.")


def _drop_old(connection: sa.Connection, build: BuildId, keep: int) -> None:
    """Old schemas go when nobody reads them; what is in use goes after the next build."""
    fault("before-clean-up")
    names = connection.execute(
        sa.text("SELECT nspname FROM pg_namespace WHERE nspname ~ '^mb_[0-9]+$' ORDER BY 1 DESC")
    ).scalars()
    old = [name for name in names if name <= f"mb_{build}"][keep:]
    for name in old:
        try:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
            connection.commit()
        except sa.exc.DBAPIError:
            connection.rollback()
