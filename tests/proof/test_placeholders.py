"""A placeholder comes alive with the right number when its table arrives, and falls back by name.

All tables are loaded at once and one column of each is dropped at once: two builds an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from metrics import MetricInfo
from metrics.errors import MetricWaitingError
from metrics.pipeline import run_build
from tests.proof import answer
from tests.proof.compare import same
from tests.proof.engines import copy_tables
from tests.proof.placeholders import Expected, read_placeholders
from tests.proof.question import Value
from tests.proof.roads import Roads, open_roads
from tests.support.postgres import plain

CASES = read_placeholders()


@dataclass(frozen=True)
class Seen:
    """What one engine showed: numbers and states with all tables, states without the columns."""

    roads: Roads
    values: dict[str, Value]
    complete: dict[str, MetricInfo]
    lacking: dict[str, MetricInfo]


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seen]:
    path = tmp_path_factory.mktemp("placeholders") / "warehouse.duckdb"
    CASES.write(path)
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_module_url")
        copy_tables(path, url)
    roads = open_roads(path, CASES.last_day, url=url)
    values = {one.metric: value_of(roads, one) for one in CASES.expected}
    complete = dict(roads.layer.catalog.metrics)
    if url is None:
        CASES.drop_columns(path)
    else:
        with psycopg.connect(plain(url)) as connection:
            for statement in CASES.drops():
                connection.execute(statement.encode())
    run_build(roads.layer.settings)
    yield Seen(roads, values, complete, dict(roads.layer.catalog.metrics))
    roads.layer.close()


def value_of(roads: Roads, one: Expected) -> Value:
    try:
        frame = roads.layer.query(one.metric, start=one.start, end=CASES.last_day).frame
    except MetricWaitingError:
        return None
    value = frame["value"].iloc[0]
    return None if value != value else float(value)


@pytest.mark.parametrize("one", CASES.expected, ids=lambda one: one.metric)
def test_it_comes_alive_with_the_right_number(seen: Seen, one: Expected) -> None:
    assert seen.complete[one.metric].status == "live", seen.complete[one.metric].waiting_for
    assert seen.values[one.metric] is not None
    assert same(seen.values[one.metric], float(one.value)), seen.values[one.metric]


@pytest.mark.parametrize("one", CASES.expected, ids=lambda one: one.metric)
def test_the_second_road_says_the_same(seen: Seen, one: Expected) -> None:
    proved = answer(seen.roads.world, one.metric, one.start, CASES.last_day)[""]
    assert same(proved, float(one.value)), proved


@pytest.mark.parametrize("one", CASES.expected, ids=lambda one: one.metric)
def test_it_falls_back_and_names_the_column(seen: Seen, one: Expected) -> None:
    info = seen.lacking[one.metric]
    assert info.status == "waiting"
    dropped = {f"raw.{table}.{column}" for table, column in CASES.without.items()}
    assert {lack.split(" ")[0] for lack in info.waiting_for} & dropped, info.waiting_for
    with pytest.raises(MetricWaitingError, match=one.metric):
        seen.roads.layer.query(one.metric, start=one.start, end=CASES.last_day)


def test_only_what_rests_on_them_falls_back(seen: Seen) -> None:
    live = {name for name, info in seen.complete.items() if info.status == "live"}
    fallen = {name for name in live if seen.lacking[name].status != "live"}
    assert fallen == {one.metric for one in CASES.expected}


def test_every_metric_that_waits_on_the_demo_has_a_case(demo: Roads) -> None:
    metrics = demo.layer.catalog.metrics.values()
    waiting = {info.name for info in metrics if info.status != "live"}
    assert waiting == {one.metric for one in CASES.expected}
