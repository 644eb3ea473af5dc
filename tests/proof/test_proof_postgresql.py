"""The second road against builds in PostgreSQL: some of it always, all of it in the long run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest

from metrics.demo import write_demo
from tests.proof import test_page_questions as beside
from tests.proof.compare import Case, by_dimension, compare
from tests.proof.conftest import END
from tests.proof.customer_scores import CHURN_RISK
from tests.proof.engines import copy_tables
from tests.proof.roads import Roads, open_roads
from tests.proof.test_proof_demo import FILTERS, FIRST, RANGES
from tests.support.postgres import plain

SPLIT = 5
"""One metric of so many is asked by its break-down too when time is short."""


def assert_same(roads: Roads, cases: Iterable[Case]) -> None:
    """Both roads answer alike, and there was something to compare."""
    tally = compare(roads.layer, roads.world, [case for case in cases if case.metrics])
    assert not tally.differences, tally.report()
    assert tally.cells


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, pg_module_url: str) -> Iterator[Roads]:
    path = tmp_path_factory.mktemp("proof") / "demo.duckdb"
    write_demo(path, scale="tiny", seed=11, end_date=END)
    copy_tables(path, pg_module_url)
    roads = open_roads(path, END, url=pg_module_url)
    yield roads
    roads.layer.close()


def test_totals_of_every_metric(demo: Roads) -> None:
    assert set(demo.live) == set(demo.provable)
    assert_same(demo, [Case(demo.live, date(2026, 9, 10), date(2026, 10, 5))])


def test_a_break_down_of_some_metrics(demo: Roads) -> None:
    known = demo.layer.catalog.metrics
    some = [name for name in demo.live if known[name].dimensions][::SPLIT]
    first: dict[str, list[str]] = {}
    for name in some:
        first.setdefault(known[name].dimensions[0], []).append(name)
    assert_same(demo, [Case(tuple(names), FIRST, END, by=(by,)) for by, names in first.items()])


@pytest.mark.slow
@pytest.mark.parametrize("name", RANGES)
def test_totals_of_every_range(demo: Roads, name: str) -> None:
    grain, ranges = RANGES[name]
    assert_same(demo, [Case(demo.live, start, end, grain) for start, end in ranges])


@pytest.mark.slow
def test_every_break_down(demo: Roads) -> None:
    splits = by_dimension(demo.layer, demo.live)
    start, end = date(2026, 9, 20), date(2026, 10, 25)
    assert_same(demo, [Case(names, start, end, by=(dimension,)) for dimension, names in splits])


@pytest.mark.slow
@pytest.mark.parametrize("dimension", FILTERS)
def test_filters(demo: Roads, dimension: str) -> None:
    where = ((dimension, FILTERS[dimension]),)
    assert_same(demo, [Case(demo.having(dimension), FIRST, END, "month", where=where)])


def test_text_and_nothing_are_copied_as_they_are(tmp_path: Path, pg_url: str) -> None:
    path = tmp_path / "file.duckdb"
    rows = [("", None, 1.5), (None, "2026-01-31", None), ('a "b",\nc', "2024-02-29", -0.1)]
    with duckdb.connect(str(path)) as file:
        file.execute("CREATE SCHEMA raw")
        file.execute('CREATE TABLE raw."Odd" ("Name" VARCHAR, "at" DATE, size DOUBLE)')
        file.executemany('INSERT INTO raw."Odd" VALUES (?, ?, ?)', rows)
    copy_tables(path, pg_url)
    with psycopg.connect(plain(pg_url)) as database:
        found = database.execute('SELECT "Name", "at"::text, size FROM raw."Odd"').fetchall()
    assert found == rows


def test_questions_beside_numbers(demo: Roads) -> None:
    with demo.layer.hold() as pinned:
        beside.test_cohorts_are_of_the_month_of_the_first_payment(demo, pinned, "Small")
        beside.test_a_curve_is_the_metric_at_other_ages(demo, pinned)
        beside.test_a_score_is_made_of_its_inputs(demo, pinned, "churn_risk_score", CHURN_RISK, END)
        beside.test_what_happened_to_a_customer_is_in_the_rows(demo, pinned)
        beside.test_attributes_are_those_of_the_source(demo, pinned)
        beside.test_targets_are_those_of_the_file(demo, pinned)
        beside.test_open_deals_add_up_by_the_month_they_close_in(demo, pinned)
