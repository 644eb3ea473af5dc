"""Models to look through, without a warehouse where none is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.lineage.map import Lineage
from metrics.parts.model import Model, load_model
from metrics.settings import load_settings
from metrics.sources.contract import declared as as_declared
from tests.lineage.shop import declared, shop


@pytest.fixture(scope="session")
def shipped() -> Model:
    """The model of the repository."""
    return load_model(load_settings(env={}, file=Path("none.toml")))


@pytest.fixture(scope="session")
def everything(shipped: Model) -> Lineage:
    """Its lineage over a warehouse that has all it declares."""
    return Lineage(shipped, as_declared(shipped.queries))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    """The small company's, whole."""
    model = load_model(declared(shop(), tmp_path_factory.mktemp("shop")))
    return Lineage(model, as_declared(model.queries))


@pytest.fixture(params=["duckdb", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where a warehouse lies; None for a DuckDB file."""
    return None if request.param == "duckdb" else request.getfixturevalue("pg_url")
