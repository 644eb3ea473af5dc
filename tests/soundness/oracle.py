"""The right answers, from the raw rows, one row and one day at a time.

Nothing of the layer is used or imitated: what a metric means is written out again in plain loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from tests.soundness.company import AS_OF, ENTITIES, FACTS, random_rows
from tests.soundness.plain import DAY, local, midnight, month_before, month_end_before, same_bucket

Value = float | None
Row = dict[str, Any]
Members = Mapping[str, frozenset[str | None]]


@dataclass(frozen=True)
class Asked:
    """A period up to what is known, the members that count, and those of one row."""

    start: date
    end: date
    where: Members = field(default_factory=dict)
    member: Members = field(default_factory=dict)

    @property
    def members(self) -> list[tuple[str, frozenset[str | None]]]:
        return [*self.where.items(), *self.member.items()]

    def moved(self) -> Asked:
        """The period a month before."""
        end = month_end_before(self.end)
        return replace(self, start=min(month_before(self.start), end), end=end)

    def window(self, text: str) -> tuple[date, date, bool]:
        """First and last day looked at, and whether all of them must be known."""
        if text == "period":
            return self.start, self.end, False
        if text == "month to date":
            return same_bucket(self.end, "month")[0], self.end, False
        if text == "quarter to date":
            return same_bucket(self.end, "quarter")[0], self.end, False
        if text == "a month":
            return month_end_before(self.end) + DAY, self.end, True
        return self.end - (int(text.split()[0]) - 1) * DAY, self.end, True


class Oracle:
    """The company's rows as they are used: once per key, with days and attributes."""

    def __init__(self, seed: int) -> None:
        raw = random_rows(seed)
        self.customers = by_key(ENTITIES["customers"], raw["customers"])
        self.users = by_key(ENTITIES["users"], raw["users"])
        self.plans = [as_row(ENTITIES["plans"], row) for row in raw["plans"]]
        self.facts = {name: usable(FACTS[name], raw[name]) for name in FACTS}
        for row in self.facts["visits"]:
            row["role"] = self.user(row["user_id"]).get("role")
            row["hour"] = str(local(row["came_at"]).hour)
        for rows in self.facts.values():
            for row in rows:
                customer = row.get("customer_id")
                row["industry"] = self.industry(customer)
                row["weekday"] = str(row["day"].isoweekday())
        self.first_day = {
            name: min(row["day"] for row in rows) for name, rows in self.facts.items()
        }
        self.last_day = dict.fromkeys(FACTS, AS_OF)
        self.last_day["deals"] = max(row["day"] for row in self.facts["deals"])

    # Attributes

    def user(self, user: str | None) -> Row:
        return self.users.get(user or "", {})

    def industry(self, customer: str | None) -> str | None:
        return self.customers.get(customer or "", {}).get("industry")

    @cache  # noqa: B019
    def plan(self, customer: str | None, day: date) -> str | None:
        """The plan in force at the end of a day."""
        begun = [p for p in self.plans if p["customer_id"] == customer and p["since"] <= day]
        return max(begun, key=lambda p: p["since"])["plan"] if begun else None

    def counts(self, row: Row, asked: Asked, plan_day: date) -> bool:
        """Whether a row's attributes are among the members asked for."""
        return all(
            (self.plan(row.get("customer_id"), plan_day) if name == "plan" else row[name]) in wanted
            for name, wanted in asked.members
        )

    def as_users(self, rows: Iterable[Row]) -> list[Row]:
        """Rows with the attributes of their user instead of their own; without users left out."""
        found = []
        for row in rows:
            if row["user_id"] is not None:
                about = self.user(row["user_id"])
                customer = about.get("customer_id")
                found.append(
                    {
                        **row,
                        "customer_id": customer,
                        "industry": self.industry(customer),
                        "role": about.get("role"),
                    }
                )
        return found

    # Rows of a window

    def known(self, lo: date, hi: date, whole: bool, *facts: str) -> bool:
        """Whether the facts can tell about the window: all of it, or at least its end."""
        first = max(self.first_day[fact] for fact in facts)
        return hi >= first and (lo >= first or not whole)

    def during(self, fact: str, asked: Asked, window: str = "period") -> list[Row] | None:
        """Rows whose day lies in the window; None where nothing is known of it."""
        lo, hi, whole = asked.window(window)
        if not self.known(lo, hi, whole, fact):
            return None
        rows = [row for row in self.facts[fact] if lo <= row["day"] <= hi]
        return [row for row in rows if self.counts(row, asked, hi)]

    def visiting_users(self, asked: Asked, window: str = "period") -> list[Row] | None:
        """Like `during` for visits, with the attributes of the users."""
        lo, hi, whole = asked.window(window)
        if not self.known(lo, hi, whole, "visits"):
            return None
        rows = self.as_users(row for row in self.facts["visits"] if lo <= row["day"] <= hi)
        return [row for row in rows if self.counts(row, asked, hi)]

    def open_at(self, fact: str, day: date, delay: int = 0) -> Iterator[Row]:
        """Intervals in force at the end of a day."""
        for row in self.facts[fact]:
            if row["day"] + delay * DAY <= day and (row["until"] is None or row["until"] > day):
                yield row

    def stock(self, fact: str, asked: Asked, delay: int = 0) -> list[Row] | None:
        """Intervals in force at the period's end; None before the first day."""
        if asked.end < self.first_day[fact]:
            return None
        rows = self.open_at(fact, asked.end, delay)
        return [row for row in rows if self.counts(row, asked, asked.end)]

    # Balances per customer

    @cache  # noqa: B019  one oracle lives as long as its test
    def mrr(self, day: date) -> dict[str | None, float]:
        """What each customer pays at the end of a day."""
        found: dict[str | None, float] = {}
        for row in self.open_at("subscriptions", day):
            found[row["customer_id"]] = found.get(row["customer_id"], 0) + row["mrr"]
        return found

    @cache  # noqa: B019
    def began(self, customer: str | None) -> date | None:
        """The first day the customer ever paid anything."""
        day = self.first_day["subscriptions"]
        while day <= AS_OF:
            if self.mrr(day).get(customer, 0) > 0:
                return day
            day += DAY
        return None


