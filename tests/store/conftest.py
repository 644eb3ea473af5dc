"""A place for small builds and a tiny company for real ones, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.demo import write_demo
from metrics.demo.copy import copy_to_postgresql
from tests.store.work import LAST_DAY, Company, Place

ENGINES = ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty store of small builds on each engine."""
    url = request.getfixturevalue("pg_url") if request.param == "postgresql" else ""
    return Place(request.param, tmp_path / "store", url)


@pytest.fixture
def folder_place(tmp_path: Path) -> Place:
    """An empty store of small builds in a folder."""
    return Place("duckdb", tmp_path / "store")


@pytest.fixture
def pg_place(tmp_path: Path, pg_url: str) -> Place:
    """An empty store of small builds in a database."""
    return Place("postgresql", tmp_path, pg_url)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny demo warehouse."""
    path = tmp_path_factory.mktemp("company") / "demo.duckdb"
    write_demo(path, scale="tiny", end_date=LAST_DAY)
    return path


@pytest.fixture(params=ENGINES)
def company(request: pytest.FixtureRequest, demo_file: Path, tmp_path: Path) -> Company:
    """The tiny company in each engine, without a build."""
    url = f"duckdb:///{demo_file}"
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
        engine = sa.create_engine(url)
        copy_to_postgresql(demo_file, engine)
        engine.dispose()
    return Company(request.param, url, tmp_path / "home")
