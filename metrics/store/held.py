"""Builds this process has open: the current one, and others for as long as a lease holds them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from metrics.errors import NothingBuiltError
from metrics.store.base import BuildId, Lease


@dataclass
class Opened:
    """An open build, what lets go of it, and how many leases hold it."""

    lease: Lease
    close: Callable[[], None]
    holders: int = 0


class OpenBuilds:
    """Hands out leases of the current build: the newest, unless the store was rolled back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Opened | None = None

    @contextmanager
    def lease(self, other: Callable[[BuildId], Opened | None]) -> Iterator[Lease]:
        """Hold the current build. Raises NothingBuiltError when there is none.

        `other` is given the id of the build that is open ("" for none) and opens another where
        that is no longer the current one; no two threads are in it at once, so that none goes
        back to what another has left.
        """
        opened = self._take(other)
        try:
            yield opened.lease
        finally:
            self._give_back(opened)

    def _take(self, other: Callable[[BuildId], Opened | None]) -> Opened:
        with self._lock:
            before = self._latest
            found = other(before.lease.info.id if before else "")
            if found is not None:
                self._latest = found
                if before is not None and not before.holders:
                    before.close()
            latest = found or before
            if latest is None:
                raise NothingBuiltError("There are no figures yet.", "Run `metrics build` first.")
            latest.holders += 1
            return latest

    def _give_back(self, opened: Opened) -> None:
        with self._lock:
            opened.holders -= 1
            if not opened.holders and opened is not self._latest:
                opened.close()

    def close(self) -> None:
        """Close the current build, or leave that to the last lease that holds it."""
        with self._lock:
            latest, self._latest = self._latest, None
            if latest is not None and not latest.holders:
                latest.close()