def as_row(table: Mapping[str, Any], values: Iterable[Any]) -> Row:
    return dict(zip(table["columns"], values, strict=True))


def by_key(table: Mapping[str, Any], rows: Iterable[Iterable[Any]]) -> dict[str, Row]:
    """One row for each key: the smallest by the other columns."""
    key = table["key"]
    named = [row for row in (as_row(table, values) for values in rows) if row[key] is not None]
    named.sort(key=lambda row: [(value is None, str(value)) for value in row.values()])
    found: dict[str, Row] = {}
    for row in named:
        found.setdefault(row[key], row)
    return found


def usable(table: Mapping[str, Any], rows: Iterable[Iterable[Any]]) -> list[Row]:
    """Rows with a time, not after the last full day, that do not end before they start, once."""
    interval = table.get("interval")
    time = interval["from"] if interval else table["time"]
    kept = []
    for values in rows:
        row = as_row(table, values)
        until = row[interval["to"]] if interval else None
        if row[time] is None or day_of(row[time]) > AS_OF:
            continue
        if until is not None and until < row[time]:
            continue
        row |= {"day": day_of(row[time]), "until": day_of(until) if until else None}
        kept.append(row)
    kept.sort(key=lambda row: (row[time], [str(value) for value in row.values()]))
    found: dict[tuple[Any, ...], Row] = {}
    for row in kept:
        found.setdefault(tuple(row[name] for name in table["key"]), row)
    return list(found.values())


def day_of(moment: date | datetime) -> date:
    """A date as it is, an instant as the day on the company's clocks."""
    return local(moment).date() if isinstance(moment, datetime) else moment


def hours_down(row: Row, lo: date, hi: date) -> float:
    """Hours of an outage between the start of one day and the end of another."""
    start = max(row["down_at"].replace(tzinfo=UTC), midnight(lo))
    end = midnight(hi + DAY)
    if row["up_at"] is not None:
        end = min(end, row["up_at"].replace(tzinfo=UTC))
    return max(0.0, (end - start).total_seconds() / 3600)


def quantile(values: list[float], q: float) -> Value:
    """Linear between neighbours."""
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def ratio(upper: Value, lower: Value) -> Value:
    return None if upper is None or lower in (None, 0) else upper / lower


def growth(now: Value, before: Value) -> Value:
    return None if now is None or before is None or before <= 0 else now / before - 1


def minus(left: Value, right: Value) -> Value:
    return None if left is None or right is None else left - right


Reading = Callable[[Oracle, Asked], Value]
