"""Calendar arithmetic: grains, weeks, fiscal years, month ends, shifts, windows, comparisons."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import QueryError
from metrics.periods import (
    AT_END,
    BEGINNING,
    ONE_DAY,
    PERIOD,
    SINCE_BEGINNING,
    Calendar,
    Comparison,
    Grain,
    Period,
    Shift,
    Window,
    add_months,
    back,
    bucket,
    comparison_shift,
    month_end,
    move_period,
    parse_shift,
    parse_window,
    split,
)

PLAIN = Calendar()
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
GRAINS = st.sampled_from(list(Grain))
CALENDARS = st.builds(Calendar, week_start=st.integers(0, 6), fiscal_month=st.integers(1, 12))


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(start: str, end: str, bucket_start: str = "", bucket_end: str = "") -> Period:
    return Period(day(start), day(end), day(bucket_start or start), day(bucket_end or end))


def spans(periods: list[Period]) -> list[tuple[str, str]]:
    return [(f"{one.start}", f"{one.end}") for one in periods]


@pytest.mark.parametrize(
    ("grain", "on", "first", "last"),
    [
        ("day", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("week", "2024-01-07", "2024-01-01", "2024-01-07"),
        ("week", "2024-01-08", "2024-01-08", "2024-01-14"),
        ("week", "2025-01-01", "2024-12-30", "2025-01-05"),
        ("month", "2024-02-10", "2024-02-01", "2024-02-29"),
        ("month", "2023-02-28", "2023-02-01", "2023-02-28"),
        ("quarter", "2024-12-31", "2024-10-01", "2024-12-31"),
        ("year", "2024-06-15", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_day_lies_in_one_bucket(grain: str, on: str, first: str, last: str) -> None:
    assert bucket(day(on), Grain(grain), PLAIN) == (day(first), day(last))


@pytest.mark.parametrize(
    ("start", "on", "first"),
    [
        (6, "2024-01-06", "2023-12-31"),  # Sunday first: Saturday ends the week
        (6, "2024-01-07", "2024-01-07"),
        (5, "2024-01-07", "2024-01-06"),
        (0, "2024-01-07", "2024-01-01"),
    ],
)
def test_weeks_start_where_the_company_says(start: int, on: str, first: str) -> None:
    found = bucket(day(on), Grain.WEEK, Calendar(week_start=start))
    assert found == (day(first), day(first) + timedelta(days=6))


@pytest.mark.parametrize(
    ("grain", "on", "first", "last"),
    [
        ("year", "2024-03-31", "2023-04-01", "2024-03-31"),
        ("year", "2024-04-01", "2024-04-01", "2025-03-31"),
        ("quarter", "2024-01-15", "2024-01-01", "2024-03-31"),
        ("quarter", "2024-12-31", "2024-10-01", "2024-12-31"),
        ("month", "2024-03-31", "2024-03-01", "2024-03-31"),
    ],
)
def test_fiscal_years_start_in_their_month(grain: str, on: str, first: str, last: str) -> None:
    assert bucket(day(on), Grain(grain), Calendar(fiscal_month=4)) == (day(first), day(last))


def test_fiscal_quarters_follow_a_year_that_starts_in_february() -> None:
    found = split(day("2024-01-01"), day("2024-12-31"), Grain.QUARTER, Calendar(fiscal_month=2))
    assert spans(found) == [
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-04-30"),
        ("2024-05-01", "2024-07-31"),
        ("2024-08-01", "2024-10-31"),
        ("2024-11-01", "2024-12-31"),
    ]
    assert [one.complete for one in found] == [False, True, True, True, False]


def test_a_range_is_split_into_whole_and_part_periods() -> None:
    found = split(day("2024-01-30"), day("2024-03-01"), Grain.MONTH, PLAIN)
    assert spans(found) == [
        ("2024-01-30", "2024-01-31"),
        ("2024-02-01", "2024-02-29"),
        ("2024-03-01", "2024-03-01"),
    ]
    assert [(one.complete, one.days, one.bucket_days) for one in found] == [
        (False, 2, 31),
        (True, 29, 29),
        (False, 1, 31),
    ]


def test_without_a_grain_the_range_is_one_whole_period() -> None:
    (found,) = split(day("2024-01-30"), day("2024-03-01"), None, PLAIN)
    assert found == period("2024-01-30", "2024-03-01")
    assert found.complete


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(QueryError, match=r"ends \(2024-01-01\) before it starts \(2024-01-02\)"):
        split(day("2024-01-02"), day("2024-01-01"), Grain.DAY, PLAIN)


@given(DAYS, st.integers(0, 800), GRAINS, CALENDARS)
def test_periods_cover_a_range_without_gap_or_overlap(
    start: date, length: int, grain: Grain, calendar: Calendar
) -> None:
    end = start + timedelta(days=length)
    found = split(start, end, grain, calendar)
    assert (found[0].start, found[-1].end) == (start, end)
    for before, after in pairwise(found):
        assert after.start == before.end + ONE_DAY
        assert before.end == before.bucket_end
    for one in found:
        assert one.bucket_start <= one.start <= one.end <= one.bucket_end
        assert bucket(one.end, grain, calendar) == (one.bucket_start, one.bucket_end)


def test_a_period_is_cut_at_the_last_day_known() -> None:
    march = period("2024-03-01", "2024-03-31")
    assert march.until(day("2024-02-29")) is None
    assert march.until(day("2024-04-15")) == march
    cut = march.until(day("2024-03-10"))
    assert cut is not None
    assert (cut.end, cut.complete, cut.days, cut.bucket_days) == (day("2024-03-10"), False, 10, 31)


@pytest.mark.parametrize(
    ("on", "months", "found"),
    [
        ("2024-03-31", -1, "2024-02-29"),
        ("2023-03-31", -1, "2023-02-28"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-01-15", -1, "2023-12-15"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-05-31", -15, "2023-02-28"),
    ],
)
def test_months_are_added_up_to_the_length_of_the_month(on: str, months: int, found: str) -> None:
    assert add_months(day(on), months) == day(found)


@pytest.mark.parametrize(
    ("on", "shift", "found"),
    [
        ("2024-03-31", Shift(months=1), "2024-02-29"),
        ("2024-02-29", Shift(months=1), "2024-01-31"),
        ("2024-02-29", Shift(months=12), "2023-02-28"),
        ("2023-02-28", Shift(months=12), "2022-02-28"),
        ("2025-02-28", Shift(months=12), "2024-02-29"),
        ("2024-02-28", Shift(months=1), "2024-01-28"),
        ("2024-03-30", Shift(months=1), "2024-02-29"),
        ("2024-03-01", Shift(days=1), "2024-02-29"),
        ("2024-03-01", Shift(), "2024-03-01"),
    ],
)
def test_the_last_day_of_a_month_goes_back_to_the_last_day_of_a_month(
    on: str, shift: Shift, found: str
) -> None:
    assert back(day(on), shift) == day(found)


@given(DAYS, st.integers(1, 30))
def test_month_ends_stay_month_ends(on: date, months: int) -> None:
    end = month_end(on)
    assert back(end, Shift(months=months)) == month_end(add_months(end, -months))


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("1 day", Shift(days=1)),
        ("30 days", Shift(days=30)),
        ("4 weeks", Shift(days=28)),
        ("1 month", Shift(months=1)),
        ("2 quarters", Shift(months=6)),
        ("1 year", Shift(months=12)),
    ],
)
def test_lengths_are_written_as_people_say_them(text: str, shift: Shift) -> None:
    assert parse_shift(text) == shift


@pytest.mark.parametrize(
    "text",
    ["", "30", "days", "0 days", "-1 day", "1.5 days", "3 fortnights", "30days", "99999 days"],
)
def test_what_is_no_length_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QueryError, match=r"is not a length of time\. Write for example"):
        parse_shift(text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("period", "2024-05-20"),
        ("end", "2024-05-31"),
        ("1 day", "2024-05-31"),
        ("7 days", "2024-05-25"),
        ("30 days", "2024-05-02"),
        ("1 month", "2024-05-01"),
        ("2 months", "2024-04-01"),
        ("1 year", "2023-06-01"),
        ("wtd", "2024-05-27"),
        ("mtd", "2024-05-01"),
        ("qtd", "2024-04-01"),
        ("ytd", "2024-01-01"),
    ],
)
def test_a_window_ends_with_the_period(text: str, first: str) -> None:
    seen = parse_window(text).of(period("2024-05-20", "2024-05-31"), PLAIN)
    assert seen == Window(day(first), day("2024-05-31"))


def test_a_month_that_ends_in_february_starts_after_the_end_of_january() -> None:
    month = parse_window("1 month")
    assert month.of(period("2024-02-01", "2024-02-29"), PLAIN).lo == day("2024-02-01")
    assert month.of(period("2024-02-01", "2024-02-28"), PLAIN).lo == day("2024-01-29")
    assert month.of(period("2023-02-01", "2023-02-28"), PLAIN).lo == day("2023-02-01")


def test_to_date_windows_follow_the_calendar_of_the_company() -> None:
    fiscal = Calendar(week_start=6, fiscal_month=4)
    shown = period("2024-03-05", "2024-03-05")
    assert parse_window("ytd").of(shown, fiscal).lo == day("2023-04-01")
    assert parse_window("qtd").of(shown, fiscal).lo == day("2024-01-01")
    assert parse_window("wtd").of(shown, fiscal).lo == day("2024-03-03")


def test_only_trailing_windows_need_their_whole_history() -> None:
    assert parse_window("30 days").trailing
    assert not any(one.trailing for one in (PERIOD, AT_END, SINCE_BEGINNING, parse_window("mtd")))
    assert SINCE_BEGINNING.of(period("2024-05-20", "2024-05-31"), PLAIN).lo == BEGINNING


@pytest.mark.parametrize(
    ("comparison", "start", "end", "grain", "shift"),
    [
        ("previous_days", "2024-03-01", "2024-03-10", None, Shift(days=10)),
        ("previous_period", "2024-03-05", "2024-03-10", None, Shift(days=6)),
        ("previous_period", "2024-03-01", "2024-03-31", None, Shift(months=1)),
        ("previous_period", "2024-03-01", "2024-03-10", None, Shift(months=1)),
        ("previous_period", "2024-01-01", "2024-03-31", "month", Shift(months=3)),
        ("previous_period", "2024-01-01", "2024-01-28", "week", Shift(days=28)),
        ("previous_period", "2024-01-03", "2024-01-11", "week", Shift(days=14)),
        ("previous_week", "2024-03-01", "2024-03-10", None, Shift(days=7)),
        ("previous_month", "2024-03-01", "2024-03-10", None, Shift(months=1)),
        ("previous_month", "2024-03-04", "2024-03-10", "week", Shift(days=28)),
        ("previous_quarter", "2024-03-01", "2024-03-10", None, Shift(months=3)),
        ("previous_quarter", "2024-03-04", "2024-03-10", "week", Shift(days=91)),
        ("previous_year", "2024-03-01", "2024-03-10", "day", Shift(months=12)),
        ("previous_year", "2024-03-04", "2024-03-10", "week", Shift(days=364)),
    ],
)
def test_how_far_back_a_comparison_goes(
    comparison: str, start: str, end: str, grain: str | None, shift: Shift
) -> None:
    found = comparison_shift(
        Comparison(comparison), day(start), day(end), Grain(grain) if grain else None
    )
    assert found == shift


@pytest.mark.parametrize(
    ("shown", "shift", "grain", "start", "end"),
    [
        # a whole month against a whole month, whatever their lengths
        (period("2024-03-01", "2024-03-31"), Shift(months=1), "month", "2024-02-01", "2024-02-29"),
        (period("2024-02-01", "2024-02-29"), Shift(months=1), "month", "2024-01-01", "2024-01-31"),
        # a part of a month against the same day numbers, cut to the shorter month
        (
            period("2024-03-01", "2024-03-10", "2024-03-01", "2024-03-31"),
            *(Shift(months=1), "month", "2024-02-01", "2024-02-10"),
        ),
        (
            period("2024-03-01", "2024-03-30", "2024-03-01", "2024-03-31"),
            *(Shift(months=1), "month", "2024-02-01", "2024-02-29"),
        ),
        # a first part is compared from its own day number on
        (
            period("2024-03-20", "2024-03-31", "2024-03-01", "2024-03-31"),
            *(Shift(months=1), "month", "2024-02-20", "2024-02-29"),
        ),
        (period("2024-02-29", "2024-02-29"), Shift(months=12), "day", "2023-02-28", "2023-02-28"),
        (period("2024-03-04", "2024-03-10"), Shift(days=364), "week", "2023-03-06", "2023-03-12"),
        (
            period("2024-01-01", "2024-02-10", "2024-01-01", "2024-03-31"),
            *(Shift(months=3), "quarter", "2023-10-01", "2023-11-10"),
        ),
        (period("2024-01-01", "2024-12-31"), Shift(months=12), "year", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_period_is_compared_like_for_like(
    shown: Period, shift: Shift, grain: str, start: str, end: str
) -> None:
    moved = move_period(shown, shift, Grain(grain))
    assert (moved.start, moved.end) == (day(start), day(end))


@given(DAYS, st.integers(0, 40), st.sampled_from([1, 3, 12]))
def test_a_comparison_never_reaches_into_the_period_itself(
    start: date, length: int, months: int
) -> None:
    shown = split(start, start + timedelta(days=length), Grain.MONTH, PLAIN)
    for one in shown:
        moved = move_period(one, Shift(months=months), Grain.MONTH)
        assert moved.start <= moved.end < one.bucket_start


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("UTC", "2026-10-25", 24),
        ("Europe/Amsterdam", "2026-10-25", 25),
        ("Europe/Amsterdam", "2026-03-29", 23),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Santiago", "2026-09-06", 23),  # this day has no midnight
        ("Asia/Kathmandu", "2026-03-29", 24),
    ],
)
def test_a_day_has_the_hours_its_clocks_show(zone: str, on: str, hours: float) -> None:
    assert Calendar(zone).hours_between(day(on), day(on)) == hours


def test_hours_of_a_range_add_up_over_both_nights() -> None:
    calendar = Calendar("Europe/Amsterdam")
    assert calendar.hours_between(day("2026-01-01"), day("2026-12-31")) == 365 * 24
    assert calendar.hours_between(day("2026-03-01"), day("2026-03-31")) == 31 * 24 - 1
