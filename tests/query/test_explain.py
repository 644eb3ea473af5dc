"""A change and its parts: by hand, on random numbers, on every metric of a company."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import Layer
from metrics.errors import QueryError, UnknownNameError, UnsafeAggregationError
from metrics.query.explain import Sides, rates_and_mix
from tests.support.mini import opened

SHOP: dict[str, Any] = {
    "as_of": "2024-02-29",
    "facts": {
        "visits": {
            "key": ["id"],
            "time": "came_on",
            "columns": {
                "id": "integer",
                "came_on": "date",
                "who": "text",
                "site": "text",
                "bought": "integer",
                "spent": "number",
            },
            "rows": [
                [1, "2024-01-03", "a", "north", 1, 100.0],
                [2, "2024-01-04", "b", "north", 0, 0.0],
                [3, "2024-01-05", "c", "south", 1, 30.0],
                [4, "2024-01-06", "d", "gone", 1, 20.0],
                [5, "2024-02-03", "a", "north", 1, 140.0],
                [6, "2024-02-04", "b", "south", 1, 50.0],
                [7, "2024-02-05", "c", "south", 0, 0.0],
                [8, "2024-02-06", "e", "south", 0, 0.0],
                [9, "2024-02-07", "e", None, 1, 10.0],
            ],
        },
    },
    "dimensions": {"site": {"label": "Site"}},
    "rollups": {"visits": [[], ["site"]], "people": [[], ["site"]]},
    "measures": {
        "visit_count": {"fact": "visits", "kind": "flow"},
        "orders": {"fact": "visits", "kind": "flow", "value": "bought"},
        "revenue": {"fact": "visits", "kind": "flow", "value": "spent"},
        "people": {"fact": "visits", "kind": "distinct", "key": ["who"], "within": ["site"]},
        "amounts": {"fact": "visits", "kind": "rows", "value": "spent"},
    },
    "metrics": {
        "sales": {"measure": "revenue", "dimensions": ["site"]},
        "conversion": {
            "ratio": {"numerator": "orders", "denominator": "visit_count"},
            "dimensions": ["site"],
        },
        "lost_share": {"expression": "1 - orders / visit_count", "dimensions": ["site"]},
        "per_person": {
            "ratio": {"numerator": "revenue", "denominator": "people"},
            "dimensions": ["site"],
        },
        "visitors": {"measure": "people", "dimensions": ["site"]},
        "median": {"quantile": {"measure": "amounts", "q": 0.5}, "dimensions": ["site"]},
        "squared": {"expression": "orders * visit_count", "dimensions": ["site"]},
        "with_a_constant": {"expression": "orders + 1", "dimensions": ["site"]},
        "mixed": {
            "unit": "score",
            "composite": {
                "parts": {
                    "one": {"metric": "sales", "scale": [[0, 0], [9, 100]], "weight": 1},
                    "two": {"metric": "conversion", "scale": [[0, 0], [1, 100]], "weight": 1},
                }
            },
            "dimensions": ["site"],
        },
    },
}
FEBRUARY = {"start": "2024-02-01", "end": "2024-02-29"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with opened(SHOP, tmp_path_factory.mktemp("shop")) as layer:
        yield layer


def test_a_sum_changes_by_its_members_differences(shop: Layer) -> None:
    told = shop.explain("sales", by="site", **FEBRUARY)
    assert (told.form, told.previous_value, told.value, told.change) == ("sum", 150.0, 200.0, 50.0)
    assert (told.start, told.previous_start) == (date(2024, 2, 1), date(2024, 1, 1))
    rows = told.frame.set_index("member")
    # north 100 -> 140, south 30 -> 50, gone 20 -> 0, no site 0 -> 10
    assert rows["effect"].to_dict() == {"north": 40.0, "south": 20.0, "gone": -20.0, None: 10.0}
    assert rows["share"].sum() == pytest.approx(1.0)
    assert rows["came"].to_dict() == {"north": False, "south": False, "gone": False, None: True}
    assert rows["left"].to_dict() == {"north": False, "south": False, "gone": True, None: False}


def test_the_others_are_one_row_that_hides_nothing(shop: Layer) -> None:
    told = shop.explain("sales", by="site", top=1, **FEBRUARY)
    first, other = told.frame.to_dict("records")
    assert (first["member"], first["effect"], first["is_other"]) == ("north", 40.0, False)
    assert (other["members"], other["is_other"], other["effect"]) == (3, True, 10.0)
    assert (other["previous_value"], other["value"]) == (50.0, 60.0)


def test_a_ratio_changes_by_rates_and_mix(shop: Layer) -> None:
    """January: 3 of 4 visits bought; February: 3 of 5.

    north 1/2 -> 1/1, south 1/1 -> 1/3, gone 1/1 -> none, no site none -> 1/1.
    Weights: north 1/2 -> 1/5, south 1/4 -> 3/5, gone 1/4 -> 0, no site 0 -> 1/5.
    The whole's mean rate is (3/4 + 3/5) / 2 = 0.675.
    """
    told = shop.explain("conversion", by="site", **FEBRUARY)
    assert told.form == "quotient"
    assert told.change == pytest.approx(3 / 5 - 3 / 4)
    rows = told.frame.set_index("member")
    assert rows["rate_effect"].to_dict() == pytest.approx(
        {"north": 0.35 * 0.5, "south": 0.425 * (1 / 3 - 1), "gone": 0.0, None: 0.0}
    )
    assert rows["mix_effect"].to_dict() == pytest.approx(
        {
            "north": (0.75 - 0.675) * (0.2 - 0.5),
            "south": (2 / 3 - 0.675) * (0.6 - 0.25),
            "gone": (1 - 0.675) * (0 - 0.25),
            None: (1 - 0.675) * (0.2 - 0),
        }
    )
    assert rows["effect"].sum() == pytest.approx(told.change, abs=1e-12)
    assert math.isnan(rows.loc["gone", "value"])
    assert rows.loc["gone", "previous_value"] == 1.0


def test_one_less_a_ratio_is_a_ratio(shop: Layer) -> None:
    bought = shop.explain("conversion", by="site", **FEBRUARY).frame.set_index("member")
    lost = shop.explain("lost_share", by="site", **FEBRUARY).frame.set_index("member")
    assert lost["effect"].to_dict() == pytest.approx((-bought["effect"]).to_dict())


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("visitors", "it counts each who once, and one may stand under several of site"),
        ("per_person", "it counts each who once"),
        ("median", "a quantile of the whole does not follow from those of its members"),
        ("squared", "only sums, or one sum over another, have exact parts"),
        ("with_a_constant", "it adds a number that no site has a part of"),
        ("mixed", "it is no sum over members, nor one sum over another"),
    ],
)
def test_what_has_no_parts_is_refused_with_the_reason(
    shop: Layer, metric: str, reason: str
) -> None:
    assert shop.catalog.metrics[metric].explained_by == ()
    with pytest.raises(UnsafeAggregationError) as caught:
        shop.explain(metric, by="site", **FEBRUARY)
    assert reason in str(caught.value)


def test_questions_that_have_no_change(shop: Layer) -> None:
    with pytest.raises(QueryError, match="has no value in one of both periods"):
        shop.explain("conversion", by="site", start="2024-01-01", end="2024-01-31")
    with pytest.raises(QueryError, match="one metric by one dimension"):
        shop.explain("sales", by=("site", "site2"), **FEBRUARY)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        shop.explain("sales", by="sites", **FEBRUARY)


AMOUNT = st.floats(-1e6, 1e6).map(lambda one: 0.0 if abs(one) < 1e-3 else one)
WEIGHT = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
MEMBER = st.tuples(AMOUNT, WEIGHT, AMOUNT, WEIGHT)


@given(st.lists(MEMBER, min_size=1, max_size=30))
def test_rates_and_mix_add_up_to_the_change_whatever_the_numbers(
    members: list[tuple[float, float, float, float]],
) -> None:
    upper, lower, upper_before, lower_before = map(np.array, zip(*members, strict=True))
    if not lower.sum() or not lower_before.sum():
        return
    now = Sides(upper, lower, upper.sum(), lower.sum())
    before = Sides(upper_before, lower_before, upper_before.sum(), lower_before.sum())
    change = upper.sum() / lower.sum() - upper_before.sum() / lower_before.sum()
    frame = rates_and_mix(now, before, change)
    room = 1e-9 * max(1.0, *(frame["effect"].abs()), abs(change), *(frame["mix_effect"].abs()))
    assert abs(frame["effect"].sum() - change) < room * len(members)
    both = frame["rate_effect"] + frame["mix_effect"]
    assert np.allclose(both, frame["effect"], rtol=1e-9, atol=room)
    gone = (lower == 0) & (lower_before > 0) & (upper == 0)
    assert np.allclose(frame["rate_effect"][gone], 0, atol=room), "who left is all mix"


def test_every_metric_that_says_so_adds_up(layer: Layer) -> None:
    """What the catalog promises of dimensions, held against the whole asked without them."""
    asked = {"start": "2024-03-25", "end": "2024-04-08"}
    infos = layer.catalog.metrics.values()
    wholes = layer.query([info.name for info in infos], **asked, compare="previous_period").frame
    whole = wholes.set_index("metric")
    added, explained = 0, 0
    with layer.hold() as pinned:
        for info in infos:
            for dimension in info.additive_over:
                parts = pinned.query(info.name, by=dimension, **asked).frame["value"]
                value = whole.loc[info.name, "value"]
                added += 1
                assert parts.sum() == pytest.approx(value, nan_ok=True), (info.name, dimension)
            for dimension in info.explained_by[:2]:
                change = whole.loc[info.name, "change"]
                if not math.isnan(change):
                    explained += 1
                    told = pinned.explain(info.name, by=dimension, top=1, **asked)
                    assert told.change == pytest.approx(change)
                    assert told.frame["effect"].sum() == pytest.approx(change, abs=1e-9)
    assert added > 40
    assert explained > 30


def test_a_key_adds_up_along_what_follows_from_it(layer: Layer) -> None:
    visitors = layer.catalog.metrics["visitors"]
    assert set(visitors.additive_over) == {"industry", "plan", "role"}
    assert "platform" in visitors.dimensions
    assert "platform" not in visitors.grouped_over
    assert layer.catalog.metrics["median_pages"].grouped_over == ()
