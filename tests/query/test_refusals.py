"""Questions that cannot be answered are refused by type, with the reason and the way out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metrics import Layer
from metrics.errors import (
    AmbiguousNameError,
    MetricWaitingError,
    QueryError,
    UnknownNameError,
    UnsafeAggregationError,
)
from tests.support.mini import opened


@pytest.mark.parametrize(
    ("metrics", "question", "error", "message"),
    [
        ("visit", {}, UnknownNameError, "There is no metric 'visit'. Did you mean 'visits'"),
        ("zzz", {}, UnknownNameError, "There is no metric 'zzz'."),
        ("visits", {"by": "plans"}, UnknownNameError, "no dimension 'plans'. Did you mean 'plan'?"),
        ("visits", {"where": {"plann": ["large"]}}, UnknownNameError, "Did you mean 'plan'?"),
        ("pages", {"by": "role"}, UnsafeAggregationError, "'pages' cannot be split or filtered by"),
        ("rent_cost", {"by": "plan"}, UnsafeAggregationError, "Its dimensions are: none."),
        ("visits", {"by": ["hour", "role"]}, UnsafeAggregationError, "not kept by hour, role tog"),
        (
            "visitors",
            {"where": {"platform": ["phone", "desktop"]}},
            UnsafeAggregationError,
            "not ke",
        ),
        ("visits", {"grain": "decade"}, QueryError, "There is no grain 'decade'."),
        ("visits", {"grain": "months"}, QueryError, "Did you mean 'month'? Use one of day, week"),
        ("visits", {"compare": "last_year"}, QueryError, "There is no comparison 'last_year'."),
        (
            "visits",
            {"start": "1 May"},
            QueryError,
            "'1 May' is not a date. Write it as 2026-01-31.",
        ),
        ("visits", {"start": "2024-02-30"}, QueryError, "'2024-02-30' is not a date."),
        ("visits", {"start": "0001-01-01"}, QueryError, "lies outside the years 1900 to 2200."),
        ("visits", {"end": "9999-12-31"}, QueryError, "9999-12-31 lies outside the years"),
        ("visits", {"start": "2024-02-02", "end": "2024-02-01"}, QueryError, "Swap the two dates."),
        ("visits", {"where": {"plan": "large"}}, QueryError, "The filter on 'plan' needs a list"),
        ("visits", {"where": {"plan": []}}, QueryError, "The filter on 'plan' needs a list"),
        ([], {}, QueryError, "No metric was asked for. Name at least one."),
        ("visits", {"start": "1990-01-01", "grain": "day"}, QueryError, "Ask for a coarser grain"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_way_out(
    layer: Layer, metrics: Any, question: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        layer.query(metrics, **question)
    assert message in str(caught.value)


def test_a_moment_is_its_day(layer: Layer) -> None:
    moment = layer.query(
        "visits", start=datetime(2024, 3, 1, 12), end=pd.Timestamp("2024-03-31 23:00")
    )
    day = layer.query("visits", start=date(2024, 3, 1), end="2024-03-31")
    assert moment.value() == day.value()


def test_an_answer_nobody_can_read_is_refused(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.query.answer.MOST_ROWS", 50)
    with pytest.raises(QueryError, match=r"The answer has 56 rows\. Ask for fewer members"):
        layer.query(["visits", "pages"], by="industry", grain="month", start="2023-10-01")
    assert len(layer.query("visits", by="industry", grain="month", start="2023-10-01").frame) == 28


def test_what_is_still_to_come_has_no_value(layer: Layer) -> None:
    asked = layer.query("visits", start="2024-05-01")
    assert (asked.frame["start"][0], asked.frame["end"][0]) == (date(2024, 5, 1), date(2024, 5, 1))
    assert asked.value() is None


def test_the_edges_of_time_are_no_trouble(layer: Layer) -> None:
    everything = list(layer.catalog.metrics)
    for start, end in (("1900-01-01", "1900-02-01"), ("2200-11-30", "2200-12-31")):
        asked = layer.query(
            everything, start=start, end=end, grain="month", compare="previous_year"
        )
        assert asked.frame["value"].isna().all()


NAMES: dict[str, Any] = {
    "as_of": "2024-01-02",
    "facts": {
        "sales": {
            "key": ["id"],
            "time": "sold_on",
            "columns": {"id": "integer", "sold_on": "date"},
            "rows": [[1, "2024-01-01"], [2, "2024-01-02"]],
        },
        "visits": {
            "key": ["id"],
            "time": "came_on",
            "columns": {"id": "integer", "came_on": "date"},
            "rows": [],
        },
        "surveys": {
            "key": ["day_told", "score"],
            "time": "day_told",
            "columns": {"score": "number", "day_told": "date"},
            "rows": None,
        },
    },
    "measures": {
        "sold": {"fact": "sales", "kind": "flow"},
        "came": {"fact": "visits", "kind": "flow"},
        "answers": {"fact": "surveys", "kind": "flow"},
    },
    "metrics": {
        "sales_rate": {"measure": "sold", "domains": ["sales"], "aliases": ["rate", "turnover"]},
        "product_rate": {"expression": "2 * sold", "domains": ["product"], "aliases": ["rate"]},
        "visits": {"measure": "came"},
        "wish": {"measure": "answers"},
    },
}


def test_names_and_what_metrics_wait_for(tmp_path: Path) -> None:
    with opened(NAMES, tmp_path) as layer:
        one, two = (layer.query(name).value() for name in ("sales_rate", "product_rate"))
        assert (one, two) == (2, 4)
        assert layer.query("turnover").value() == 2
        assert layer.query("sales.rate").value() == 2
        assert layer.query("rate", domain="product").value() == 4
        with pytest.raises(AmbiguousNameError, match=r"Ask for 'sales\.rate' or 'product\.rate'"):
            layer.query("rate")
        with pytest.raises(UnknownNameError):
            layer.query("marketing.rate")
        with pytest.raises(MetricWaitingError) as caught:
            layer.query(["sales_rate", "visits", "wish"])
        assert caught.value.message == (
            "'visits' waits for rows in visits; 'wish' waits for raw.surveys (day_told, score)."
        )
        found = layer.query(["sales_rate", "visits", "wish"], skip_waiting=True)
        assert dict(found.waiting) == {
            "visits": ("rows in visits",),
            "wish": ("raw.surveys (day_told, score)",),
        }
        assert list(found.frame["metric"]) == ["sales_rate"]
        nothing = layer.query("wish", skip_waiting=True, grain="month", by=[])
        assert nothing.frame.empty
        assert list(nothing.frame.columns) == list(found.frame.columns)
