"""One question: a span of days and a scope, and the rows that belong to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tests.proof.days import day_of, months_before, number
from tests.proof.world import World

Where = Callable[[pd.DataFrame], Any]
Scope = tuple[tuple[str, frozenset[Any]], ...]


@dataclass(frozen=True)
class Window:
    """Days `lo` to `hi`. A `whole` window needs all its days known, a period only one."""

    lo: int
    hi: int
    whole: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.hi - self.lo + 1


@dataclass(frozen=True)
class Question:
    """Days `start` to `end`, already cut to what is known, and the members that count."""

    world: World
    start: int
    end: int
    scope: Scope = ()

    # Windows

    @property
    def period(self) -> Window:
        """The asked days themselves."""
        return Window(self.start, self.end)

    def last(self, days: int = 0, months: int = 0) -> Window:
        """So many days or months up to the last asked day."""
        before = months_before(day_of(self.end), months)
        return Window(number(before) - days + 1, self.end, whole=True)

    def before(self, days: int = 0, months: int = 0) -> Question:
        """The same question about the day that lies so far before the last one."""
        day = number(months_before(day_of(self.end), months)) - days
        return replace(self, start=day, end=day)

    def within(self, **members: Iterable[Any]) -> Question:
        """The same question of some members of a dimension only."""
        more = tuple((name, frozenset(wanted)) for name, wanted in members.items())
        return replace(self, scope=self.scope + more)

    # Rows

    def covers(self, fact: str, window: Window) -> bool:
        """Whether the fact is known in the window: from its beginning where it must be whole."""
        first = self.world.first_day(fact)
        return first is not None and first <= (window.lo if window.whole else window.hi)

    def covers_after(self, fact: str, days: int) -> bool:
        """Whether the fact is known in the period or so many days after it."""
        return self.covers(fact, Window(self.start, self.end + days))

    def during(
        self, fact: str, window: Window, where: Where | None = None, at: str = "day"
    ) -> pd.DataFrame | None:
        """Rows whose `day` (or `until`, the end of an interval) lies in the window.

        None where the fact is not known then.
        """
        if not self.covers(fact, window):
            return None
        rows = self.world.facts[fact].rows
        days = rows[at].to_numpy()
        inside = (days >= window.lo) & (days <= window.hi)
        found = rows[inside & self.counts(fact, rows, window.hi, at)]
        return found if where is None else found[where(found)]

    def in_force(
        self, fact: str, day: int | None = None, where: Where | None = None
    ) -> pd.DataFrame | None:
        """Intervals that have begun by the end of a day and not ended by then."""
        day = self.end if day is None else day
        if not self.covers(fact, Window(day, day)):
            return None
        rows = self.world.facts[fact].rows
        lasting = (rows["day"].to_numpy() <= day) & (rows["until"].to_numpy() > day)
        found = rows[lasting & self.counts(fact, rows, day)]
        return found if where is None else found[where(found)]

    def scoped(self, fact: str, plan_day: int) -> pd.DataFrame:
        """Rows of a fact in scope, whenever they were."""
        rows = self.world.facts[fact].rows
        return rows[self.counts(fact, rows, plan_day)]

    def counts(self, name: str, rows: pd.DataFrame, plan_day: int, at: str = "day") -> np.ndarray:
        """Which rows of a table have the asked members; plan and tier are those of a day."""
        keep = np.ones(len(rows), dtype=bool)
        for dimension, members in self.scope:
            changing = dimension in ("plan", "tier")
            key = (name, dimension, members, plan_day if changing else at)
            if key not in self.world.cache:
                values = self._values(rows, dimension, plan_day, at)
                self.world.cache[key] = np.array([value in members for value in values], dtype=bool)
            keep &= self.world.cache[key]
        return keep

    def _values(self, rows: pd.DataFrame, dimension: str, plan_day: int, at: str) -> list[Any]:
        if dimension == "weekday":
            return [day_of(day).isoweekday() for day in rows[at]]
        if dimension in ("plan", "tier"):
            on = self.world.plan_on if dimension == "plan" else self.world.tier_on
            return [on(customer, plan_day) for customer in rows["by_customer"]]
        return list(rows[f"by_{dimension}"])


# Arithmetic where None is "no value": it goes through everything, and x/0 is one too.

Value = float | None


def count(rows: pd.DataFrame | None) -> Value:
    """How many rows."""
    return None if rows is None else float(len(rows))


def total(rows: pd.DataFrame | None, column: str) -> Value:
    """Sum of a column; empty cells add nothing."""
    if rows is None:
        return None
    return math.fsum(float(value) for value in rows[column] if value is not None and value == value)


def distinct(rows: pd.DataFrame | None, *columns: str) -> Value:
    """How many different keys; one with an empty part is no key."""
    return None if rows is None else float(len(keys(rows, *columns)))


def keys(rows: pd.DataFrame, *columns: str) -> set[tuple[Any, ...]]:
    """The different keys."""
    found = zip(*(rows[column] for column in columns), strict=True)
    return {key for key in found if all(part is not None for part in key)}


def divide(above: Value, below: Value) -> Value:
    """A quotient."""
    return None if above is None or below is None or below == 0 else above / below


def times(*factors: Value) -> Value:
    """A product."""
    known = [factor for factor in factors if factor is not None]
    return None if len(known) < len(factors) else math.prod(known)


def plus(*terms: Value) -> Value:
    """A sum."""
    known = [term for term in terms if term is not None]
    return None if len(known) < len(terms) else math.fsum(known)


def minus(value: Value, taken: Value) -> Value:
    """A difference."""
    return None if value is None or taken is None else value - taken


def growth(now: Value, base: Value) -> Value:
    """Relative change; from nothing, zero or less there is none."""
    if now is None or base is None or base <= 0:
        return None
    return now / base - 1
