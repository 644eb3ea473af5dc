"""Every number and date a person reads goes through metrics.format; so does this table."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metrics.format import (
    MISSING,
    Notation,
    axis_format,
    day_text,
    format_delta,
    format_value,
    judge,
    period_text,
    range_text,
    unit_text,
)

UNITS = ["currency", "percentage", "count", "score", "ratio", "duration"]
EURO = Notation("€", ",", ".")


@pytest.mark.parametrize(
    ("value", "unit", "display_unit", "text"),
    [
        (8_081_234.5, "currency", "", "$8.08M"),
        (518, "currency", "", "$518"),
        (517.6, "currency", "", "$518"),
        (45.2, "currency", "", "$45.20"),
        (0, "currency", "", "$0"),
        (-12_340, "currency", "", "-$12.3K"),
        (-0.001, "currency", "", "$0.00"),
        (999_950, "currency", "", "$1.00M"),
        (999.4, "currency", "", "$999"),
        (999.6, "currency", "", "$1.00K"),
        (3.2e7, "currency", "", "$32.0M"),
        (1.5e12, "currency", "", "$1.50T"),
        (2.5e16, "currency", "", "$25,000T"),
        (16_214, "count", "", "16.2K"),
        (640, "count", "", "640"),
        (12.4, "count", "", "12.4"),
        (16_214, "count", "litres", "16.2K L"),
        (640, "count", "users", "640"),
        (0.0241, "percentage", "", "2.4%"),
        (1.157, "percentage", "", "115.7%"),
        (0.9991, "percentage", "", "99.91%"),
        (0.99999, "percentage", "", ">99.99%"),
        (1, "percentage", "", "100.0%"),
        (0, "percentage", "", "0.0%"),
        (0.0025, "percentage", "", "0.25%"),
        (-0.031, "percentage", "", "-3.1%"),
        (48.3, "score", "", "48"),
        (4.4, "score", "", "4.4"),
        (9.96, "score", "", "10"),
        (3.42, "ratio", "", "3.4×"),
        (0.043, "ratio", "", "0.04×"),
        (4_312, "ratio", "", "4.31K×"),
        (0.4512, "ratio", "litres", "0.45 L"),
        (45, "duration", "seconds", "45s"),
        (725, "duration", "seconds", "12m 05s"),
        (65, "duration", "minutes", "1h 05m"),
        (76, "duration", "hours", "3d 4h"),
        (0.5, "duration", "hours", "30m 00s"),
        (0.25, "duration", "seconds", "250ms"),
        (340, "duration", "milliseconds", "340ms"),
        (0, "duration", "hours", "0s"),
        (621_243, "duration", "hours", "621K h"),
        (47.2, "duration", "days", "47 d"),
        (4_720, "duration", "days", "4.72K d"),
        (3.44, "duration", "days", "3.4 d"),
        (14.2, "duration", "months", "14 mo"),
        (None, "currency", "", MISSING),
        (float("nan"), "count", "", MISSING),
        (float("inf"), "ratio", "", MISSING),
    ],
)
def test_a_card_shows_three_digits(value, unit, display_unit, text):
    assert format_value(value, unit, display_unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "display_unit", "text"),
    [
        (8_081_234.5, "currency", "", "$8,081,234.50"),
        (16_214, "count", "users", "16,214 users"),
        (16_214.25, "count", "litres", "16,214.25 litres"),
        (0.0241, "percentage", "", "2.41%"),
        (48.34, "score", "", "48.3"),
        (3.421, "ratio", "", "3.42×"),
        (27.534, "duration", "hours", "27.53 hours"),
    ],
)
def test_tables_and_tooltips_show_the_full_value(value, unit, display_unit, text):
    assert format_value(value, unit, display_unit, style="full") == text


@pytest.mark.parametrize(
    ("change", "growth", "unit", "text"),
    [
        (1.48e6, 0.224, "currency", "+22.4%"),
        (-30, -0.143, "duration", "-14.3%"),
        (0.0012, 0.05, "percentage", "+0.1 pp"),
        (-0.021, -0.5, "percentage", "-2.1 pp"),
        (1.2, 0.02, "score", "+1.2 pts"),
        (-12.4, -0.2, "score", "-12 pts"),
        (0.21, 0.07, "ratio", "+0.2×"),
        (5_000, None, "currency", "+$5.00K"),
        (-5_000, float("nan"), "currency", "-$5.00K"),
        (5_000, 12.0, "count", "+>10×"),
        (0, 0, "currency", "0"),
        (0.0001, 0.0, "percentage", "0"),
        (-0.0001, -0.0, "percentage", "0"),
        (10, 0.0004, "currency", "0"),
        (None, None, "currency", ""),
        (float("nan"), 0.1, "currency", ""),
    ],
)
def test_a_delta_speaks_the_language_of_its_unit(change, growth, unit, text):
    assert format_delta(change, growth, unit) == text


@pytest.mark.parametrize(
    ("change", "growth", "unit", "direction", "verdict"),
    [
        (10, 0.2, "currency", "up", "better"),
        (-10, -0.2, "currency", "up", "worse"),
        (10, 0.2, "currency", "down", "worse"),
        (-0.02, -0.2, "percentage", "down", "better"),
        (10, 0.2, "currency", "neutral", ""),
        (10, 0.004, "currency", "up", "same"),
        (0, 0, "score", "up", "same"),
        (5_000, None, "currency", "up", "better"),
        (None, None, "currency", "up", ""),
    ],
)
def test_better_or_worse_follows_the_direction(change, growth, unit, direction, verdict):
    assert judge(change, growth, unit, direction) == verdict


def test_separators_and_symbol_are_settings():
    assert format_value(1_234_567.8, "currency", style="full", notation=EURO) == "€1.234.567,80"
    assert format_delta(1, 0.224, "count", notation=EURO) == "+22,4%"
    assert "'€'" in axis_format("currency", largest=5, notation=EURO).expression


@example(value=1.797693134862316e306, unit="percentage", display_unit="", style="card")
@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(UNITS),
    st.sampled_from(["", "days", "hours", "litres"]),
    st.sampled_from(["card", "full"]),
)
def test_no_value_ever_reads_as_nan_or_minus_zero(value, unit, display_unit, style):
    text = format_value(value, unit, display_unit, style)
    assert not any(bad in text.lower() for bad in ("nan", "inf", "−"))
    assert not (text.startswith("-") and not any(digit in text for digit in "123456789"))


@given(st.floats(-1e15, 1e15), st.floats(-100, 100), st.sampled_from(UNITS))
def test_a_delta_starts_with_the_sign_of_its_change(change, growth, unit):
    growth = abs(growth) if change >= 0 else -abs(growth)
    text = format_delta(change, growth, unit)
    assert text == "0" or text[0] == ("-" if change < 0 else "+")


@given(st.floats(1, 9e14))
def test_short_numbers_never_show_four_digits_before_the_letter(value):
    digits = format_value(value, "count").rstrip("KMBT").split(".")[0]
    assert len(digits.replace(",", "")) <= 3


def test_axes_get_more_digits_from_the_tick_step_not_from_us():
    assert axis_format("percentage").format == "%"
    assert axis_format("count", largest=5000).format == "~s"
    assert axis_format("count", largest=90).format == ",~f", "a bare comma writes 9e+1"
    assert axis_format("duration", "hours").expression.endswith("' h'")
    assert axis_format("ratio").expression.endswith("'×'")
    assert axis_format("currency", notation=Notation("it's")).expression.count("\\'") == 1


def test_dates_are_words():
    assert day_text(date(2026, 11, 8)) == "8 Nov 2026"
    assert range_text(date(2026, 11, 8), date(2026, 11, 8)) == "8 Nov 2026"
    assert range_text(date(2026, 1, 1), date(2026, 3, 31)) == "1 Jan 2026 – 31 Mar 2026"
    assert period_text(date(2026, 11, 2), "week") == "Week of 2 Nov 2026"
    assert period_text(date(2026, 11, 2), "day") == "2 Nov 2026"
    assert period_text(date(2026, 1, 1), "year") == "2026"
    assert unit_text("count", "litres") == "litres"
