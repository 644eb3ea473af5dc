"""What an answer promises, whatever the numbers: totals, buckets, members, coverage, one asking."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metrics import Layer, Query, Result
from metrics.errors import (
    UnknownNameError,
)
from metrics.query.rules import RULES
from tests.soundness.company import AS_OF, FIRST_DAY, LAST_DAY_OF_BANK
from tests.soundness.definitions import METRICS
from tests.support.mini import opened

SPRING = {"start": "2024-01-01", "end": "2024-04-20"}


def values(result: Result, *columns: str) -> list[tuple[Any, ...]]:
    shown = result.frame[list(columns or ("start", "value"))]
    return [tuple(None if one != one else one for one in row) for row in shown.to_numpy()]


def by_metric(frame: pd.DataFrame, by: tuple[str, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Values by metric, start and members; no value is None."""
    keys = ["metric", "start", *by]
    found = frame[[*keys, "value"]].to_dict("records")
    return {
        tuple(row[key] for key in keys): None if pd.isna(row["value"]) else row["value"]
        for row in found
    }


# Totals


@pytest.mark.parametrize("metric", ["visitors", "pages_per_visit", "median_pages", "win_rate"])
def test_a_total_is_not_folded_from_rows(layer: Layer, metric: str) -> None:
    rows = layer.query(metric, **SPRING, grain="month").frame["value"]
    total = layer.query(metric, **SPRING).value()
    assert total is not None
    assert total != pytest.approx(rows.sum())
    assert total != pytest.approx(rows.mean())


@pytest.mark.parametrize("metric", ["visits", "pages", "revenue", "rent_cost", "visitor_days"])
def test_a_sum_is_the_sum_of_its_rows(layer: Layer, metric: str) -> None:
    for grain in ("day", "week", "month", "quarter"):
        rows = layer.query(metric, **SPRING, grain=grain).frame["value"]
        assert rows.sum() == pytest.approx(layer.query(metric, **SPRING).value())


def test_a_ratio_shows_what_it_was_divided_from(layer: Layer) -> None:
    frame = layer.query(["win_rate", "visits"], **SPRING, grain="month", by="industry").frame
    rate, visits = (frame[frame["metric"] == name] for name in ("win_rate", "visits"))
    known = rate[rate["denominator"] > 0]
    assert list(known["value"]) == list(known["numerator"] / known["denominator"])
    assert rate[rate["denominator"] == 0]["value"].isna().all()
    assert visits["numerator"].isna().all()


@pytest.mark.parametrize("dimension", ["industry", "plan"])
@pytest.mark.parametrize("metric", ["visits", "total_mrr", "mrr_new", "mrr_net", "visitors"])
def test_what_belongs_to_one_customer_adds_up_over_its_attributes(
    layer: Layer, metric: str, dimension: str
) -> None:
    parts = layer.query(metric, **SPRING, by=dimension).frame
    assert None in set(parts[dimension]), "the empty bucket is there"
    assert parts["value"].sum() == pytest.approx(layer.query(metric, **SPRING).value())


def test_members_of_keys_counted_once_do_not_add_up(layer: Layer) -> None:
    parts = layer.query("visitors", **SPRING, by="platform").frame["value"]
    assert parts.sum() > layer.query("visitors", **SPRING).value()


# Members


def test_the_empty_bucket_is_none_and_comes_last(layer: Layer) -> None:
    found = layer.query("visits", **SPRING, by="industry").frame["industry"]
    assert list(found) == ["Bar", "Club", "Hotel", None]
    assert found.dtype == object
    only = layer.query("visits", **SPRING, where={"industry": [None]}).value()
    both = layer.query("visits", **SPRING, where={"industry": ["Bar", None]}).value()
    bars = layer.query("visits", **SPRING, where={"industry": ["Bar"]}).value()
    assert only
    assert bars
    assert both == only + bars


def test_numbers_as_members_are_in_their_order(layer: Layer) -> None:
    found = list(layer.query("visits", **SPRING, by="hour").frame["hour"])
    assert found == sorted(found, key=int)
    assert {"2", "10"} <= set(found)


def test_a_member_of_one_metric_has_a_row_for_all(layer: Layer) -> None:
    frame = layer.query(["revenue", "visits"], **SPRING, by=["industry", "plan"]).frame
    pairs = [
        set(map(tuple, frame[frame["metric"] == name][["industry", "plan"]].to_numpy()))
        for name in ("revenue", "visits")
    ]
    assert pairs[0] == pairs[1]


