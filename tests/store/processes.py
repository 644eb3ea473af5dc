"""Processes for the tests of the store: forked from one that has everything imported."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

from metrics.errors import BuildRunningError
from tests.store.work import Company, Place, Seen, build_here

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", "tests.store.work"])

KILLED = -signal.SIGKILL
LONGEST = 60.0


def start(work: Callable[..., None], *args: Any, **how: Any) -> BaseProcess:
    """Run a function of `work` in a process of its own."""
    process = CONTEXT.Process(target=work, args=args, kwargs=how)
    process.start()
    return process


def end_of(process: BaseProcess) -> int | None:
    """Wait for a process; its exit code, negative for a signal."""
    process.join(LONGEST)
    assert not process.is_alive(), "the process hangs"
    return process.exitcode


def build_with(place: Place | Company, point: str, **how: Any) -> int | None:
    """Build in another process with METRICS_FAULT set; its exit code."""
    return end_of(start(build_here, place, point, **how))


def kill_while_building(place: Place | Company, after: float, **how: Any) -> bool:
    """Start a build and kill it after some seconds; whether it was still building."""
    process = start(build_here, place, **how)
    process.join(after)
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
    return end_of(process) == KILLED


def build_next(place: Place | Company, patience: float = 5.0, **how: Any) -> str:
    """Build in this process; a server may need a moment to notice that a builder was killed."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return place.build(**how)
        except BuildRunningError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def readers(work: Callable[..., None], place: Place | Company, count: int) -> Iterator[list[Seen]]:
    """Processes that read as long as the block lasts; what they saw is in the list afterwards."""
    begun, stop, outcomes = CONTEXT.Semaphore(0), CONTEXT.Event(), CONTEXT.Queue()
    running = [start(work, place, begun, stop, outcomes) for _ in range(count)]
    seen: list[Seen] = []
    try:
        for _ in running:
            assert begun.acquire(timeout=LONGEST), "a reader does not start"
        yield seen
        assert all(process.is_alive() for process in running)
    finally:
        stop.set()
        seen += [outcomes.get(timeout=LONGEST) for process in running if process.is_alive()]
        for process in running:
            end_of(process)
