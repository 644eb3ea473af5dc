"""The trading company with its first build, made once for all tests."""

from __future__ import annotations

import pytest

from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.incremental.trading import SPEC
from tests.support.mini import prepare


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Warehouse and store after the first build; to be copied, not to be changed."""
    prepared = prepare(SPEC, tmp_path_factory.mktemp("first"))
    run_build(prepared)
    return prepared
