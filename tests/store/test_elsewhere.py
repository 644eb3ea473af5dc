"""A store in another database than the warehouse: rows cross as they are, all else is the same."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from metrics.build import crossing
from metrics.build.workspace import Workspace
from metrics.demo.copy import copy_to_postgresql
from metrics.errors import SettingsError
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings
from metrics.sources.model import Dependencies, Queries, Source
from metrics.store.open import open_store
from tests.store.work import LAST_DAY
from tests.support.postgres import new_database, plain

COLUMNS = {
    "id": "text",
    "amount": "number",
    "rough": "number",
    "count": "integer",
    "yes": "boolean",
    "day": "date",
    "at": "instant",
    "zoned": "instant",
    "data": "json",
    "code": "text",
}
ROWS = """
    SELECT * FROM (VALUES
        ('plain', 12.3400, CAST(0.1 AS DOUBLE PRECISION), 1, true, DATE '2026-01-31',
            TIMESTAMP '2026-01-31 23:59:59.123456', TIMESTAMPTZ '2026-01-31 23:30:00-05',
            '{"a": [1, 2.50], "b": "x"}', 7),
        ('', -99999999999999.9999, CAST(1e300 AS DOUBLE PRECISION), -1, false, DATE '1969-12-31',
            TIMESTAMP '1900-01-01 00:00:00', TIMESTAMPTZ '2026-10-25 01:30:00+00', '"text"', -7),
        ('a "quoted", one' || CHR(10) || 'line é 漢 % \\N', NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL)
    ) AS t (id, amount, rough, "count", yes, "Day", "at", zoned, data, code)
