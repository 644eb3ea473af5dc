"""The layer answers like the oracle; with a fault planted in it, it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from metrics import Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.soundness.definitions import METRICS as DECLARED
from tests.soundness.definitions import company
from tests.soundness.mutation import Mutation, planted
from tests.soundness.mutations_of_builds import BUILDS_GONE_WRONG
from tests.soundness.mutations_of_questions import QUESTIONS_GONE_WRONG
from tests.soundness.oracle import Oracle
from tests.soundness.questions import Wrong, disagreements
from tests.soundness.readings_of_spans import METRICS
from tests.support.mini import opened, prepare

SEED = 1
MUTATIONS = [*QUESTIONS_GONE_WRONG, *BUILDS_GONE_WRONG]


def test_every_metric_is_read_by_the_oracle() -> None:
    assert set(METRICS) == set(DECLARED)


def test_the_layer_is_right(tmp_path: Path) -> None:
    with opened(company(2), tmp_path) as layer:
        assert disagreements(layer, Oracle(2)) == []


def test_the_layer_is_right_on_postgresql(pg_url: str, tmp_path: Path) -> None:
    with opened(company(3), tmp_path, pg_url) as layer:
        assert disagreements(layer, Oracle(3)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 34))
def test_the_layer_is_right_for_many_companies(seed: int, tmp_path: Path) -> None:
    with opened(company(seed), tmp_path) as layer:
        assert disagreements(layer, Oracle(seed)) == []


@dataclass(frozen=True)
class Built:
    """A company that is built and opened, and what is right about it."""

    settings: Settings
    layer: Layer
    oracle: Oracle


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    settings = prepare(company(SEED), tmp_path_factory.mktemp("company"))
    run_build(settings)
    layer = open_layer(settings)
    yield Built(settings, layer, Oracle(SEED))
    layer.close()


def test_without_a_fault_nothing_is_caught(built: Built) -> None:
    names = {name for mutation in MUTATIONS for name in mutation.caught_by}
    assert disagreements(built.layer, built.oracle, sorted(names)) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.about.replace(" ", "_"))
def test_a_planted_fault_is_caught(mutation: Mutation, built: Built, tmp_path: Path) -> None:
    with planted(mutation):
        if mutation.reopens:
            wrong = reopened(mutation, built, tmp_path)
        else:
            wrong = disagreements(built.layer, built.oracle, mutation.caught_by)
    assert {one.metric for one in wrong} == set(mutation.caught_by)


def reopened(mutation: Mutation, built: Built, home: Path) -> list[Wrong]:
    """What is wrong with a layer that was built, or only opened, with the fault in it."""
    settings = built.settings
    if mutation.rebuilds:
        settings = settings.model_copy(update={"home": home})
        run_build(settings)
    layer = open_layer(settings)
    try:
        return disagreements(layer, built.oracle, mutation.caught_by)
    finally:
        layer.close()
