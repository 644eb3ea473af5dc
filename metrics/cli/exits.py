"""How a command ends: one table of exit codes, and errors as a sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from metrics.cli.console import err
from metrics.errors import (
    AmbiguousNameError,
    BuildRunningError,
    DefinitionError,
    MetricsError,
    MetricWaitingError,
    NothingBuiltError,
    QueryError,
    RefusedSqlError,
    RightsError,
    SettingsError,
    StoreError,
    UnknownNameError,
    UnsafeAggregationError,
    WarehouseError,
)


@dataclass(frozen=True)
class Exit:
    """One way to end: the code, what it means, and the errors that lead to it."""

    code: int
    meaning: str
    errors: tuple[type[MetricsError], ...] = ()


DONE = Exit(0, "done")
FAILED = Exit(1, "any other failure", (MetricsError,))
USAGE = Exit(2, "a command or an option that does not exist, or a value it cannot have")
SETTINGS = Exit(3, "a setting is missing or has an impossible value", (SettingsError,))
DEFINITIONS = Exit(4, "definitions, queries or a file of yours cannot be used", (DefinitionError,))
QUESTION = Exit(
    5,
    "a question without an answer: an unknown name, wrong arithmetic, or data that is missing",
    (
        UnknownNameError,
        AmbiguousNameError,
        UnsafeAggregationError,
        QueryError,
        MetricWaitingError,
    ),
)
WAREHOUSE = Exit(6, "the warehouse cannot be reached or read", (WarehouseError,))
RIGHTS = Exit(7, "the database role lacks a right", (RightsError,))
STORE = Exit(8, "the store cannot be written or read, such as a full disk", (StoreError,))
NOTHING = Exit(9, "nothing is built yet, or there is no build to go back to", (NothingBuiltError,))
FOUND = Exit(10, "checks of the data failed, values differ, or `doctor` found a fault")
REFUSED = Exit(11, "SQL that does more than read the published models", (RefusedSqlError,))
LOOK = Exit(12, "`doctor` found nothing wrong, but something worth a look")
RUNNING = Exit(75, "a build is running; try again later", (BuildRunningError,))
STOPPED = Exit(130, "stopped with Ctrl-C")

EXITS = (
    DONE,
    FAILED,
    USAGE,
    SETTINGS,
    DEFINITIONS,
    QUESTION,
    WAREHOUSE,
    RIGHTS,
    STORE,
    NOTHING,
    FOUND,
    REFUSED,
    LOOK,
    RUNNING,
    STOPPED,
)
"""Every exit code; docs/cli.md shows this table."""

_BY_ERROR = {error: exit_ for exit_ in EXITS for error in exit_.errors}


def exit_of(error: MetricsError) -> Exit:
    """The exit of an error: that of the nearest class the table names."""
    return next(_BY_ERROR[kind] for kind in type(error).__mro__ if kind in _BY_ERROR)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Typed errors as what happened and the way out on stderr, and their exit code."""
    try:
        yield
    except MetricsError as error:
        err.print(error.code, style="red", end=" ")
        err.print(error.message, highlight=False, markup=False, soft_wrap=True)
        if error.way_out:
            err.print(error.way_out, highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(exit_of(error).code) from None
    except (KeyboardInterrupt, RuntimeError) as error:
        # DuckDB reports Ctrl-C in a statement as an error of its own.
        if not any(isinstance(one, KeyboardInterrupt) for one in (error, error.__cause__)):
            raise
        err.print("Stopped. What was published before stays.", highlight=False)
        raise typer.Exit(STOPPED.code) from None


class Commands(TyperGroup):
    """The commands, all with the same errors."""

    def invoke(self, ctx: Any) -> Any:
        """Run one command."""
        with plain_errors():
            return super().invoke(ctx)
