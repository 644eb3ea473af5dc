"""The shipped queries, and a tiny demo warehouse on both engines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.demo import write_demo
from metrics.sources.model import Queries
from metrics.sources.read import read_queries
from tests.sources.warehouses import copy_to_postgres, duckdb_engine

QUERIES = Path(__file__).resolve().parents[2] / "queries"


@pytest.fixture(scope="session")
def queries() -> Queries:
    return read_queries(QUERIES)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    write_demo(path, scale="tiny", seed=3, end_date=date(2026, 3, 10))
    return path


@pytest.fixture(scope="session")
def demo_duckdb(demo_file: Path) -> Iterator[sa.Engine]:
    engine = duckdb_engine(demo_file)
    yield engine
    engine.dispose()


@pytest.fixture
def demo_postgres(demo_file: Path, pg_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(pg_url)
    copy_to_postgres(demo_file, engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["duckdb", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """An empty warehouse on each engine; nothing is left behind."""
    if request.param == "duckdb":
        engine = duckdb_engine()
    else:
        engine = sa.create_engine(request.getfixturevalue("pg_module_url"))
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
    engine.dispose()
