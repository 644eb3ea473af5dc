"""Calendar arithmetic, all of it ours: grains, periods, windows, shifts and comparisons.

Nothing here asks an engine what a week is; queries receive plain dates (see `query.compile`).
"""

from __future__ import annotations

import calendar as month_lengths
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from metrics.errors import QueryError

BEGINNING = date(1, 1, 1)
EPOCH = date(1970, 1, 1)
ONE_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How long one period of a series is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Comparison(StrEnum):
    """Which earlier dates a period is held against."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_DAYS = "previous_days"
    PREVIOUS_WEEK = "previous_week"
    PREVIOUS_MONTH = "previous_month"
    PREVIOUS_QUARTER = "previous_quarter"
    PREVIOUS_YEAR = "previous_year"


# Months back, and the whole weeks that stand for them when a series is weekly.
CALENDAR_STEPS = {
    Comparison.PREVIOUS_MONTH: (1, 4),
    Comparison.PREVIOUS_QUARTER: (3, 13),
    Comparison.PREVIOUS_YEAR: (12, 52),
}
MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True)
class Calendar:
    """The reporting calendar: zone of the day, first weekday (0 = Monday), first fiscal month."""

    time_zone: str = "UTC"
    week_start: int = 0
    fiscal_month: int = 1

    def hours_between(self, first: date, last: date) -> float:
        """Elapsed hours from the start of `first` to the end of `last`, daylight saving included.

        >>> Calendar("Europe/Amsterdam").hours_between(date(2026, 10, 25), date(2026, 10, 25))
        25.0
        """
        return (self.midnight(last + ONE_DAY) - self.midnight(first)) / 3600

    def midnight(self, day: date) -> float:
        """Seconds from 1970 (UTC) to the start of a local day; no day lies before that."""
        return 0.0 if day < EPOCH else _midnight(self.time_zone, day)


@lru_cache(maxsize=8192)
def _midnight(time_zone: str, day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).timestamp()


@dataclass(frozen=True, order=True)
class Period:
    """A shown span of days; `complete` says whether it is a whole bucket of its grain.

    Both ends are inclusive. `bucket_start`/`bucket_end` are the whole bucket's ends, so a
    part period knows it is n of m days.
    """

    start: date
    end: date
    bucket_start: date
    bucket_end: date

    @property
    def complete(self) -> bool:
        """Whether the shown days are the whole bucket."""
        return self.start == self.bucket_start and self.end == self.bucket_end

    @property
    def days(self) -> int:
        """Days shown."""
        return (self.end - self.start).days + 1

    @property
    def bucket_days(self) -> int:
        """Days of the whole bucket."""
        return (self.bucket_end - self.bucket_start).days + 1

    def until(self, last: date) -> Period | None:
        """The part of the period up to `last`, or None when it lies after it."""
        if self.start > last:
            return None
        return replace(self, end=min(self.end, last))


@dataclass(frozen=True, order=True)
class Window:
    """Days a leaf looks at, inclusive; `lo` is `BEGINNING` when everything before counts."""

    lo: date
    hi: date


@dataclass(frozen=True)
class Shift:
    """A step back in time: calendar months, or days."""

    months: int = 0
    days: int = 0


NO_SHIFT = Shift()


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return day.replace(day=month_lengths.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """`day` moved by calendar months, cut to the length of the month it lands in.

    >>> add_months(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    length = month_lengths.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


def back(day: date, shift: Shift) -> date:
    """`day` moved back by a shift; the last day of a month stays the last day of a month.

    >>> back(date(2026, 2, 28), Shift(months=1))
    datetime.date(2026, 1, 31)
    """
    if shift.months:
        moved = add_months(day, -shift.months)
        day = month_end(moved) if day == month_end(day) else moved
    return day - timedelta(days=shift.days)


def bucket(day: date, grain: Grain, calendar: Calendar) -> tuple[date, date]:
    """First and last day of the bucket that holds `day`.

    >>> bucket(date(2024, 1, 7), Grain.WEEK, Calendar())
    (datetime.date(2024, 1, 1), datetime.date(2024, 1, 7))
    """
    if grain is Grain.DAY:
        return day, day
    if grain is Grain.WEEK:
        start = day - timedelta(days=(day.weekday() - calendar.week_start) % 7)
        return start, start + timedelta(days=6)
    months = MONTHS_IN[grain]
    index = day.year * 12 + day.month - 1
    into = (day.month - calendar.fiscal_month) % months if months > 1 else 0
    year, month = divmod(index - into, 12)
    start = date(year, month + 1, 1)
    return start, add_months(start, months) - ONE_DAY


def split(start: date, end: date, grain: Grain | None, calendar: Calendar) -> list[Period]:
    """The periods of a range, oldest first; without a grain the range is one period."""
    if end < start:
        raise QueryError(
            f"The range ends ({end}) before it starts ({start}).", "Swap the two dates."
        )
    if grain is None:
        return [Period(start, end, start, end)]
    periods = []
    day = start
    while day <= end:
        first, last = bucket(day, grain, calendar)
        periods.append(Period(max(first, start), min(last, end), first, last))
        day = last + ONE_DAY
    return periods


@dataclass(frozen=True)
class WindowSpec:
    """Which days a metric looks at, seen from a period: see `parse_window` for the forms."""

    form: str
    shift: Shift = NO_SHIFT

    @property
    def trailing(self) -> bool:
        """Whether the window has a fixed length, so that it needs its full history."""
        return self.form == "trailing"

    def of(self, period: Period, calendar: Calendar) -> Window:
        """The window of a period whose end has been cut to what is known."""
        end = period.end
        if self.form == "period":
            return Window(period.start, end)
        if self.form == "end":
            return Window(end, end)
        if self.form == "beginning":
            return Window(BEGINNING, end)
        if self.form == "trailing":
            return Window(back(end, self.shift) + ONE_DAY, end)
        return Window(bucket(end, Grain(self.form), calendar)[0], end)


PERIOD = WindowSpec("period")
AT_END = WindowSpec("end")
SINCE_BEGINNING = WindowSpec("beginning")
TO_DATE = {"mtd": "month", "qtd": "quarter", "ytd": "year", "wtd": "week"}


@lru_cache(maxsize=256)
def parse_shift(text: str) -> Shift:
    """'30 days', '1 month', '4 weeks', '1 quarter', '1 year' as a shift.

    >>> parse_shift("1 year")
    Shift(months=12, days=0)
    """
    match = re.fullmatch(r"(\d{1,4}) (day|week|month|quarter|year)s?", text.strip())
    if not match or int(match[1]) == 0:
        raise QueryError(
            f"'{text}' is not a length of time.", "Write for example '30 days' or '12 months'."
        )
    count = int(match[1])
    if match[2] in ("day", "week"):
        return Shift(days=count * (7 if match[2] == "week" else 1))
    return Shift(months=count * {"month": 1, "quarter": 3, "year": 12}[match[2]])


@lru_cache(maxsize=256)
def parse_window(text: str) -> WindowSpec:
    """'period', 'end', 'all time', 'mtd', 'qtd', 'ytd', or a trailing length such as '30 days'.

    >>> parse_window("30 days")
    WindowSpec(form='trailing', shift=Shift(months=0, days=30))
    """
    if text == "period":
        return PERIOD
    if text == "end":
        return AT_END
    if text == "all time":
        return SINCE_BEGINNING
    if text in TO_DATE:
        return WindowSpec(TO_DATE[text])
    return WindowSpec("trailing", parse_shift(text))


def move_period(period: Period, shift: Shift, grain: Grain | None) -> Period:
    """The earlier period that `period` is compared with, cut to the same day number.

    A whole bucket is compared with a whole bucket even where months differ in length.
    """
    if grain is Grain.DAY:
        day = add_months(period.start, -shift.months) - timedelta(days=shift.days)
        return Period(day, day, day, day)
    start = add_months(period.start, -shift.months) - timedelta(days=shift.days)
    bucket_start = add_months(period.bucket_start, -shift.months) - timedelta(days=shift.days)
    bucket_end = back(period.bucket_end, shift)
    if period.end == period.bucket_end:
        return Period(start, bucket_end, bucket_start, bucket_end)
    end = add_months(period.end, -shift.months) - timedelta(days=shift.days)
    return Period(start, max(start, end), bucket_start, bucket_end)


def comparison_shift(comparison: Comparison, start: date, end: date, grain: Grain | None) -> Shift:
    """How far back a comparison goes for a range (the caption of the answer names both)."""
    days = (end - start).days + 1
    if comparison is Comparison.PREVIOUS_DAYS:
        return Shift(days=days)
    if comparison is Comparison.PREVIOUS_WEEK:
        return Shift(days=7)
    if comparison in CALENDAR_STEPS:
        months, whole_weeks = CALENDAR_STEPS[comparison]
        return Shift(days=7 * whole_weeks) if grain is Grain.WEEK else Shift(months=months)
    if start.day == 1 and grain is not Grain.WEEK:
        return Shift(months=(end.year - start.year) * 12 + end.month - start.month + 1)
    return Shift(days=days if grain is not Grain.WEEK else -(-days // 7) * 7)
