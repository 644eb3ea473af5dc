"""Tables of the foreign warehouse as data, and its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

END = date(2026, 10, 31)
FUTURE = date(2027, 3, 1)


@dataclass(frozen=True)
class Table:
    """A table: columns with their kinds in its own spelling, and rows as sequences."""

    name: str
    columns: dict[str, str]
    rows: Sequence[Sequence[Any]]


def columns(text: str) -> dict[str, str]:
    """`name:kind` pairs; text where no kind is given."""
    pairs = [one.partition(":") for one in text.split()]
    return {name: kind or "text" for name, _, kind in pairs}


def day(ago: int) -> date:
    return END - timedelta(days=ago)


def moment(ago: int, hour: int = 12) -> datetime:
    at = day(ago)
    return datetime(at.year, at.month, at.day, hour, 30)
