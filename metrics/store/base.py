"""What a store promises: builds appear whole or not at all, and a lease pins one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

import sqlalchemy as sa

from metrics.engines.engine import Engine
from metrics.errors import NothingBuiltError, StoreError, UnknownNameError
from metrics.store.info import BuildInfo

BuildId = str
"""Twenty digits: the UTC time a build started, to the microsecond. Later builds sort later."""

NO_BUILD = "there is no build yet"


@dataclass(frozen=True)
class Previous:
    """The build before, read through the connection of the one being made.

    `place` is the quoted schema or catalog its tables lie in, `tables` are their names;
    `models_place` is where its published tables lie.
    """

    info: BuildInfo
    place: str
    tables: frozenset[str]
    models_place: str

    def qualified(self, table: str) -> str:
        """Quoted name of a table of that build."""
        return f'{self.place}."{table}"'

    def model(self, name: str) -> str:
        """Quoted name of a published table of that build."""
        return f'{self.models_place}."{name}"'


Reuses = Callable[[sa.Connection, BuildInfo], bool]
"""Whether a build would take over tables of the one before: asked before anything is written."""

LAST = "last__"


@dataclass
class Writing:
    """A build being made: where to write, and `publish`, which makes it the current one.

    Parts lie in `schema` (None: the connection's own), published models in `models_schema`.
    `previous` is the current build where it can be read, else a sentence that says why not. The
    parts in `at_hand` are its tables as well, lying beside the new ones as `last__<name>`: to be
    renamed rather than copied. What is left of them goes when the build is published. `settle`
    lets go of the memory that tables made so far take, where a store can do that unseen.
    """

    id: BuildId
    engine: Engine
    connection: sa.Connection
    schema: str | None
    warehouse_catalog: str | None
    publish: Callable[[BuildInfo], None]
    models_schema: str
    previous: Previous | str = NO_BUILD
    at_hand: frozenset[str] = frozenset()
    settle: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Lease:
    """One build, held: every read inside sees this build and no other.

    `connect` gives a connection to the build's database for the length of a `with`; whatever
    the database refuses inside it is raised as a StoreError or a WarehouseError.
    """

    info: BuildInfo
    engine: Engine
    schema: str | None
    connect: Callable[[], AbstractContextManager[sa.Connection]]


BuildState = Literal["current", "kept", "undone"]


@dataclass(frozen=True)
class KeptBuild:
    """A build the store still has.

    state  current  readers see it
           kept     older than the current one
           undone   newer: the store was rolled back from it, and the next build removes it
    info   None where the build cannot be read
    """

    id: BuildId
    state: BuildState
    info: BuildInfo | None


class Store(Protocol):
    """Keeps builds of one warehouse."""

    def write(self, reuses: Reuses | None = None) -> AbstractContextManager[Writing]:
        """Start a build, upon the one before where it `reuses` that.

        Raises BuildRunningError when one is running.
        """

    def lease(self) -> AbstractContextManager[Lease]:
        """Hold the current build; raises NothingBuiltError when there is none."""

    def current_id(self) -> BuildId | None:
        """Id of the current build, None when there is none."""

    def builds(self) -> Sequence[KeptBuild]:
        """Every build that is kept, newest first."""

    def rollback(self, to: BuildId | None = None) -> BuildId:
        """Make the build before the current one, or a kept one by id, current; gives its id.

        Readers see one build or the other. Raises NothingBuiltError when there is none before,
        UnknownNameError for an id that is not kept, BuildRunningError while a build runs.
        """

    def close(self) -> None:
        """Let go of every build nobody holds."""


def next_id(newest: BuildId | None) -> BuildId:
    """A new id that sorts after the newest one even when the clock went back."""
    fresh = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    return fresh if newest is None or fresh > newest else str(int(newest) + 1)


def rollback_target(builds: Sequence[KeptBuild], wanted: BuildId | None) -> BuildId:
    """Which of the kept builds to make current: the one wanted, else the one before it."""
    if wanted is not None and wanted not in [build.id for build in builds]:
        raise UnknownNameError("build", wanted, [build.id for build in builds])
    targets = [build for build in builds if wanted in (None, build.id)]
    before = [build for build in targets if wanted or build.state == "kept"]
    if not before:
        raise NothingBuiltError(
            "There is no build before the current one.", "`metrics history` lists what is kept."
        )
    if before[0].state == "current":
        raise StoreError(f"Build {before[0].id} is the current one.", "Name another.")
    if before[0].info is None:
        raise StoreError(f"Build {before[0].id} cannot be read.", "Name another with --to.")
    return before[0].id


def tables_of(connection: sa.Connection, catalog: str = "", schema: str = "") -> frozenset[str]:
    """Names of the tables of a catalog or a schema."""
    tables = sa.table(
        "tables",
        *map(sa.column, ("table_catalog", "table_schema", "table_name")),
        schema="information_schema",
    )
    place = tables.c.table_catalog == catalog if catalog else tables.c.table_schema == schema
    return frozenset(connection.execute(sa.select(tables.c.table_name).where(place)).scalars())
