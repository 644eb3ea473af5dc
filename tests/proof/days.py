"""Days as plain numbers (1 = 1 January of year 1), local days of instants, buckets and steps."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NEVER = date.max.toordinal()
"""The end of what has not ended."""


def number(day: date) -> int:
    """A day as a number."""
    return day.toordinal()


def day_of(number: int) -> date:
    """A number as a day."""
    return date.fromordinal(number)


def local(instant: datetime, time_zone: str) -> datetime:
    """An instant of the warehouse (UTC, written without a zone) on the clocks of a zone."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))


def seconds(instant: datetime) -> float:
    """Seconds since 1970 of an instant of the warehouse."""
    return instant.replace(tzinfo=UTC).timestamp()


def midnight(day: int, time_zone: str) -> float:
    """Seconds since 1970 at which a local day begins."""
    begins = day_of(day)
    return datetime(begins.year, begins.month, begins.day, tzinfo=ZoneInfo(time_zone)).timestamp()


def is_month_end(day: date) -> bool:
    """Whether the day after is the first of a month."""
    return day.day == calendar.monthrange(day.year, day.month)[1]


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; a day the month lacks, and a month's last day, its last."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    length = calendar.monthrange(year, month)[1]
    return date(year, month, length if is_month_end(day) else min(day.day, length))


def bucket_start(day: date, grain: str, week_start: int = 0, fiscal_month: int = 1) -> date:
    """First day of the day, week, month, quarter or year that a day is in, by walking back."""
    found = day
    while not _begins(found, grain, week_start, fiscal_month):
        found = day_of(number(found) - 1)
    return found


def _begins(day: date, grain: str, week_start: int, fiscal_month: int) -> bool:
    if grain == "day":
        return True
    if grain == "week":
        return day.weekday() == week_start
    months_in = {"month": 1, "quarter": 3, "year": 12}[grain]
    return day.day == 1 and (day.month - fiscal_month) % months_in == 0


def buckets(
    start: date, end: date, grain: str | None, week_start: int = 0, fiscal_month: int = 1
) -> list[tuple[date, date]]:
    """The pieces (first and last day) into which the buckets of a grain cut a range."""
    if grain is None:
        return [(start, end)]
    starts = [start]
    for at in range(number(start) + 1, number(end) + 1):
        day = day_of(at)
        if _begins(day, grain, week_start, fiscal_month):
            starts.append(day)
    ends = [day_of(number(later) - 1) for later in starts[1:]] + [end]
    return list(zip(starts, ends, strict=True))
