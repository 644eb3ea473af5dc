"""Whatever happens to the warehouse, an incremental build has the tables of a full one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.settings import Settings
from tests.incremental.steps import Steps, wrong_after
from tests.incremental.trading import KINDS, SPEC, Edit, tables_of

EDITS = st.builds(
    Edit,
    kind=st.sampled_from(KINDS),
    table=st.sampled_from(sorted(tables_of(SPEC))),
    row=st.integers(0, 999),
    other=st.integers(0, 999),
    column=st.integers(0, 9),
    days=st.integers(0, 400),
)
STEP = st.tuples(st.integers(0, 3), st.lists(EDITS, min_size=1, max_size=6))
"""Some days later, after these edits."""
ALIKE: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@given(step=STEP)
@settings(max_examples=6, **ALIKE)
def test_after_random_changes(first: Settings, step: Any) -> None:
    with TemporaryDirectory() as folder:
        assert wrong_after(first, [step], Path(folder)) == []


@pytest.mark.slow
@given(steps=st.lists(STEP, min_size=1, max_size=3))
@settings(max_examples=60, **ALIKE)
def test_after_many_random_changes(first: Settings, steps: Steps) -> None:
    with TemporaryDirectory() as folder:
        assert wrong_after(first, steps, Path(folder)) == []
