"""Numbers and dates to text: the one place that decides how a value, a change or an axis looks.

Pure functions, used alike by the app, the command line and the published `display_value`.
Text is the same in every locale; only the currency symbol and the separators are settings.
Minus is the ASCII hyphen everywhere, because screens read the direction of a change from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Number = float | int | None
Writer = Callable[[float], str]
Style = Literal["card", "full"]
Verdict = Literal["better", "worse", "same", ""]

MISSING = "—"
LARGEST = 1e300
TIMES = "×"
NOISE = 0.005  # a relative change below half a percent is no news
HUGE = 10.0  # growth above this many times the base is told as "more than"
COMPACT = ("", "K", "M", "B", "T")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SECONDS_IN = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600}
SHORT = {"days": "d", "months": "mo", "years": "y", "litres": "L", "milliseconds": "ms"}
CLOCK_LETTERS = {"hours": "h", "minutes": "min", "seconds": "s"}
LONG = 100 * 86_400  # a clock reading beyond a hundred days says less than a number of hours


@dataclass(frozen=True)
class Notation:
    """How a company writes numbers."""

    symbol: str = "$"
    decimal: str = "."
    thousands: str = ","

    def digits(self, value: float, places: int) -> str:
        """A number with separators and a fixed number of decimals, never '-0'."""
        text = f"{value:,.{places}f}"
        if not any(digit in text for digit in "123456789"):
            text = text.lstrip("-")
        return text.translate({ord("."): self.decimal, ord(","): self.thousands})


@dataclass(frozen=True)
class AxisFormat:
    """How a chart writes its ticks: a d3 format and a Vega expression over its label."""

    format: str
    expression: str


PLAIN = Notation()


def is_missing(value: Number) -> bool:
    """Whether there is no number to show: None, NaN, infinite or too large to be multiplied."""
    return value is None or not abs(value) < LARGEST


def format_value(
    value: Number,
    unit: str,
    display_unit: str = "",
    style: Style = "card",
    notation: Notation = PLAIN,
) -> str:
    """A value as text: short for cards (three digits), with all it has for tables and tooltips.

    Percentages come as shares 0..1, durations in their `display_unit`. No value is a dash.

    >>> format_value(8081234.5, "currency"), format_value(0.0241, "percentage")
    ('$8.08M', '2.4%')
    """
    if value is None or is_missing(value):
        return MISSING
    if unit == "percentage":
        return _percent(value, style, notation)
    if unit == "duration":
        return _duration(value, display_unit, style, notation)
    if unit == "currency":
        return _signed(value, lambda size: notation.symbol + _money(size, style, notation))
    if unit == "count":
        return _with_unit(_signed(value, lambda n: _count(n, style, notation)), display_unit, style)
    if unit == "ratio" and display_unit in ("", "times"):
        return _few_digits(value, style, notation) + TIMES
    if unit == "ratio":
        return _with_unit(_few_digits(value, style, notation), display_unit, style)
    places = 0 if style == "card" and abs(value) >= 9.95 else 1
    return notation.digits(value, places)


def format_delta(
    change: Number,
    growth: Number,
    unit: str,
    display_unit: str = "",
    notation: Notation = PLAIN,
) -> str:
    """A change as signed text, empty when there is none to show, '0' when it rounds to nothing.

    Shares change by percentage points, scores by points and ratios by their difference; all
    else relatively, or by the plain difference where growth has no meaning.

    >>> format_delta(1.48e6, 0.224, "currency"), format_delta(0.001, 0.04, "percentage")
    ('+22.4%', '+0.1 pp')
    """
    if change is None or not math.isfinite(change):
        return ""
    if unit == "percentage":
        return _sign(notation.digits(change * 100, 1), " pp")
    if unit == "score":
        return _sign(notation.digits(change, 0 if abs(change) >= 9.95 else 1), " pts")
    if unit == "ratio":
        places = 1 if abs(change) >= 0.1 else 2
        return _sign(notation.digits(change, places), "" if display_unit else TIMES)
    if growth is None or not math.isfinite(growth):
        return _sign(format_value(change, unit, display_unit, "card", notation))
    if abs(growth) > HUGE:
        return f"{'+' if growth > 0 else '-'}>{notation.digits(HUGE, 0)}{TIMES}"
    return _sign(notation.digits(growth * 100, 1), "%")


def judge(change: Number, growth: Number, unit: str, direction: str) -> Verdict:
    """Whether a change is for the better; 'same' inside the noise, empty when unknown or neutral.

    >>> judge(0.01, 0.2, "percentage", "down")
    'worse'
    """
    if change is None or not math.isfinite(change):
        return ""
    if format_delta(change, growth, unit) == "0":
        return "same"
    relative = unit not in ("percentage", "score", "ratio")
    if relative and growth is not None and abs(growth) < NOISE:
        return "same"
    if direction not in ("up", "down"):
        return ""
    return "better" if (change > 0) == (direction == "up") else "worse"


def reaches(value: Number, target: Number, direction: str) -> str:
    """Whether a target is reached: 'reached', 'missed', or nothing where there is none.

    Where less is better, reached is at or below; where neither is, nothing is reached or missed.

    >>> reaches(0.02, 0.025, "down"), reaches(8.0, 9.0, "up")
    ('reached', 'missed')
    """
    if value is None or target is None or direction not in ("up", "down"):
        return ""
    if not (math.isfinite(value) and math.isfinite(target)):
        return ""
    good = value <= target if direction == "down" else value >= target
    return "reached" if good else "missed"


def axis_format(
    unit: str, display_unit: str = "", largest: float = 0, notation: Notation = PLAIN
) -> AxisFormat:
    """How the ticks of a chart up to `largest` are written; digits follow from the tick step."""
    if unit == "percentage":
        return AxisFormat("%", "datum.label")
    suffix = {"ratio": TIMES if display_unit in ("", "times") else ""}.get(unit, "")
    if unit == "duration" or display_unit == "litres":
        suffix = f" {_unit_letter(display_unit)}"
    short = largest >= 1000
    letters = "replace(replace(datum.label, 'k', 'K'), 'G', 'B')"
    label = f"(datum.value == 0 ? '0' : {letters})" if short else "datum.label"
    if unit == "currency":
        sign = "(datum.value < 0 ? '-' : '')"
        label = f"{sign} + {_quoted(notation.symbol)} + replace({label}, '−', '')"
    if suffix.strip():
        label = f"{label} + {_quoted(suffix)}"
    return AxisFormat("~s" if short else ",~f", label)


def day_text(day: date) -> str:
    """A date in words that no country misreads.

    >>> day_text(date(2026, 11, 18))
    '18 Nov 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def range_text(start: date, end: date) -> str:
    """Two dates in words, one when they are the same.

    >>> range_text(date(2025, 12, 1), date(2026, 11, 18))
    '1 Dec 2025 – 18 Nov 2026'
    """
    return day_text(start) if start == end else f"{day_text(start)} – {day_text(end)}"


