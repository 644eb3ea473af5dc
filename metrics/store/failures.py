"""What a database or a disk refuses, as errors of ours.

Messages never repeat what a driver said about a connection: an address or a password written
wrongly into the URL may be part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from metrics.errors import MetricsError, RightsError, StoreError, WarehouseError

AGAIN = "Try again in a moment."
GRANTS = "See docs/publishing.md for the grants a role needs."

BY_STATE: dict[str, tuple[type[MetricsError], str, str]] = {
    "57014": (StoreError, "The question took too long and was stopped.", "Ask for less at once."),
    "55P03": (StoreError, "Another program keeps the builds locked.", AGAIN),
    "42501": (RightsError, "The database role lacks a right.", GRANTS),
    "25006": (RightsError, "The database role may only read.", GRANTS),
    "42P01": (StoreError, "Newer builds have replaced this one.", AGAIN),
    "3F000": (StoreError, "Newer builds have replaced this one.", AGAIN),
    "53": (StoreError, "The database server is out of space, memory or connections.", AGAIN),
    "08": (WarehouseError, "The connection to the warehouse was lost.", AGAIN),
    "57P": (WarehouseError, "The connection to the warehouse was lost.", AGAIN),
}
"""By SQLSTATE, the whole or its beginning."""

REFUSALS = (
    ("password", "The warehouse refuses the user or the password."),
    ("authentication", "The warehouse refuses the user or the password."),
    ("does not exist", "The warehouse knows no such user or database."),
    ("resolve", "The warehouse's host name is unknown."),
    ("translate host name", "The warehouse's host name is unknown."),
)


@contextmanager
def reading() -> Iterator[None]:
    """Around a reader's use of a connection: typed errors with nothing of the statement."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _known(error) or StoreError("The build could not be read.", AGAIN) from error


@contextmanager
def building() -> Iterator[None]:
    """Around a whole build: typed errors; whoever builds may see what the engine said."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The build could not be written: {error.strerror or type(error).__name__}.",
            "The last build stays. Make room or fix the folder, then build again.",
        ) from error
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        known = _known(error)
        if isinstance(known, RightsError):
            known = RightsError(f"The database role lacks a right: {said}.", GRANTS)
        raise known or StoreError(f"The build stopped: {said}", "The last build stays.") from error


@contextmanager
def looking() -> Iterator[None]:
    """Around a look at the warehouse outside a build."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _known(error) or WarehouseError("The warehouse could not be read.", AGAIN) from error


@contextmanager
def connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection; WarehouseError when the server gives none, StoreError when all are busy."""
    try:
        connection = engine.connect()
    except sa.exc.TimeoutError:
        raise StoreError("Too many questions are being answered at once.", AGAIN) from None
    except sa.exc.DBAPIError as error:
        said = str(error.orig)
        known = (sentence for sign, sentence in REFUSALS if sign in said)
        raise WarehouseError(
            next(known, "The warehouse does not answer."),
            "Check METRICS_WAREHOUSE_URL and that the server is up.",
        ) from None
    with connection:
        yield connection


def _known(error: sa.exc.DBAPIError) -> MetricsError | None:
    """Our error for the SQLSTATE, or for a connection that broke; None for any other."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated:
        state = "08"
    for length in (5, 3, 2):
        if found := BY_STATE.get(state[:length]):
            kind, message, way_out = found
            return kind(message, way_out)
    return None
