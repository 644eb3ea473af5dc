"""Calendar by counting days: slow, obvious, and no relation to the layer's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

from tests.soundness.company import TIME_ZONE, days

ZONE = ZoneInfo(TIME_ZONE)
DAY = timedelta(days=1)

BUCKETS: dict[str, Callable[[date], object]] = {
    "day": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
    "quarter": lambda day: (day.year, (day.month - 1) // 3),
    "year": lambda day: day.year,
}


def periods(start: date, end: date, grain: str | None) -> list[tuple[date, date]]:
    """First and last shown day of every bucket of a range."""
    if grain is None:
        return [(start, end)]
    found = [list(group) for _, group in groupby(days(start, end), BUCKETS[grain])]
    return [(group[0], group[-1]) for group in found]


@cache
def same_bucket(day: date, grain: str) -> list[date]:
    """All days of the month or quarter that holds a day."""
    around = days(day - 100 * DAY, day + 100 * DAY)
    return [other for other in around if BUCKETS[grain](other) == BUCKETS[grain](day)]


def is_month_end(day: date) -> bool:
    return (day + DAY).day == 1


def month_before(day: date) -> date:
    """The same day number a month before, or that month's last day where it is shorter."""
    last = day.replace(day=1) - DAY
    return last if day.day > last.day else last.replace(day=day.day)


def month_end_before(day: date) -> date:
    """`month_before`, but from one month's last day to the last day of the other."""
    return day.replace(day=1) - DAY if is_month_end(day) else month_before(day)


def local(moment: datetime) -> datetime:
    """A UTC instant on the company's clocks."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def midnight(day: date) -> datetime:
    """The instant a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