def test_a_filter_on_nobody_is_zero_not_nothing(layer: Layer) -> None:
    assert layer.query("visits", **SPRING, where={"industry": ["Zoo"]}).value() == 0
    assert layer.query("median_pages", **SPRING, where={"industry": ["Zoo"]}).value() is None


def test_members_for_a_filter_come_from_entities_and_events(layer: Layer) -> None:
    with layer.hold() as pinned:
        assert pinned.members("industry") == ["Bar", "Club", "Hotel"]
        assert pinned.members("plan") == ["large", "small"]
        assert pinned.members("platform") == ["desktop", "phone"]
        assert pinned.members("hour") == [str(hour) for hour in range(24)]
        assert pinned.members("weekday") == list("1234567")
        with pytest.raises(UnknownNameError, match="Did you mean 'industry'"):
            pinned.members("industries")


# Periods


def test_the_running_period_says_how_much_of_it_is_known(layer: Layer) -> None:
    shown = ("start", "end", "complete", "covered_days", "bucket_days")
    asked = layer.query("visits", start="2024-03-20", end="2024-05-10", grain="month")
    assert values(asked, *shown) == [
        (date(2024, 3, 20), date(2024, 3, 31), False, 12, 31),
        (date(2024, 4, 1), AS_OF, False, 20, 30),
        (date(2024, 5, 1), date(2024, 5, 10), False, 0, 31),
    ]


def test_each_metric_ends_where_its_own_source_does(layer: Layer) -> None:
    result = layer.query(
        ["visits", "revenue", "revenue_per_visit"], start="2024-04-01", grain="month"
    )
    ends = dict(zip(result.frame["metric"], result.frame["end"], strict=True))
    assert ends == {
        "visits": AS_OF,
        "revenue": LAST_DAY_OF_BANK,
        "revenue_per_visit": LAST_DAY_OF_BANK,
    }
    assert result.stamp.as_of == ends


def test_before_the_first_day_there_is_no_value_and_inside_zero(layer: Layer) -> None:
    asked = layer.query("visits", start="2023-12-02", end="2023-12-05", grain="day")
    found = [value for _, value in values(asked)]
    assert found[:2] == [None, None]
    assert all(value is not None for value in found[2:])
    quiet = layer.query("visits", start="2024-02-01", end="2024-02-29", grain="week")
    assert {value for _, value in values(quiet)} == {0.0}
    after = layer.query("visits", start="2024-04-21", end="2024-04-22", grain="day")
    assert {value for _, value in values(after)} == {None}


def test_a_rolling_window_needs_all_its_days(layer: Layer) -> None:
    asked = layer.query("visitors_30d", start="2024-01-01", end="2024-01-03", grain="day")
    assert [value is None for _, value in values(asked)] == [True, False, False]


def test_without_dates_the_last_twelve_months_are_asked(layer: Layer) -> None:
    frame = layer.query("visits").frame
    assert (frame["start"][0], frame["end"][0]) == (date(2023, 4, 21), AS_OF)


# Comparisons


def test_like_for_like_is_the_default_of_a_running_month(layer: Layer) -> None:
    asked = layer.query(
        "visits", start="2024-03-01", end="2024-04-30", grain="month", compare="previous_month"
    )
    assert values(asked, "end", "previous_start", "previous_end") == [
        (date(2024, 3, 31), date(2024, 2, 1), date(2024, 2, 29)),
        (AS_OF, date(2024, 3, 1), date(2024, 3, 20)),
    ]
    march = layer.query("visits", start="2024-03-01", end="2024-03-20").value()
    assert asked.frame["previous_value"][1] == march


@pytest.mark.parametrize(
    ("compare", "start", "end"),
    [
        ("previous_period", "2024-02-01", "2024-02-29"),
        ("previous_days", "2024-01-30", "2024-02-29"),
        ("previous_week", "2024-02-23", "2024-03-24"),
        ("previous_month", "2024-02-01", "2024-02-29"),
        ("previous_quarter", "2023-12-01", "2023-12-31"),
        ("previous_year", "2023-03-01", "2023-03-31"),
    ],
)
def test_what_a_range_is_compared_with(layer: Layer, compare: str, start: str, end: str) -> None:
    asked = layer.query("pages", start="2024-03-01", end="2024-03-31", compare=compare)
    row = asked.frame.iloc[0]
    assert (f"{row['previous_start']}", f"{row['previous_end']}") == (start, end)
    alone = layer.query("pages", start=start, end=end).value()
    assert row["previous_value"] == alone or (alone is None and pd.isna(row["previous_value"]))


