"""The largest members and all others, and shares of the whole: held against plain questions."""

from __future__ import annotations

import math

import pytest

from metrics import OTHER, Layer
from metrics.errors import QueryError, UnsafeAggregationError

RANGE = {"start": "2024-01-01", "end": "2024-04-08"}


def test_others_of_a_sum_are_what_the_shown_leave(layer: Layer) -> None:
    cut = layer.query("visits", by="industry", grain="month", top=2, **RANGE)
    asked = layer.query("visits", by="industry", **RANGE).frame
    full = dict(zip(asked["industry"], asked["value"], strict=True))
    shown = [one for one in cut.frame["industry"].unique() if one is not OTHER]
    largest = sorted(full.values(), reverse=True)[:2]
    assert [full[one] for one in shown] == largest, "largest over the whole range"
    assert cut.left_out == len(full) - 3
    whole = layer.query("visits", grain="month", **RANGE).frame.set_index("start")["value"]
    assert cut.frame.groupby("start")["value"].sum().tolist() == whole.tolist()


def test_others_of_a_ratio_are_their_numerators_over_their_denominators(layer: Layer) -> None:
    cut = layer.query("pages_per_visit", by="plan", top=1, **RANGE).frame
    shown = cut["plan"].iloc[0]
    sides = layer.query(["pages", "visits"], by="plan", **RANGE).frame
    rest = sides[sides["plan"].map(lambda one: one != shown)]
    added = rest.groupby("metric")["value"].sum()
    assert cut["plan"].iloc[-1] is OTHER
    assert cut["value"].iloc[-1] == pytest.approx(added["pages"] / added["visits"])


def test_several_metrics_have_the_same_members(layer: Layer) -> None:
    cut = layer.query(["total_mrr", "visits"], by="industry", top=1, **RANGE).frame
    assert cut.groupby("metric")["industry"].apply(list).map(str).nunique() == 1
    assert len(cut) == 4


def test_others_without_a_number_are_refused_or_left_out(layer: Layer) -> None:
    asked = {"by": "platform", "top": 1, **RANGE}
    with pytest.raises(UnsafeAggregationError, match="no number for several members of platform"):
        layer.query("visitors", **asked)
    left = layer.query("visitors", other=False, **asked)
    assert len(left.frame) == 1
    assert left.left_out == 2
    assert (
        left.frame["value"].iloc[0]
        == layer.query("visitors", by="platform", **RANGE).frame["value"].max()
    )


def test_few_members_need_no_others(layer: Layer) -> None:
    assert OTHER not in set(layer.query("visits", by="plan", top=9, **RANGE).frame["plan"])


def test_shares_are_parts_of_the_whole(layer: Layer) -> None:
    values = layer.query("visits", by="industry", grain="month", **RANGE).frame
    whole = layer.query("visits", grain="month", **RANGE).frame.set_index("start")["value"]
    shares = layer.query("visits", by="industry", grain="month", share=True, **RANGE).frame
    for part, value in zip(shares.itertuples(), values.itertuples(), strict=True):
        wanted = value.value / whole[value.start] if whole[value.start] else math.nan
        assert part.value == pytest.approx(wanted, nan_ok=True)
    assert (whole == 0).any(), "a month without visits has no shares"
    with pytest.raises(UnsafeAggregationError, match="do not add up to 'pages_per_visit'"):
        layer.query("pages_per_visit", by="plan", share=True, **RANGE)


def test_questions_nobody_can_mean(layer: Layer) -> None:
    with pytest.raises(QueryError, match="Say by which dimension"):
        layer.query("visits", top=3)
    with pytest.raises(QueryError, match="Ask for at least one"):
        layer.query("visits", by="plan", top=0)
