"""The embedded store: one DuckDB file per build, and a pointer that names the current one.

    store/build-<id>.duckdb   written under a temporary name, synced, renamed, never changed
    store/CURRENT             the current build and the ones kept before it, replaced atomically
    store/build.lock          held by the one process that builds

Only the pointer says that a build exists; a file alone proves nothing.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from metrics.engines.engine import DUCKDB
from metrics.errors import StoreError, WarehouseError
from metrics.store.aside import drop_rest, put_aside
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
from metrics.store.files import (
    Published,
    build_files,
    build_lock,
    copy_database,
    read_pointer,
    read_undone,
    remove_database,
    remove_rests,
    sha256_of,
    sync,
    write_pointer,
)
from metrics.store.held import OpenBuilds, Opened
from metrics.store.info import BuildInfo

log = logging.getLogger("metrics.store")

NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
BUILDER = dict(NO_EXTENSIONS)
READER = {
    **NO_EXTENSIONS,
    "enable_external_access": "false",
    "python_enable_replacements": "false",  # no variable of this process is a table
    "memory_limit": "2GB",
    "threads": "2",
    "lock_configuration": "true",
}
MODELS = "metrics"
TRY_AGAIN_SECONDS = 30.0  # a file that cannot be read is not read again and again


class EmbeddedStore:
    """Builds in a folder. Safe for many reading processes and one builder at a time."""

    def __init__(
        self, folder: Path, warehouse: Path | None, keep: int = 3, memory_gb: float = 2.0
    ) -> None:
        self.folder = folder
        self.memory_gb = memory_gb
        self.warehouse = warehouse
        self.keep = keep
        self._open_builds = OpenBuilds()
        self._unreadable: dict[BuildId, float] = {}

    def write(self, reuses: Reuses | None = None) -> AbstractContextManager[Writing]:
        """A new build file with the warehouse attached read-only as catalog `warehouse`.

        A build that reuses the one before starts from a copy of its file. Raises
        BuildRunningError, WarehouseError, or StoreError when it cannot be written.
        """
        return self._write(reuses)

    @contextmanager
    def _write(self, reuses: Reuses | None) -> Iterator[Writing]:
        with building():
            self.folder.mkdir(parents=True, exist_ok=True)
            with build_lock(self.folder):
                remove_rests(self.folder)
                build = next_id(self._newest_seen())
                temporary = self.folder / f"tmp-{build}.duckdb"
                try:
                    yield from self._fill(build, temporary, reuses)
                finally:
                    remove_database(temporary)

    def _fill(self, build: BuildId, temporary: Path, reuses: Reuses | None) -> Iterator[Writing]:
        engine = sa.create_engine(
            f"duckdb:///{temporary}",
            connect_args={"config": {**BUILDER, "memory_limit": f"{self.memory_gb}GB"}},
            poolclass=sa.NullPool,
        )
        fault("started")
        connection = engine.connect()

        def publish(info: BuildInfo) -> None:
            drop_rest(connection)
            _write_info(connection, info)
            connection.commit()
            connection.exec_driver_sql("DETACH warehouse")
            connection.exec_driver_sql("DETACH DATABASE IF EXISTS previous")
            connection.exec_driver_sql("CHECKPOINT")
            fault("info-written")
            connection.close()
            engine.dispose()
            fault("closed")
            self._publish(build, temporary)

        try:
            previous, at_hand = self._attach_previous(connection), frozenset[str]()
            if isinstance(previous, Previous) and reuses and reuses(connection, previous.info):
                connection.close()  # nothing is in it yet
                copy_database(self.folder / read_pointer(self.folder)[0].file, temporary)
                connection = engine.connect()
                at_hand = put_aside(connection, previous.info.parts, MODELS)
                previous = self._attach_previous(connection)
            _attach(connection, self.warehouse)
            connection.exec_driver_sql(f"CREATE SCHEMA {MODELS}")
            yield Writing(
                build,
                DUCKDB,
                connection,
                None,
                "warehouse",
                publish,
                MODELS,
                previous,
                at_hand,
                # Nobody else opens the file, so nothing is seen before the pointer names it.
                settle=connection.commit,
            )
        finally:
            with suppress(sa.exc.DBAPIError):  # a full disk fails here once more
                connection.close()
            engine.dispose()

    def _attach_previous(self, connection: sa.Connection) -> Previous | str:
        """The current build, attached read-only as catalog `previous`, or why it is not.

        Only a file that the pointer vouches for is built upon: figures of a damaged one would
        be carried on for ever.
        """
        published = read_pointer(self.folder)
        if not published:
            return NO_BUILD
        path, sha256 = self.folder / published[0].file, published[0].sha256
        if not sha256:
            return "the pointer to the previous build was lost"
        connection.commit()  # what is attached in a transaction goes when it is rolled back
        try:
            if sha256_of(path) != sha256:
                return "the file of the previous build is damaged"
            connection.exec_driver_sql(f"ATTACH '{_quoted(path)}' AS previous (READ_ONLY)")
            text = connection.exec_driver_sql("SELECT info FROM previous.build_info").scalar_one()
            info = BuildInfo.model_validate_json(text)
            tables = tables_of(connection, catalog="previous")
            return Previous(info, "previous", tables, f"previous.{MODELS}")
        except (OSError, ValueError, sa.exc.DBAPIError) as error:
            log.warning("The previous build cannot be used (%s).", type(error).__name__)
            connection.rollback()
            return "the previous build cannot be read"

    def _newest_seen(self) -> BuildId | None:
        """The newest id in use, of builds that were never published too."""
        seen = [*read_undone(self.folder), *read_pointer(self.folder)]
        ids = [published.build for published in seen]
        ids += [file.stem.removeprefix("build-") for file in build_files(self.folder)]
        return max(ids, default=None)

    def _publish(self, build: BuildId, temporary: Path) -> None:
        before = read_pointer(self.folder)
        if before and before[0].build >= build:
            # Only possible when somebody removed the lock file under a running build.
            raise StoreError("A newer build was published meanwhile.", "This one was dropped.")
        final = self.folder / f"build-{build}.duckdb"
        current = Published(build=build, file=final.name, sha256=sha256_of(temporary))
        kept = [current, *before][: self.keep]
        sync(temporary)
        try:
            os.rename(temporary, final)
            sync(self.folder)
            fault("renamed")
            write_pointer(self.folder, kept)
        except OSError:
            remove_database(final)  # a full disk needs the room
            remove_rests(self.folder)
            raise
        # From here on the build is published, whatever happens.
        try:
            fault("pointer-written")
            sync(self.folder)
            fault("before-clean-up")
            self._clean_up(kept)
        except OSError as error:
            log.warning("Build %s is published, but cleaning up failed: %s", build, error.strerror)

    def _clean_up(self, kept: Sequence[Published]) -> None:
        """Remove what the pointer does not name; whoever reads such a file keeps it open."""
        names = {published.file for published in kept}
        for file in build_files(self.folder):
            if file.name not in names:
                remove_database(file)

    def current_id(self) -> BuildId | None:
        """Id the pointer names, None without a pointer."""
        published = read_pointer(self.folder)
        return published[0].build if published else None

    def lease(self) -> AbstractContextManager[Lease]:
        """Hold the current build, or the newest readable one before it.

        Raises NothingBuiltError when there is none.
        """
        return self._open_builds.lease(self._other)

    def _other(self, latest: BuildId) -> Opened | None:
        tried: Sequence[Published] = ()
        # The builder may remove what the pointer named a moment ago: then it names a newer one.
        while (published := read_pointer(self.folder)) != tried:
            is_undone = latest in [undone.build for undone in read_undone(self.folder)]
            for candidate in published:
                if candidate.build == latest or (candidate.build < latest and not is_undone):
                    return None
                if opened := self._open(candidate):
                    return opened
            tried = published
        if tried and not latest:
            raise StoreError("None of the builds can be read.", "Run `metrics build` again.")
        return None

    def _open(self, published: Published) -> Opened | None:
        """An open build, None when its file is missing, damaged or of another version."""
        if self._unreadable.get(published.build, 0.0) > time.monotonic():
            return None
        path = self.folder / published.file
        database = _reader(path)
        try:
            if published.sha256 and sha256_of(path) != published.sha256:
                raise ValueError("the file is damaged")
            # Kept open: the first connection to a file is slow, the ones beside it are not.
            keeper = database.connect()
            info = _read_info(keeper)
            if info.id != published.build:
                raise ValueError("the file holds another build")
        except (OSError, ValueError, sa.exc.SQLAlchemyError) as error:
            database.dispose()
            if "different configuration" in str(error):
                raise StoreError(
                    "This process has the build's file open with other settings.",
                    "Close that connection, or read the file in a process of its own.",
                ) from error
            if path.exists():
                self._unreadable[published.build] = time.monotonic() + TRY_AGAIN_SECONDS
                log.error("Build %s cannot be read (%s).", published.build, type(error).__name__)
            return None

        def close() -> None:
            keeper.close()
            database.dispose()

        return Opened(Lease(info, DUCKDB, None, _connect_to(database)), close)

    def builds(self) -> Sequence[KeptBuild]:
        """Every build the pointer names, newest first; each is opened and checked."""
        published = read_pointer(self.folder)
        if not published:
            return []
        current, *older = published
        gone = read_undone(self.folder)
        undone = [KeptBuild(one.build, "undone", self._info(one)) for one in gone]
        kept = [KeptBuild(one.build, "kept", self._info(one)) for one in older]
        return [*undone, KeptBuild(current.build, "current", self._info(current)), *kept]

    def _info(self, published: Published) -> BuildInfo | None:
        opened = self._open(published)
        if opened is None:
            return None
        opened.close()
        return opened.lease.info

    def rollback(self, to: BuildId | None = None) -> BuildId:
        """Replace the pointer by one to the build before, or to a kept one by id."""
        if not self.folder.exists():
            return rollback_target([], to)
        with building(), build_lock(self.folder):
            target = rollback_target(self.builds(), to)
            named = [*read_undone(self.folder), *read_pointer(self.folder)]
            builds = [one for one in named if one.build <= target]
            write_pointer(self.folder, builds, [one for one in named if one.build > target])
            sync(self.folder)
        return target

    def close(self) -> None:
        """Close every build nobody holds."""
        self._open_builds.close()


def _reader(path: Path) -> sa.Engine:
    return sa.create_engine(
        f"duckdb:///{path}",
        connect_args={"read_only": True, "config": READER},
        poolclass=sa.QueuePool,
        pool_size=5,
        max_overflow=4,
        pool_timeout=10,
        # A new session for every reader: temporary tables and variables reach nobody else.
        pool_recycle=0,
        hide_parameters=True,
    )


def _connect_to(database: sa.Engine) -> Callable[[], AbstractContextManager[sa.Connection]]:
    @contextmanager
    def connect() -> Iterator[sa.Connection]:
        with reading(), connected(database) as connection:
            yield connection

    return connect


def _attach(connection: sa.Connection, warehouse: Path | None) -> None:
    connection.exec_driver_sql("SET enable_progress_bar = false")
    connection.exec_driver_sql("SET preserve_insertion_order = false")
    if warehouse is None:
        connection.exec_driver_sql("ATTACH ':memory:' AS warehouse")
        return
    if not warehouse.exists():
        raise WarehouseError(
            f"The warehouse file '{warehouse.name}' does not exist.",
            "Run `metrics demo` to make the demo warehouse, or set METRICS_WAREHOUSE_URL.",
        )
    try:
        connection.exec_driver_sql(f"ATTACH '{_quoted(warehouse)}' AS warehouse (READ_ONLY)")
    except sa.exc.DBAPIError as error:
        raise WarehouseError(
            f"The warehouse file '{warehouse.name}' cannot be read; it may be open for writing "
            "in another program, or damaged.",
            "Close the other program and build again.",
        ) from error


def _write_info(connection: sa.Connection, info: BuildInfo) -> None:
    connection.exec_driver_sql("CREATE TABLE build_info (info VARCHAR)")
    connection.execute(
        sa.text("INSERT INTO build_info VALUES (:info)"), {"info": info.model_dump_json()}
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _read_info(connection: sa.Connection) -> BuildInfo:
    text = connection.exec_driver_sql("SELECT info FROM build_info").scalar_one()
    connection.rollback()
    return BuildInfo.model_validate_json(text)