"""


def queries_of(columns: dict[str, str]) -> Queries:
    """One source that some query reads whole."""
    source = Source.model_validate(
        {"name": "odd", "table": "raw.odd", "system": "app", "columns": columns}
    )
    reads = {"odd": frozenset(columns)}
    return Queries(
        {"odd": source}, {}, {}, {"facts/odd.sql": Dependencies(reads, frozenset(), frozenset())}
    )


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a warehouse with one table of everything that is hard to carry."""
    url = f"duckdb:///{tmp_path / 'odd.duckdb'}"
    json = "JSON"
    if request.param == "postgresql":
        url, json = request.getfixturevalue("pg_url"), "JSONB"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        run("CREATE SCHEMA raw")
        rows = ROWS.replace("%", "%%") if request.param == "postgresql" else ROWS
        run(f"CREATE TABLE raw.odd AS {rows}")
        run(f"ALTER TABLE raw.odd ALTER COLUMN data TYPE {json} USING data::{json}")
    engine.dispose()
    return url


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(
    request: pytest.FixtureRequest, odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of that warehouse with a store elsewhere."""
    store = f"duckdb:///{tmp_path / 'builds'}"
    if request.param == "postgresql":
        store = request.getfixturevalue("pg_module_url")
    monkeypatch.setattr(crossing, "BATCH", 2)
    return load_settings(
        env={}, file=tmp_path / "none", home=tmp_path, warehouse_url=odd, store_url=store
    )


def test_every_kind_of_value_crosses_as_it_is(settings: Settings) -> None:
    with closing(open_store(settings)) as store, store.write() as writing:
        space = Workspace(writing.connection, writing.engine, writing.schema)
        inspected, tables = crossing.fetch_sources(space, settings, queries_of(COLUMNS))
        assert list(inspected) == ["raw.odd"]
        assert tables == {"odd": "stage_source_odd"}
        rows = space.execute('SELECT * FROM "stage_source_odd"').mappings().all()
        typed = "jsonb_typeof(data)" if writing.schema else "json_type(data)"
        kinds = set(space.execute(f'SELECT {typed} FROM "stage_source_odd"').scalars())
    found: dict[str, Any] = {row["id"]: dict(row) for row in rows}
    assert len(found) == len(rows) == 3
    first, second = found["plain"], found[""]
    assert first["amount"] == Decimal("12.34")
    assert second["amount"] == Decimal("-99999999999999.9999")
    assert (first["rough"], second["rough"]) == (0.1, 1e300)
    assert (first["count"], first["yes"], second["yes"]) == (1, True, False)
    assert (first["day"], second["day"]) == (date(2026, 1, 31), date(1969, 12, 31))
    assert first["at"] == datetime(2026, 1, 31, 23, 59, 59, 123456)
    assert first["zoned"] == datetime(2026, 2, 1, 4, 30), "instants are in UTC"
    assert second["zoned"] == datetime(2026, 10, 25, 1, 30)
    assert (first["code"], second["code"]) == ("7", "-7"), "a number where a text is declared"
    empty = found['a "quoted", one\nline é 漢 % \\N']
    assert {name for name, value in empty.items() if value is not None} == {"id"}
    assert {str(kind).lower() for kind in kinds if kind} <= {"object", "string", "varchar"}


def test_a_column_that_is_not_there_is_left_to_the_contract(settings: Settings) -> None:
    queries = queries_of({**COLUMNS, "gone": "text", "rough": "boolean"})
    with closing(open_store(settings)) as store, store.write() as writing:
        space = Workspace(writing.connection, writing.engine, writing.schema)
        _, tables = crossing.fetch_sources(space, settings, queries)
        names = set(space.tables[tables["odd"]].c.keys())
    assert names == COLUMNS.keys() - {"rough"}


@pytest.mark.postgres
def test_a_build_elsewhere_equals_one_beside_the_rows(
    demo_file: Path, pg_url: str, tmp_path: Path
) -> None:
    """The role may only read; every table of the build has the same cells."""
    engine = sa.create_engine(pg_url)
    copy_to_postgresql(demo_file, engine)
    engine.dispose()
    role = "only_reads"
    with psycopg.connect(plain(pg_url), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN")
        owner.execute(f"GRANT USAGE ON SCHEMA raw TO {role}")
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA raw TO {role}")
    reader = sa.make_url(pg_url).set(username=role).render_as_string(hide_password=False)
    common = {"as_of": LAST_DAY, "published_days": 0, "home": tmp_path, "targets": tmp_path / "no"}
    beside = load_settings(env={}, warehouse_url=f"duckdb:///{demo_file}", **common)
    elsewhere = load_settings(
        env={}, warehouse_url=reader, store_url=f"duckdb:///{tmp_path / 'elsewhere'}", **common
    )
    try:
        made = [(run_build(one), one.store_folder) for one in (beside, elsewhere)]
    finally:
        with psycopg.connect(plain(pg_url), autocommit=True) as owner:
            owner.execute(f"DROP OWNED BY {role} CASCADE")
            owner.execute(f"DROP ROLE {role}")
            schemas = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(mb_|metrics)'"
            assert owner.execute(schemas).fetchall() == []
    (left, left_folder), (right, right_folder) = made
    assert left.parts == right.parts
    assert {n: s.rows for n, s in left.facts.items()} == {n: s.rows for n, s in right.facts.items()}
    with duckdb.connect() as both:
        both.execute(f"ATTACH '{left_folder}/build-{left.id}.duckdb' AS a (READ_ONLY)")
        both.execute(f"ATTACH '{right_folder}/build-{right.id}.duckdb' AS b (READ_ONLY)")
        for table in left.parts:
            assert differing(both, table) == 0, table


def differing(both: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows that only one of two builds has; sums of floating numbers to six decimals.

    A little is added first: n/128 and its like lie just where rounding turns, and two orders of
    adding would fall on either side.
    """
    columns = both.execute(f'DESCRIBE a."{table}"').fetchall()
    shown = ", ".join(
        f'ROUND("{name}" + 3.3e-8, 6)' if kind == "DOUBLE" else f'"{name}"'
        for name, kind, *_ in columns
    )
    one, other = (f'SELECT {shown} FROM {place}."{table}"' for place in "ab")
    only = f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})"
    return int(both.execute(f"SELECT COUNT(*) FROM ({only})").fetchall()[0][0])


@pytest.mark.slow
@pytest.mark.postgres
def test_a_second_database_keeps_the_builds(
    demo_file: Path, pg_server: str, tmp_path: Path
) -> None:
    with new_database(pg_server) as first, new_database(pg_server) as second:
        engine = sa.create_engine(first)
        copy_to_postgresql(demo_file, engine)
        engine.dispose()
        settings = load_settings(
            env={}, home=tmp_path, warehouse_url=first, store_url=second, as_of=LAST_DAY
        )
        info = run_build(settings)
        with closing(open_store(settings)) as store, store.lease() as lease:
            assert lease.info.id == info.id
        with psycopg.connect(plain(first)) as other:
            schemas = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(mb_|metrics)'"
            assert other.execute(schemas).fetchall() == []


def test_the_address_of_the_store_is_checked_and_never_quoted() -> None:
    with pytest.raises(SettingsError, match="store_url") as caught:
        load_settings(env={}, store_url="oracle://u:secret@host/db")
    assert "secret" not in str(caught.value)
