"""Fixtures and marks for every test; the parts are in tests/support."""

import pytest

from metrics.store.embedded import BUILDER

BUILDER["threads"] = "1"  # what tests build is small, and their workers share the cores

pytest_plugins = ["tests.support.missing", "tests.support.postgres", "tests.support.browser"]

MARK_BY_FIXTURE = {
    "pg_server": "postgres",
    "chromium_path": "browser",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the tools their fixtures need, before `-m` selects."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if mark := MARK_BY_FIXTURE.get(fixture):
                item.add_marker(mark)
