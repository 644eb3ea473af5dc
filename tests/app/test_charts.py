"""Chart shapes are legal Vega-Lite without colours; chart rows say what is complete."""

import json
import re
from datetime import date
from types import SimpleNamespace

import altair as alt
import pandas as pd
import pytest

from app import chart_data, charts
from metrics.format import PLAIN, AxisFormat
from metrics.periods import Calendar, Grain, split

MRR = SimpleNamespace(label="MRR", unit="currency", display_unit="")


def answer(start: date, end: date, grain: Grain, values: list[float | None]) -> pd.DataFrame:
    """Rows of an answer over real periods."""
    periods = split(start, end, grain, Calendar())
    return pd.DataFrame(
        {
            "metric": "mrr",
            "start": [p.start for p in periods],
            "end": [p.end for p in periods],
            "complete": [p.complete for p in periods],
            "covered_days": [p.days for p in periods],
            "bucket_days": [p.bucket_days for p in periods],
            "value": pd.Series(values, dtype=float),
            "previous_value": float("nan"),
            "previous_start": None,
            "previous_end": None,
        }
    )


@pytest.mark.parametrize("spec", charts.shapes(), ids=range(len(charts.shapes())))
def test_shape_is_legal_and_without_colour(spec):
    alt.Chart.from_dict({**spec, "data": {"name": "rows"}})
    assert not {"data", "datasets", "config", "$schema"} & spec.keys()
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb", json.dumps(spec))


def test_a_shape_is_compiled_once():
    axis = AxisFormat("~s", "datum.label")
    assert charts.trend(axis, Grain.MONTH, 230, True) is charts.trend(axis, Grain.MONTH, 230, True)


def test_running_period_is_dashed_and_hollow():
    rows = answer(date(2026, 8, 1), date(2026, 11, 18), Grain.MONTH, [1, 2, 3, 4])
    frame = chart_data.over_time(rows, MRR, Grain.MONTH, PLAIN)
    assert frame["solid"].tolist() == [True, True, True, False]
    assert frame["tail"].tolist() == [False, False, True, True]
    assert not frame["lead"].any()
    assert frame["running"].tolist() == [False, False, False, True]
    assert frame["state"].iloc[-1] == "18 of 30 days"
    assert frame["period"].iloc[-1] == "Nov 2026"


def test_a_first_period_cut_short_is_dashed_too():
    rows = answer(date(2026, 8, 20), date(2026, 10, 31), Grain.MONTH, [1, 2, 3])
    frame = chart_data.over_time(rows, MRR, Grain.MONTH, PLAIN)
    assert frame["lead"].tolist() == [True, True, False]
    assert not frame["tail"].any()


def test_no_value_is_a_gap_and_a_lonely_point_is_marked():
    rows = answer(date(2026, 8, 1), date(2026, 10, 31), Grain.MONTH, [None, 5, None])
    frame = chart_data.over_time(rows, MRR, Grain.MONTH, PLAIN)
    assert frame["alone"].tolist() == [False, True, False]
    assert frame["text"].tolist() == ["—", "$5.00", "—"]


def test_days_are_midnight_utc_whatever_the_zone():
    rows = answer(date(2026, 8, 1), date(2026, 8, 2), Grain.DAY, [1, 2])
    frame = chart_data.over_time(rows, MRR, Grain.DAY, PLAIN)
    assert (frame["x"] % 86_400_000 == 0).all()
    assert chart_data.for_bands(frame)["x"].tolist() == ["2026-08-01", "2026-08-02"]


def test_only_the_largest_members_are_drawn_and_names_do_not_touch():
    parts = [
        answer(date(2026, 8, 1), date(2026, 10, 31), Grain.MONTH, [size] * 3).assign(region=name)
        for name, size in (("a", 10.0), ("b", 10.1), ("c", 1.0), (None, 50.0))
    ]
    frame, members, known = chart_data.by_member(
        pd.concat(parts), "region", MRR, Grain.MONTH, PLAIN, most=3
    )
    assert members == ("(none)", "b", "a")
    assert known == 4
    labels = chart_data.with_labels(frame, 230)["label_y"].dropna().sort_values()
    pixels = labels.diff().dropna() * (230 * 0.8) / (50 - 10)
    assert (pixels >= chart_data.LABEL_GAP - 1e-9).all()


def test_ranking_leaves_out_members_without_a_value():
    rows = answer(date(2026, 11, 1), date(2026, 11, 18), Grain.MONTH, [5]).assign(region="x")
    empty = rows.assign(region="y", value=float("nan"))
    frame = chart_data.ranking(pd.concat([empty, rows]), "region", MRR, PLAIN)
    assert frame["member"].tolist() == ["x"]
    assert frame["text"].tolist() == ["$5"]
