"""A Chromium for tests, wherever it is installed, and the accessibility checker to load into it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.missing import AXE, CHROMIUM, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch_arguments() -> list[str]:
    """Chromium's sandbox refuses root, which is what containers usually run as."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def find_chromium() -> str | None:
    """Path of a Chromium: on PATH, else the one `playwright install` fetched."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the Chromium to start, with `launch_arguments()`; CHROMIUM_PATH decides if set."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        if not os.access(named, os.X_OK):
            pytest.fail(f"CHROMIUM_PATH={named} is no program", pytrace=False)
        return named
    return find_chromium() or missing(CHROMIUM)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all tests of a worker: a second beside it could not be started."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=launch_arguments()
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe_js() -> str:
    """Source of axe-core, to be evaluated in a page before `axe.run()`."""
    spec = importlib.util.find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        missing(AXE)
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
