"""Builds this process has open: the newest, and older ones for as long as a lease holds them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from metrics.errors import StoreError
from metrics.store.base import BuildId, Lease


@dataclass
class Opened:
    """An open build, what lets go of it, and how many leases hold it."""

    lease: Lease
    close: Callable[[], None]
    holders: int = 0


class OpenBuilds:
    """Hands out leases of the newest build, and never goes back to an older one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Opened | None = None

    @contextmanager
    def lease(self, newer: Callable[[BuildId], Opened | None]) -> Iterator[Lease]:
        """Hold the newest build. Raises StoreError when there is none.

        `newer` is given the id of the newest build that is open ("" for none) and opens the one
        after it, if there is one; no two threads are in it at once.
        """
        opened = self._take(newer)
        try:
            yield opened.lease
        finally:
            self._give_back(opened)

    def _take(self, newer: Callable[[BuildId], Opened | None]) -> Opened:
        with self._lock:
            before = self._latest
            found = newer(before.lease.info.id if before else "")
            if found is not None:
                self._latest = found
                if before is not None and not before.holders:
                    before.close()
            latest = found or before
            if latest is None:
                raise StoreError("There are no figures yet.", "Run `metrics build` first.")
            latest.holders += 1
            return latest

    def _give_back(self, opened: Opened) -> None:
        with self._lock:
            opened.holders -= 1
            if not opened.holders and opened is not self._latest:
                opened.close()

    def close(self) -> None:
        """Close the newest build, or leave that to the last lease that holds it."""
        with self._lock:
            latest, self._latest = self._latest, None
            if latest is not None and not latest.holders:
                latest.close()