def test_members_that_come_and_go_are_compared_with_nothing(tmp_path: Path) -> None:
    shops: dict[str, Any] = {
        "as_of": "2024-02-29",
        "facts": {
            "sales": {
                "key": ["id"],
                "time": "sold_on",
                "columns": {"id": "integer", "sold_on": "date", "shop": "text"},
                "rows": [
                    [1, "2024-01-01", "closed"],
                    [2, "2024-01-31", "stays"],
                    [3, "2024-02-01", "stays"],
                    [4, "2024-02-10", "stays"],
                    [5, "2024-02-29", "opened"],
                ],
            }
        },
        "dimensions": {"shop": {"label": "Shop"}},
        "rollups": {"sales": [["shop"]]},
        "measures": {"sold": {"fact": "sales", "kind": "flow"}},
        "metrics": {"sales": {"measure": "sold", "dimensions": ["shop"]}},
    }
    with opened(shops, tmp_path) as layer:
        asked = layer.query("sales", start="2024-02-01", by="shop", compare="previous_month")
    assert values(asked, "shop", "value", "previous_value", "change", "growth") == [
        ("closed", 0, 1, -1, -1),
        ("opened", 1, 0, 1, None),
        ("stays", 2, 1, 1, 1),
    ]


# Many metrics at once

GROUPS = [sorted(METRICS)[start::8] for start in range(8)]


def test_together_and_alone_every_pair_of_metrics_agrees(layer: Layer) -> None:
    with layer.hold() as pinned:
        alone: dict[tuple[Any, ...], Any] = {}
        for name in METRICS:
            alone |= by_metric(pinned.query(name, **SPRING, grain="month").frame)
        for one, other in itertools.combinations(GROUPS, 2):
            together = by_metric(pinned.query([*one, *other], **SPRING, grain="month").frame)
            assert together == {key: alone[key] for key in together}
            assert len(together) == 4 * len({*one, *other})


def test_questions_asked_together_are_answered_as_if_alone(layer: Layer) -> None:
    names = [name for name, about in METRICS.items() if "industry" in about.get("dimensions", ())]
    questions = [
        Query.of(names, **SPRING, grain="month", by="industry"),
        Query.of(names, **SPRING, where={"industry": ["Bar"]}),
        Query.of(names[::2], start="2024-03-01", end="2024-03-20", by="industry"),
        Query.of(names[::3], **SPRING, grain="week", compare="previous_month"),
        Query.of(names, **SPRING, grain="month", by="industry"),
    ]
    with layer.hold() as pinned:
        together = pinned.query_many(questions)
        alone = [pinned.query_many([question])[0] for question in questions]
    for one, other in zip(together, alone, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)


def test_metrics_of_one_part_and_rule_share_a_statement(layer: Layer) -> None:
    takes = [name for name in METRICS if name.startswith("mrr_")]
    asked = layer.query(takes, **SPRING, grain="month", by="plan", compare="previous_month")
    # one for the customers as they were at the opening, one as they are at the closing
    assert [ran.part for ran in asked.ran] == ["movement__customer_mrr"] * 2
    assert len(layer.query(["visits", "pages", "pages_per_visit"], **SPRING).ran) == 1


def test_all_metrics_need_one_statement_for_each_part_rule_and_entity(layer: Layer) -> None:
    asked = layer.query(list(METRICS), **SPRING, grain="month")
    shared = [ran for ran in asked.ran if ran.reason.split("'")[1] in RULES]
    assert len(asked.ran) - len(shared) == sum("entities" in one for one in METRICS.values())
    # Besides one for each part and rule: movements by the customers as they were, two filters.
    assert len(shared) <= len({(ran.part, ran.reason) for ran in shared}) + 3 <= 19


def test_the_catalog_knows_from_when_to_when(layer: Layer) -> None:
    catalog = layer.catalog
    found = {name: catalog.metrics[name] for name in ("visits", "revenue_per_visit", "rent_cost")}
    assert [(info.first_day, info.as_of) for info in found.values()] == [
        (FIRST_DAY, AS_OF),
        (catalog.metrics["revenue"].first_day, LAST_DAY_OF_BANK),
        (date(2023, 12, 1), AS_OF),
    ]
