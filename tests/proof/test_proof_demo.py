"""Every live metric on the tiny demo warehouse: the layer against the raw rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from metrics.demo import write_demo
from tests.proof import answer
from tests.proof.compare import Case, by_dimension, compare, same
from tests.proof.conftest import END
from tests.proof.question import growth, minus
from tests.proof.record import is_proof, read_record
from tests.proof.registry import PROOFS
from tests.proof.roads import Roads, open_roads

FIRST = date(2026, 7, 4)
"""First day of the tiny scale's events; customers and their devices reach back further."""

RANGES = {
    "total": (None, [(FIRST, END), (date(2026, 9, 10), date(2026, 10, 5))]),
    "outside": (None, [(date(2020, 1, 1), date(2020, 12, 31)), (END, date(2026, 12, 31))]),
    "month": ("month", [(date(2026, 6, 15), date(2026, 12, 10))]),
    "week": ("week", [(date(2026, 8, 26), date(2026, 11, 3))]),
    "day": ("day", [(date(2026, 10, 24), date(2026, 11, 2)), (FIRST, date(2026, 7, 7))]),
    "quarter": ("quarter", [(date(2025, 8, 1), END)]),
    "year": ("year", [(date(2024, 1, 1), date(2027, 12, 31))]),
}
FILTERS = {
    "tier": ("Small", "Enterprise", None),
    "region": ("West", None),
    "industry": ("Breweries", "Restaurants"),
    "plan": ("professional",),
}


def assert_same(roads: Roads, *cases: Case) -> None:
    """Both roads answer alike, and there was something to compare."""
    tally = compare(roads.layer, roads.world, [case for case in cases if case.metrics])
    assert not tally.differences, tally.report()
    assert tally.cells


def test_every_metric_has_a_proof_of_its_own(demo: Roads) -> None:
    assert set(demo.live) == set(demo.provable)
    metrics = demo.layer.model.definitions.metrics
    assert set(metrics) == set(PROOFS)


def test_every_live_metric_is_proven_as_it_is_defined_now(demo: Roads) -> None:
    record, known = read_record(), demo.layer.catalog.metrics
    stale = [name for name in demo.live if not is_proof(record.get(name, {}), known[name].hash)]
    assert not stale, f"`make proof` has to be run again for {len(stale)}: {', '.join(stale)}"


def test_proofs_take_nothing_from_the_layer() -> None:
    own = Path(__file__).parent
    both = {"compare.py", "conftest.py", "roads.py", "sampling.py", "warehouses.py", "__main__.py"}
    both |= {"lift.py"}
    for path in own.glob("*.py"):
        if path.name not in both and not path.name.startswith("test_"):
            text = path.read_text(encoding="utf-8")
            assert "from metrics" not in text, path
            assert "import metrics" not in text, path


def test_metrics_are_known_up_to_the_same_day(demo: Roads) -> None:
    known = {name: demo.layer.catalog.metrics[name].as_of for name in demo.live}
    assert known == {name: demo.world.as_of(name) for name in demo.live}


@pytest.mark.parametrize("name", RANGES)
def test_totals(demo: Roads, name: str) -> None:
    grain, ranges = RANGES[name]
    assert_same(demo, *(Case(demo.live, start, end, grain) for start, end in ranges))


def test_break_downs_of_a_range(demo: Roads) -> None:
    assert_same(
        demo,
        *(
            Case(names, date(2026, 9, 20), date(2026, 10, 25), by=(dimension,))
            for dimension, names in by_dimension(demo.layer, demo.live)
        ),
    )


@pytest.mark.slow
def test_break_downs_of_months(demo: Roads) -> None:
    assert_same(
        demo,
        *(
            Case(names, date(2026, 9, 15), date(2026, 11, 5), "month", (dimension,))
            for dimension, names in by_dimension(demo.layer, demo.live)
            if dimension not in ("device", "location", "customer", "page")
        ),
    )


@pytest.mark.parametrize(
    "dimension",
    ["plan", *(pytest.param(one, marks=pytest.mark.slow) for one in FILTERS if one != "plan")],
)
def test_filters(demo: Roads, dimension: str) -> None:
    names = demo.having(dimension)
    where = ((dimension, FILTERS[dimension]),)
    assert_same(
        demo,
        Case(names, FIRST, END, where=where),
        Case(names, date(2026, 9, 1), END, "month", where=where),
        Case(names, date(2026, 10, 24), date(2026, 10, 26), "day", where=where),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [
        *[("tier", "region"), ("plan", "industry"), ("role", "tier"), ("device_type", "region")],
        *[("weekday", "hour"), ("location", "hour"), ("browser", "role"), ("priority", "category")],
    ],
    ids=" ".join,
)
def test_two_dimensions(demo: Roads, pair: tuple[str, str]) -> None:
    names = demo.having(*pair)
    assert_same(demo, Case(names, date(2026, 10, 1), END, by=pair))


def test_break_downs_within_a_filter(demo: Roads) -> None:
    where = (("industry", ("Breweries", "Restaurants")), ("region", ("West", "South", None)))
    assert_same(
        demo, Case(demo.having("tier", "industry", "region"), FIRST, END, by=("tier",), where=where)
    )


@pytest.mark.parametrize(
    ("compare_with", "grain"),
    [("previous_period", None), ("previous_month", "month"), ("previous_year", None)],
)
def test_comparisons(demo: Roads, compare_with: str, grain: str | None) -> None:
    """The earlier value is what the earlier dates give; no growth from nothing, zero or less."""
    frame = demo.layer.query(
        list(demo.live),
        start=date(2026, 9, 1),
        end=date(2026, 11, 5),
        grain=grain,
        compare=compare_with,
    ).frame
    wrong = []
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        first, last = row["previous_start"], row["previous_end"]
        before = None if first is None else answer(demo.world, row["metric"], first, last)[""]
        change = minus(row["value"], before)
        relative = growth(row["value"], before)
        for name, right in (("previous_value", before), ("change", change), ("growth", relative)):
            if not same(row[name], right):
                wrong.append((row["metric"], row["start"], first, last, name, row[name], right))
    assert wrong == []
    assert frame["previous_value"].notna().any()


def test_periods_say_how_complete_they_are(demo: Roads) -> None:
    frame = demo.layer.query(
        ["total_mrr", "tap_events_30d"],
        start=date(2026, 9, 10),
        end=date(2026, 11, 10),
        grain="month",
    ).frame
    told = frame[["start", "complete", "covered_days", "bucket_days"]].drop_duplicates()
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        (date(2026, 9, 10), False, 21, 30),
        (date(2026, 10, 1), True, 31, 31),
        (date(2026, 11, 1), False, 0, 30),
    ]


@pytest.mark.slow  # a shop's composite goes without a part in `tests/lineage/test_impact.py`
def test_a_composite_without_one_of_its_tables(tmp_path: Path) -> None:
    """Three of five parts are left of the product-market fit where nobody records feature use."""
    path = tmp_path / "warehouse.duckdb"
    write_demo(path, scale="tiny", end_date=END)
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE raw.app_database_feature_usage")
    roads = open_roads(path, END)
    assert roads.layer.catalog.metrics["pmf_score"].status == "live"
    grain, ranges = RANGES["week"]
    assert_same(roads, *(Case(("pmf_score",), *one, grain) for one in [*ranges, (FIRST, END)]))
    roads.layer.close()
