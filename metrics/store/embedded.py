"""The embedded store: one DuckDB file per build, and a pointer that names the current one.

    store/build-<id>.duckdb   written under a temporary name, synced, renamed, never changed
    store/CURRENT             {"build": id, "file": name}, replaced atomically
    store/build.lock          held by the one process that builds

Only the pointer says that a build exists; a file alone proves nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from metrics.engines.engine import DUCKDB
from metrics.errors import BuildRunningError, StoreError, WarehouseError
from metrics.store.base import BuildId, Lease, Writing
from metrics.store.faults import fault
from metrics.store.info import BuildInfo

NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
READER = {
    **NO_EXTENSIONS,
    "enable_external_access": "false",
    "memory_limit": "2GB",
    "threads": "2",
    "lock_configuration": "true",
}


@dataclass
class _Opened:
    """An open build and how many leases hold it."""

    lease: Lease
    database: sa.Engine
    holders: int = 0


class EmbeddedStore:
    """Builds in a folder. Safe for many reading processes and one builder at a time."""

    def __init__(self, folder: Path, warehouse: Path | None, keep: int = 3) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.keep = keep
        self._lock = threading.Lock()
        self._opened: dict[BuildId, _Opened] = {}
        self._latest: BuildId | None = None

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """A new build file with the warehouse attached read-only as catalog `warehouse`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _build_lock(self.folder / "build.lock"):
            for rest in self.folder.glob("tmp-*"):
                rest.unlink()
            build = next_id(self.current_id())
            temporary = self.folder / f"tmp-{build}.duckdb"
            engine = sa.create_engine(
                f"duckdb:///{temporary}",
                connect_args={"config": NO_EXTENSIONS},
                poolclass=sa.NullPool,
            )
            fault("started")
            connection = engine.connect()
            published = False

            def publish(info: BuildInfo) -> None:
                nonlocal published
                _write_info(connection, info)
                connection.commit()
                connection.exec_driver_sql("DETACH warehouse")
                connection.exec_driver_sql("CHECKPOINT")
                fault("info-written")
                connection.close()
                engine.dispose()
                self._publish(build, temporary)
                published = True

            try:
                _attach(connection, self.warehouse)
                yield Writing(build, DUCKDB, connection, None, "warehouse", publish)
            finally:
                connection.close()
                engine.dispose()
                if not published:
                    _remove(temporary)

    def _publish(self, build: BuildId, temporary: Path) -> None:
        fault("closed")
        _sync(temporary)
        final = self.folder / f"build-{build}.duckdb"
        os.rename(temporary, final)
        _sync(self.folder)
        fault("renamed")
        pointer = self.folder / "CURRENT.tmp"
        with pointer.open("w", encoding="utf-8") as file:
            json.dump({"build": build, "file": final.name}, file)
            file.flush()
            os.fsync(file.fileno())
        fault("before-pointer")
        os.replace(pointer, self.folder / "CURRENT")
        _sync(self.folder)
        fault("pointer-written")
        self._clean_up(build)

    def _clean_up(self, build: BuildId) -> None:
        fault("before-clean-up")
        files = sorted(self.folder.glob("build-*.duckdb"), reverse=True)
        kept = [file for file in files if file.stem.removeprefix("build-") <= build][: self.keep]
        for file in files:
            if file not in kept:
                _remove(file)

    def current_id(self) -> BuildId | None:
        """Id the pointer names, None without a pointer."""
        try:
            pointer = json.loads((self.folder / "CURRENT").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreError(
                "The store's pointer file cannot be read.", "Run `metrics build` again."
            ) from error
        return str(pointer["build"])

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """Hold the current build; a newer one is opened as soon as the pointer names it."""
        opened = self._acquire()
        try:
            yield opened.lease
        finally:
            with self._lock:
                opened.holders -= 1
                self._dispose_unused()

    def _acquire(self) -> _Opened:
        with self._lock:
            wanted = self.current_id()
            if wanted is None:
                raise StoreError("There are no figures yet.", "Run `metrics build` first.")
            # The pointer may be read while an older reader races: never go back.
            build = max(wanted, self._latest or "")
            if build not in self._opened:
                self._opened[build] = self._open(build)
            self._latest = build
            opened = self._opened[build]
            opened.holders += 1
            self._dispose_unused()
            return opened

    def _open(self, build: BuildId) -> _Opened:
        path = self.folder / f"build-{build}.duckdb"
        database = sa.create_engine(
            f"duckdb:///{path}",
            connect_args={"read_only": True, "config": READER},
            poolclass=sa.QueuePool,
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
        )
        try:
            with database.connect() as connection:
                info = _read_info(connection)
        except sa.exc.DBAPIError as error:
            database.dispose()
            raise StoreError(
                f"Build {build} cannot be opened.", "Run `metrics build` again."
            ) from error
        return _Opened(Lease(info, DUCKDB, None, database.connect), database)

    def _dispose_unused(self) -> None:
        for build in [b for b, o in self._opened.items() if not o.holders and b != self._latest]:
            self._opened.pop(build).database.dispose()

    def close(self) -> None:
        """Close every build nobody holds."""
        with self._lock:
            self._latest = None
            self._dispose_unused()


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
    path = str(warehouse).replace("'", "''")
    try:
        connection.exec_driver_sql(f"ATTACH '{path}' AS warehouse (READ_ONLY)")
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


def _read_info(connection: sa.Connection) -> BuildInfo:
    text = connection.exec_driver_sql("SELECT info FROM build_info").scalar_one()
    return BuildInfo.model_validate_json(text)


@contextmanager
def _build_lock(path: Path) -> Iterator[None]:
    """The kernel frees it when the holder dies, however it dies."""
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise BuildRunningError(
                f"A build is running ({holder}).", "Wait for it to finish."
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def next_id(current: BuildId | None) -> BuildId:
    """A new id that sorts after the current one even when the clock went back."""
    fresh = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    return fresh if current is None or fresh > current else str(int(current) + 1)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for file in (path, path.with_suffix(".duckdb.wal")):
        with suppress(FileNotFoundError):
            file.unlink()