def period_text(start: date, grain: str | None) -> str:
    """Name of the bucket of a grain that holds `start`.

    >>> period_text(date(2026, 11, 1), "month"), period_text(date(2026, 10, 1), "quarter")
    ('Nov 2026', 'Q4 2026')
    """
    if grain == "year":
        return str(start.year)
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    if grain == "month":
        return f"{MONTHS[start.month - 1]} {start.year}"
    return f"Week of {day_text(start)}" if grain == "week" else day_text(start)


def unit_text(unit: str, display_unit: str = "") -> str:
    """The unit as a person would say it.

    >>> unit_text("duration", "hours"), unit_text("percentage")
    ('hours', 'percent')
    """
    names = {"percentage": "percent", "score": "points", "duration": "time"}
    return display_unit or names.get(unit, unit)


def _sign(text: str, suffix: str = "") -> str:
    if not any(digit in text for digit in "123456789"):
        return "0"
    return f"{text if text.startswith('-') else '+' + text}{suffix}"


def _signed(value: float, write: Writer) -> str:
    text = write(abs(value))
    shown = any(digit in text for digit in "123456789")
    return f"-{text}" if value < 0 and shown else text


def _with_unit(text: str, display_unit: str, style: Style) -> str:
    if style == "full" and display_unit:
        return f"{text} {display_unit}"
    return f"{text} {SHORT[display_unit]}" if display_unit in SHORT else text


def _percent(value: float, style: Style, notation: Notation) -> str:
    share = abs(value)
    if not math.isfinite(share * 100):
        return MISSING
    near_the_end = 0.99 < share < 1 or 0 < share < 0.01
    places = 2 if style == "full" or near_the_end else 1
    if share < 1 and round(share * 100, places) == 100:
        return f"{'-' if value < 0 else ''}>{notation.digits(99.99, 2)}%"
    return f"{notation.digits(value * 100, places)}%"


def _money(size: float, style: Style, notation: Notation) -> str:
    if style == "full":
        return notation.digits(size, 2)
    if size < 99.95:
        return notation.digits(size, 0 if size == int(size) else 2)
    return _compact(size, notation)


def _count(size: float, style: Style, notation: Notation) -> str:
    if size == int(size) and (style == "full" or size < 1000):
        return notation.digits(size, 0)
    if style == "full":
        return notation.digits(size, 2)
    return _compact(size, notation)


def _compact(size: float, notation: Notation) -> str:
    """Three significant digits and K, M, B or T; 999,950 is already 1.00M."""
    step = 0
    while size >= 999.5 and step < len(COMPACT) - 1:
        size /= 1000
        step += 1
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    return notation.digits(size, places) + COMPACT[step]


def _few_digits(value: float, style: Style, notation: Notation) -> str:
    size = abs(value)
    if size >= 999.5 and style == "card":
        return _signed(value, lambda number: _compact(number, notation))
    places = 2 if style == "full" or 0 < size < 0.95 else 1
    return notation.digits(value, places)


def _duration(value: float, display_unit: str, style: Style, notation: Notation) -> str:
    if style == "full":
        return f"{notation.digits(value, 2)} {display_unit}".strip()
    if display_unit in SECONDS_IN and abs(value) * SECONDS_IN[display_unit] < LONG:
        return _signed(value * SECONDS_IN[display_unit], lambda size: _clock(size, notation))
    places = 0 if abs(value) >= 9.95 or value == int(value) else 1
    text = (
        _signed(value, lambda size: _compact(size, notation))
        if abs(value) >= 999.5
        else notation.digits(value, places)
    )
    return f"{text} {_unit_letter(display_unit)}".strip()


def _clock(seconds: float, notation: Notation) -> str:
    """The two largest parts of a duration: 45s, 12m 05s, 1h 05m, 3d 4h."""
    if seconds < 0.9995:
        return f"{notation.digits(seconds * 1000, 0)}ms" if seconds else "0s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    minutes = round(seconds / 60)
    if minutes < 1440:
        return f"{minutes // 60}h {minutes % 60:02d}m"
    hours = round(seconds / 3600)
    return f"{hours // 24}d {hours % 24}h"


def _unit_letter(display_unit: str) -> str:
    return SHORT.get(display_unit) or CLOCK_LETTERS.get(display_unit, display_unit)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
