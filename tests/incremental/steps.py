"""Builds one after another, each compared with a full build of the same warehouse."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metrics.pipeline import run_build
from metrics.settings import Settings
from metrics.store.info import BuildInfo
from tests.incremental.contents import Table, contents, differences, said_differently
from tests.incremental.trading import SPEC, Edit, apply, later, write

Step = tuple[int, Sequence[Edit]]
Steps = Sequence[Step]


def copied(first: Settings, folder: Path) -> Settings:
    """Warehouse and store in a folder of their own."""
    shutil.copytree(first.home, folder, dirs_exist_ok=True)
    there = first.model_copy(
        update={
            "home": folder,
            "queries": folder / "queries",
            "definitions": folder / "definitions",
            "warehouse_url": f"duckdb:///{folder / 'warehouse.duckdb'}",
        }
    )
    (there.store_folder.parent / first.store_folder.name).rename(there.store_folder)
    return there


def edited(spec: Any, edits: Sequence[Edit], url: str) -> None:
    """Change rows of a spec, and write the tables they are in."""
    for edit in edits:
        apply(spec, edit)
    write(spec, url, {edit.table for edit in edits})


def full_beside(settings: Settings) -> tuple[BuildInfo, dict[str, Table]]:
    """A full build in a store of its own that has seen the same days; its info and contents."""
    beside = settings.model_copy(update={"home": settings.home / "beside"})
    beside.store_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(settings.store_folder / "snapshots.duckdb", beside.store_folder)
    info = run_build(beside, full=True)
    assert info.changes.full
    return info, contents(beside)


def full_again(settings: Settings) -> tuple[BuildInfo, dict[str, Table]]:
    """A full build in the same store."""
    info = run_build(settings, full=True)
    assert info.changes.full
    return info, contents(settings)


def step(settings: Settings, spec: Any, one: Step) -> tuple[Settings, BuildInfo]:
    """Edit, wait some days, build incrementally."""
    days, edits = one
    settings = later(settings, days)
    edited(spec, edits, settings.warehouse)
    info = run_build(settings)
    assert not info.changes.full, info.changes.reason
    return settings, info


def wrong_after(first: Settings, steps: Steps, folder: Path) -> list[str]:
    """Build after each step both ways; what differs after the first that does."""
    spec, settings = copy.deepcopy(SPEC), copied(first, folder)
    for one in steps:
        settings, info = step(settings, spec, one)
        found = contents(settings)
        full, wanted = full_beside(settings)
        if wrong := [*differences(found, wanted), *said_differently(info, full)]:
            return wrong
    return []
