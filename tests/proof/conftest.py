"""The tiny demo warehouse with both roads, built once for all tests that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from metrics.demo import write_demo
from tests.proof.roads import Roads, open_roads

END = date(2026, 10, 31)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roads]:
    path = tmp_path_factory.mktemp("proof") / "demo.duckdb"
    write_demo(path, scale="tiny", seed=11, end_date=END)
    roads = open_roads(path, END)
    yield roads
    roads.layer.close()
