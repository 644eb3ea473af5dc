"""The tiny demo company with published models, on both engines; tests only read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from metrics.demo import write_demo
from metrics.demo.copy import copy_to_postgresql
from metrics.layer import Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import load_settings
from tests.support.postgres import new_database

LAST_DAY = date(2026, 11, 12)
TARGETS = """
targets:
  - {metric: total_mrr, period_start: 2026-11-01, period_end: 2026-12-01, amount: 1}
  - {metric: dau, period_start: 2026-11-10, period_end: 2026-11-12, amount: 100000}
"""


@dataclass(frozen=True)
class Published:
    """A layer, and a connection as another tool would have it."""

    engine: str
    url: str
    layer: Layer
    connection: sa.Connection

    def read(self, sql: str) -> pd.DataFrame:
        """What a statement gives."""
        return pd.read_sql_query(sa.text(sql), self.connection)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny demo warehouse."""
    path = tmp_path_factory.mktemp("models") / "demo.duckdb"
    write_demo(path, scale="tiny", end_date=LAST_DAY)
    return path


@pytest.fixture(scope="session")
def pg_session_url(pg_server: str) -> Iterator[str]:
    """An empty database for all tests of this folder."""
    with new_database(pg_server) as url:
        yield url


@pytest.fixture(
    scope="session", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def published(
    request: pytest.FixtureRequest, demo_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    """A build with twelve days of models and two month ends before."""
    home = tmp_path_factory.mktemp("home")
    warehouse = f"duckdb:///{demo_file}"
    if request.param == "postgresql":
        warehouse = request.getfixturevalue("pg_session_url")
        engine = sa.create_engine(warehouse)
        copy_to_postgresql(demo_file, engine)
        engine.dispose()
    targets = home / "targets.yml"
    targets.write_text(TARGETS, encoding="utf-8")
    settings = load_settings(
        env={},
        home=home,
        warehouse_url=warehouse,
        as_of=LAST_DAY,
        targets=targets,
        published_days=12,
        published_months=2,
    )
    run_build(settings)
    layer = open_layer(settings)
    url = warehouse
    if request.param == "duckdb":
        # A copy, because a process cannot open one file with two kinds of settings.
        copied = shutil.copy(
            next(settings.store_folder.glob("build-*.duckdb")), home / "copy.duckdb"
        )
        url = f"duckdb:///{copied}"
    reader = sa.create_engine(
        url, connect_args={"read_only": True} if request.param == "duckdb" else {}
    )
    with reader.connect() as connection:
        yield Published(request.param, url, layer, connection)
    reader.dispose()
    layer.close()
