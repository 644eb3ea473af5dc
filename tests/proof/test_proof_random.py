"""Random small warehouses, random questions: the layer against the raw rows."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metrics.query.states import is_answerable
from tests.proof.compare import compare
from tests.proof.engines import on_engine
from tests.proof.roads import open_roads
from tests.proof.sampling import random_cases
from tests.proof.warehouses import (
    LAST_DAYS,
    MAY_BE_EMPTY,
    ZONES,
    Shape,
    random_tables,
    write_warehouse,
)
from tests.proof.world import World

shapes = st.builds(
    Shape,
    seed=st.integers(0, 10**6),
    end=st.sampled_from(LAST_DAYS),
    days=st.sampled_from([100, 60, 20, 130]),
    lag=st.sampled_from([0, 0, 4, -3]),
    customers=st.integers(2, 6),
    events=st.sampled_from([60, 20, 120]),
    untidy=st.sampled_from([True, True, True, False]),
    time_zone=st.sampled_from(ZONES),
    week_start=st.sampled_from([0, 6, 3]),
    fiscal_month=st.sampled_from([1, 2, 4, 12]),
    empty=st.sets(st.sampled_from(MAY_BE_EMPTY), max_size=1).map(frozenset),
)


def check(shape: Shape, rounds: int, server: str | None = None) -> None:
    """Both roads over one warehouse answer alike; with a server, as a database of it."""
    engine = "postgresql" if server else "duckdb"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        write_warehouse(path, random_tables(shape))
        with on_engine(engine, path, server) as url:
            roads = open_roads(
                path,
                shape.end,
                time_zone=shape.time_zone,
                week_start=shape.week_start,
                fiscal_month=shape.fiscal_month,
                url=url,
            )
            assert set(roads.live) <= set(roads.provable)
            for name in set(roads.provable) - set(roads.live):
                found = roads.layer.catalog.metrics[name].lacks
                lacks = [str(lack) for lack in found if not is_answerable([lack])]
                assert all(has_no_values(roads.world, lack) for lack in lacks), (name, lacks)
            chance = random.Random(shape.seed)
            cases = random_cases(roads.layer, roads.world, roads.live, chance, rounds)
            tally = compare(roads.layer, roads.world, cases, seed=shape.seed)
            roads.layer.close()
        assert not tally.differences, f"{shape}\n{tally.report()}"


NOTHING = pd.Series(dtype=object)
SAME_ROWS = {"open_deals": "deals", "device_states": "device_status"}
"""Queries of the layer by the fact of the second road that has the same rows."""


def has_no_values(world: World, lack: str) -> bool:
    """Whether the second road, too, finds a column empty, or nothing that its values join."""
    found = re.fullmatch(r"values in (\w+)\.(\w+)(?: that (\w+) have)?", lack)
    if found is None:
        return False
    about, column, entity = found.groups()
    about = SAME_ROWS.get(about, about)
    column = {"device_status": "status"}.get(column, column)
    if column.startswith("is_"):  # the second road says False for what nobody knows
        return not world.facts[about].rows.get(column, NOTHING).any()
    if about in world.facts:
        values = world.facts[about].rows.get(column, NOTHING).dropna()
    else:
        rows = getattr(world.entities, about).values()
        values = pd.Series([row[column] for row in rows], dtype=object).dropna()
    return not set(values) & keys_of(world, entity) if entity else values.empty


def keys_of(world: World, entity: str) -> set[str]:
    """What the second road knows of an entity; states are told by the status of each device."""
    if entity == "device_states":
        return set(world.facts["device_status"].rows.get("device_id", NOTHING))
    return set(getattr(world.entities, entity))


ANY_TIME = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a shape says all; a smaller one has other rows
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(ANY_TIME, max_examples=1)
@given(shapes)
def test_random_warehouses(shape: Shape) -> None:
    check(shape, rounds=1)


@pytest.mark.slow
@settings(ANY_TIME, max_examples=100, derandomize=False, print_blob=True)
@given(shapes)
def test_more_random_warehouses(shape: Shape) -> None:
    check(shape, rounds=6)


@pytest.mark.slow
@settings(ANY_TIME, max_examples=10, print_blob=True)
@given(shape=shapes)
def test_random_warehouses_in_postgresql(shape: Shape, pg_server: str) -> None:
    check(shape, rounds=2, server=pg_server)
