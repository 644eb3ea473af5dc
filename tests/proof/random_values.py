"""The shape of a random warehouse, and random values of it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Shape:
    """What a random warehouse is made of; the same shape gives the same rows.

    `days` is how far events reach back from `end`, the last day of the build. `lag` days before
    it the data stop, or run on after it where it is negative. `empty` tables have no rows.
    """

    seed: int
    end: date
    days: int = 60
    lag: int = 0
    customers: int = 3
    events: int = 60
    untidy: bool = True
    time_zone: str = "UTC"
    week_start: int = 0
    fiscal_month: int = 1
    empty: frozenset[str] = frozenset()

    @property
    def start(self) -> date:
        """First day with events."""
        return self.end - timedelta(days=self.days)


class Maker:
    """Random values of one shape, and the ids handed out so far."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.chance = random.Random(shape.seed)
        self.last = shape.end - timedelta(days=shape.lag)
        self.zone = ZoneInfo(shape.time_zone)
        self.customers = [f"c{index}" for index in range(shape.customers)]
        self.locations = [f"l{i}" for i in range(self.chance.randint(0, 2 * shape.customers))]
        self.devices = [f"d{i}" for i in range(self.chance.randint(0, 3 * shape.customers))]
        self.users = [f"u{i}" for i in range(self.chance.randint(0, 3 * shape.customers))]
        self.companies = [f"h{index}" for index in range(2 * shape.customers)]
        self.contacts = [str(100 + index) for index in range(3 * shape.customers)]
        self.owners = ["1", "2", "3"]

    def maybe(self, value: T, chance: float = 0.85) -> T | None:
        """The value, or nothing in some untidy rows."""
        known = not self.shape.untidy or self.chance.random() < chance
        return value if known else None

    def one_of(self, *values: T) -> T:
        """One of some values."""
        return self.chance.choice(values)

    def id_of(self, known: list[str], stranger: str, chance: float = 0.9) -> str:
        """An id that is known, or in some untidy rows one that joins nothing."""
        if known and (not self.shape.untidy or self.chance.random() < chance):
            return self.chance.choice(known)
        return stranger

    def some(self, rows: list[Row], share: float) -> list[Row]:
        """Copies of some rows."""
        return [dict(row) for row in rows if self.chance.random() < share]

    def count(self, most: float = 1.0) -> int:
        """A number of events, sometimes none."""
        return self.chance.randint(0, max(1, int(self.shape.events * most)))

    def day(self, reach_back: int = 0, ahead: int = 0) -> date:
        """A day with events, or up to `reach_back` days before them, or after the last."""
        if self.shape.untidy and self.chance.random() < 0.03:
            return self.shape.end + timedelta(days=self.chance.randint(1, 400))
        first = -(self.shape.days + reach_back)
        at = self.last + timedelta(days=self.chance.randint(first, ahead))
        ends = at.replace(day=1) - timedelta(days=self.chance.randint(0, 1))
        return ends if self.chance.random() < 0.15 else at

    def instant(self, reach_back: int = 0) -> datetime:
        """An instant (UTC without a zone) of such a day, often close to a local midnight."""
        day = self.day(reach_back)
        second = self.one_of(0, 1, 86399, self.chance.randint(0, 86399), 3600, 7199, 82800)
        local = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
        fold = self.chance.randint(0, 1)
        found = local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
        return found.replace(tzinfo=None)

    def price(self) -> float:
        """A price, sometimes nothing."""
        return self.one_of(0, 10.0, 99.99, 99.99, 250.0, 999.0, 1200.5, 0.01)
