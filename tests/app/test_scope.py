"""From labels to dates: presets, comparisons and ranges a hand-made URL may hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scope import (
    COMPARISONS,
    PERIODS,
    PRESETS,
    Scope,
    clamp_range,
    comparison_of,
    preset_range,
)
from metrics.periods import Calendar, Comparison, Grain

END = date(2026, 11, 18)
FIRST = date(2024, 1, 1)
CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("30 days", date(2026, 10, 20)),
        ("90 days", date(2026, 8, 21)),
        ("QTD", date(2026, 10, 1)),
        ("YTD", date(2026, 1, 1)),
        ("12 months", date(2025, 12, 1)),
    ],
)
def test_presets_end_at_the_last_day_of_data(period, start):
    assert preset_range(period, END, CALENDAR) == (start, END)


def test_to_date_presets_follow_the_fiscal_year():
    assert preset_range("YTD", END, Calendar(fiscal_month=7))[0] == date(2026, 7, 1)
    assert preset_range("QTD", END, Calendar(fiscal_month=2))[0] == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("label", "period", "meaning"),
    [
        (COMPARISONS[0], "30 days", Comparison.PREVIOUS_DAYS),
        (COMPARISONS[0], "90 days", Comparison.PREVIOUS_DAYS),
        (COMPARISONS[0], "QTD", Comparison.PREVIOUS_QUARTER),
        (COMPARISONS[0], "YTD", Comparison.PREVIOUS_YEAR),
        (COMPARISONS[0], "12 months", Comparison.PREVIOUS_PERIOD),
        (COMPARISONS[0], "Custom", Comparison.PREVIOUS_PERIOD),
        (COMPARISONS[1], "30 days", Comparison.PREVIOUS_YEAR),
        (COMPARISONS[2], "30 days", None),
    ],
)
def test_comparison_follows_the_period(label, period, meaning):
    assert comparison_of(label, period) is meaning


@given(
    st.lists(st.dates(), max_size=3).map(tuple),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(40, 2000),
)
def test_any_range_of_a_url_becomes_a_usable_one(chosen, last, days):
    first = date.fromordinal(last.toordinal() - days)
    start, end = clamp_range(chosen, first, last, CALENDAR)
    assert first <= start <= end <= last


def test_texts_name_both_ranges():
    scope = Scope(date(2026, 10, 20), END, Grain.DAY, Comparison.PREVIOUS_DAYS)
    assert scope.dates_text == ("20 Oct 2026 – 18 Nov 2026 compared with 20 Sep 2026 – 19 Oct 2026")
    assert Scope(END, END, Grain.DAY, None).dates_text == "18 Nov 2026"


def test_every_period_but_the_custom_one_is_a_preset():
    assert set(PERIODS) - set(PRESETS) == {"Custom"}
