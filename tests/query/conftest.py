"""A company of every kind of metric, built once for the tests of questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metrics import Layer
from tests.soundness.definitions import company
from tests.support.mini import opened


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    with opened(company(1), tmp_path_factory.mktemp("company")) as layer:
        yield layer
