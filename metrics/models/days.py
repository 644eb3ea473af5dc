"""Which days are published: all recent ones, then month ends, as far back as there is data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from metrics.periods import (
    ONE_DAY,
    Comparison,
    Grain,
    Period,
    Shift,
    add_months,
    comparison_shift,
    move_period,
)

CUSTOMER_MONTHS = 13
"""Month ends for which the long table has rows of customers, beside the latest day."""

STEPS = {
    "day": Comparison.PREVIOUS_DAYS,
    "week": Comparison.PREVIOUS_WEEK,
    "month": Comparison.PREVIOUS_MONTH,
    "quarter": Comparison.PREVIOUS_QUARTER,
    "year": Comparison.PREVIOUS_YEAR,
}


def published_days(first: date, last: date, days: int, months: int) -> list[date]:
    """The last `days` days, and up to `months` month ends before them, not before `first`."""
    recent = max(first, last - timedelta(days=days - 1))
    ends = [day for day in month_ends(recent - ONE_DAY, months) if day >= first]
    return [*ends, *(recent + timedelta(days=n) for n in range((last - recent).days + 1))]


def customer_days(last: date) -> list[date]:
    """Days for which the long table has rows of customers, in order."""
    return sorted({last, *month_ends(last, CUSTOMER_MONTHS)})


def month_ends(last: date, count: int) -> list[date]:
    """The `count` latest month ends up to a day, in order."""
    opening = (last + ONE_DAY).replace(day=1)
    return [add_months(opening, -back) - ONE_DAY for back in reversed(range(count))]


def earlier(day: date, step: str) -> date:
    """The day one step before, as comparisons of single days have it."""
    shift: Shift = comparison_shift(STEPS[step], day, day, Grain.DAY)
    return move_period(Period(day, day, day, day), shift, Grain.DAY).end


def with_earlier(days: Sequence[date]) -> list[date]:
    """Some days and everything they are held against, in order."""
    return sorted({*days, *(earlier(day, step) for day in days for step in STEPS)})
