"""Switching views that others read, without stopping them or being stopped by them."""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa
from psycopg import errors

from metrics.errors import StoreError

LOCK_MILLISECONDS = 200
PAUSE = 0.1
PATIENCE = 600.0
"""Seconds for which a switch is tried under readers."""


def patiently(connection: sa.Connection, switch: Callable[[], None]) -> None:
    """Do all of a switch in one go, as soon as no reader is in its way.

    A reader of two views waits for the second while it holds the first. Whoever waits longest is
    ended as a deadlock after a second, so each try gives up well before that, lets go of what it
    has, and leaves the reader to go on. Raises StoreError when readers never pause.
    """
    until = time.monotonic() + PATIENCE
    while not _done(connection, switch):
        if time.monotonic() > until:
            raise StoreError(
                "The published views are being read without a pause, so they cannot be switched.",
                "End the queries that read them for minutes, and try again.",
            )
        time.sleep(PAUSE)


def _done(connection: sa.Connection, switch: Callable[[], None]) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")
            switch()
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, (errors.LockNotAvailable, errors.DeadlockDetected)):
            return False
        raise
    return True
