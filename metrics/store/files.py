"""The files of an embedded store: the pointer, the builder's lock, and what outlives a crash.

Order matters for a power cut: a build is on the disk before it has its name, and has its name
before the pointer says so.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from metrics.errors import BuildRunningError
from metrics.store.base import BuildId
from metrics.store.faults import fault

POINTER = "CURRENT"
LOCK = "build.lock"


class Published(BaseModel):
    """A published build and its file; an empty `sha256` means the file was not vouched for."""

    model_config = ConfigDict(frozen=True)

    build: BuildId = Field(pattern=r"^\d{20}$")
    file: str = Field(pattern=r"^build-\d{20}\.duckdb$")
    sha256: str = ""


class Pointer(Published):
    """The current build, and the ones before it that are kept, newest first.

    `undone` are newer ones the store was rolled back from: no reader falls back to them.
    """

    previous: tuple[Published, ...] = ()
    undone: tuple[Published, ...] = ()


def read_pointer(folder: Path) -> Sequence[Published]:
    """Published builds, newest first; none without a pointer.

    A pointer that cannot be read is no reason to have no figures: every build file was whole
    before it got its name, so all of them count then.
    """
    try:
        pointer = _pointer(folder)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError):
        return [
            Published(build=file.stem.removeprefix("build-"), file=file.name)
            for file in build_files(folder)
        ]
    return (pointer, *pointer.previous)


def read_undone(folder: Path) -> Sequence[Published]:
    """Builds the store was rolled back from, newest first."""
    try:
        return _pointer(folder).undone
    except (OSError, ValueError):
        return ()


def _pointer(folder: Path) -> Pointer:
    return Pointer.model_validate_json((folder / POINTER).read_bytes())


def write_pointer(
    folder: Path, builds: Sequence[Published], undone: Sequence[Published] = ()
) -> None:
    """Point to the first of `builds`, at once: a reader finds the old pointer or this one."""
    current, *previous = [_bare(published) for published in builds]
    text = Pointer(
        **current.model_dump(), previous=tuple(previous), undone=tuple(map(_bare, undone))
    ).model_dump_json()
    temporary = folder / f"tmp-{POINTER}"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fault("before-pointer")
    os.replace(temporary, folder / POINTER)


def _bare(published: Published) -> Published:
    """Without what a pointer says of other builds."""
    return Published(build=published.build, file=published.file, sha256=published.sha256)


def build_files(folder: Path) -> list[Path]:
    """Files with the name of a build, newest first."""
    return sorted(folder.glob(f"build-{'[0-9]' * 20}.duckdb"), reverse=True)


def sha256_of(path: Path) -> str:
    """Digest of a file; about a second for each gigabyte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_database(path: Path) -> None:
    """Remove a database file and what its engine may have left beside it."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)


def copy_database(source: Path, target: Path) -> None:
    """Make a database file a copy of another, which nobody writes."""
    remove_database(target)
    shutil.copyfile(source, target)


def remove_rests(folder: Path) -> None:
    """Remove what builds that were killed left under temporary names."""
    for rest in folder.glob("tmp-*"):
        if rest.is_dir():
            shutil.rmtree(rest)
        else:
            rest.unlink(missing_ok=True)


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """One builder at a time; the kernel frees the lock when its holder dies, however it dies."""
    with (folder / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise build_running(file.read()) from error
        file.truncate(0)
        file.write(builder())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def builder() -> str:
    """Who builds, for the others who would."""
    return f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def build_running(holder: str) -> BuildRunningError:
    """The error for the second of two builders."""
    return BuildRunningError(
        f"A build is running ({holder.strip() or 'another process'}).", "Wait for it to finish."
    )
