"""A real build of the tiny demo warehouse, the app serving it, and a browser to look at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from metrics.demo import write_demo
from metrics.pipeline import run_build
from metrics.settings import ROOT, load_settings

AS_OF = date(2026, 11, 18)
TIMEOUT = 20_000
HEIGHT = 900

# The state attribute alone is not enough: it is set before a run begins, and charts arrive after
# one ends. A page has said something once a card, a table or a bold line stands in it.
READY = """() => {
    const END = '[data-testid=stMain] :is([data-testid=stMetric],[data-testid=stDataFrame],strong)';
    const app = document.querySelector('[data-testid=stApp]');
    if (!app || app.getAttribute('data-test-script-state') !== 'notRunning') return false;
    if (!document.querySelector('h1') || !document.querySelector(END)) return false;
    if (document.querySelector('[data-testid=stSkeleton]')) return false;
    for (const chart of document.querySelectorAll('[data-testid=stVegaLiteChart]'))
        if (!chart.querySelector('svg.marks, canvas')) return false;
    const size = document.querySelectorAll('*').length;
    if (window.lastSize !== size) {
        window.lastSize = size; window.since = Date.now(); return false;
    }
    return Date.now() - window.since > 400;
}"""
# Streamlit looks for its own settings below deep links; it says so itself in the console.
HARMLESS = ("_stcore/health", "_stcore/host-config")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the tiny demo warehouse, built."""
    folder = tmp_path_factory.mktemp("home")
    settings = load_settings(
        {}, folder / "none.toml", home=folder, demo_scale="tiny", as_of=AS_OF, published_days=0
    )
    write_demo(settings.demo_path, "tiny", end_date=AS_OF)
    run_build(settings)
    return folder


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app, started from a folder that is not the project's."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log.txt"
    environment = {
        **os.environ,
        "METRICS_HOME": str(home),
        "METRICS_DEMO_SCALE": "tiny",
        "METRICS_AS_OF": AS_OF.isoformat(),
        "METRICS_CONFIG": str(home / "none.toml"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            env=environment,
            cwd=log.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


class Screen:
    """A page of the app with what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._check_request)
        page.on("response", self._check_response)

    def open(self, path: str = "") -> Page:
        """Go to a path and wait until everything is drawn."""
        self.page.goto(f"{self.address}/{path}")
        return self.settle()

    def settle(self) -> Page:
        """Wait until the run has ended and nothing is added any more."""
        self.page.wait_for_timeout(150)  # a click reaches the server a moment later
        self.page.wait_for_function(READY, timeout=TIMEOUT)
        return self.page

    def _check_request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.address, "data:", "blob:", "ws://127.0.0.1")):
            self.problems.append(f"left the host: {url}")

    def _check_response(self, response: object) -> None:
        status, url = response.status, response.url  # type: ignore[attr-defined]
        if status >= 400 and not url.endswith(HARMLESS):
            self.problems.append(f"{status}: {url}")


OpenScreen = Callable[..., Screen]


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[[int, str], BrowserContext]]:
    """One browser profile per width and colour mode, so that scripts are fetched once."""
    made: dict[tuple[int, str], BrowserContext] = {}

    def get(width: int, mode: str) -> BrowserContext:
        if (width, mode) not in made:
            made[width, mode] = browser.new_context(
                viewport={"width": width, "height": HEIGHT},
                color_scheme=mode,  # type: ignore[arg-type]
            )
            made[width, mode].set_default_timeout(TIMEOUT)
        return made[width, mode]

    yield get
    for context in made.values():
        context.close()


@pytest.fixture
def screen(contexts: Callable[[int, str], BrowserContext], server: str) -> Iterator[OpenScreen]:
    """Make a screen of a width and colour mode; any problem in it fails the test."""
    screens: list[Screen] = []

    def make(width: int = 1440, mode: str = "light") -> Screen:
        screens.append(Screen(contexts(width, mode).new_page(), server))
        return screens[-1]

    yield make
    for one in screens:
        one.page.close()
    assert not [problem for one in screens for problem in one.problems]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(150):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text()[-3000:]}", pytrace=False)
