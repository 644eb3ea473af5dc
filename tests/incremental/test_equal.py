"""Whatever happens to the warehouse, an incremental build has the tables of a full one."""

from __future__ import annotations

import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.incremental.contents import contents, differences, said_differently
from tests.incremental.steps import Step, Steps, full_again, step, wrong_after
from tests.incremental.trading import KINDS, SPEC, Edit, tables_of
from tests.support.mini import prepare
from tests.support.postgres import new_database

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


@given(one=STEP)
@settings(max_examples=3, **ALIKE)
def test_after_random_changes(first: Settings, one: Step) -> None:
    with TemporaryDirectory() as folder:
        assert wrong_after(first, [one], Path(folder)) == []


@pytest.mark.slow
@given(steps=st.lists(STEP, min_size=1, max_size=3))
@settings(max_examples=60, **ALIKE)
def test_after_many_random_changes(first: Settings, steps: Steps) -> None:
    with TemporaryDirectory() as folder:
        assert wrong_after(first, steps, Path(folder)) == []


@pytest.mark.slow
@given(steps=st.lists(STEP, min_size=1, max_size=2))
@settings(max_examples=12, **ALIKE)
def test_after_random_changes_on_postgresql(pg_server: str, steps: Steps) -> None:
    with TemporaryDirectory() as folder, new_database(pg_server) as url:
        spec = copy.deepcopy(SPEC)
        made = prepare(spec, Path(folder), url)
        run_build(made)
        for one in steps:
            made, info = step(made, spec, one)
            found = contents(made)
            full, wanted = full_again(made)
            assert differences(found, wanted) == []
            assert said_differently(info, full) == []
