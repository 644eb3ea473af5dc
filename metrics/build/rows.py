"""Rows of a staged fact as parts and scores look at them: columns, values, conditions, spans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Ahead, Measure
from metrics.engines.conditions import condition
from metrics.engines.functions import add_days, day_number, days_between, double, seconds_between
from metrics.parts.joins import Attached, Joins
from metrics.sources.model import Fact

ZERO: Any = sa.literal_column("0")
ONE: Any = sa.literal_column("1")


@dataclass(frozen=True)
class Maker:
    """What every part is made from."""

    space: Workspace
    definitions: Definitions
    facts: Mapping[str, Fact]
    joins: Joins
    last_full_day: date

    def measure(self, name: str) -> Measure:
        """The measure of a name."""
        return self.definitions.measures[name]

    def staged(self, fact: str) -> Any:
        """The staged table of a fact."""
        return self.space.tables[stage_name(fact)]

    def entities(self) -> dict[str, sa.TableClause]:
        """Entity tables of this build by entity name."""
        return {name: self.space.tables[entity_name(name)] for name in self.joins.entities}

    @property
    def horizon(self) -> Any:
        """The last full day as SQL."""
        return sa.cast(sa.literal(self.last_full_day.isoformat()), sa.Date())

    def attach(self, base: Any, columns: Sequence[str], names: Sequence[str]) -> tuple[Any, list]:
        """FROM clause and labelled columns for dimension names, from a base with `columns`."""
        attached = Attached(base, self.entities())
        found = []
        for name in names:
            path = self.joins.path(name, columns)
            if path is None:
                raise LookupError(f"roll-up column '{name}' cannot be reached")
            found.append(attached.column(path).label(name))
        return attached.source, found


class Rows:
    """A staged fact whose columns include attributes reached along references."""

    def __init__(self, maker: Maker, fact: str) -> None:
        self.fact = maker.facts[fact]
        self.staged = maker.staged(fact)
        self._maker = maker
        self._attached = Attached(self.staged, maker.entities())
        self._known = [column.name for column in self.staged.c]

    def column(self, name: str) -> Any:
        """A column of the fact, or of an entity it refers to."""
        path = self._maker.joins.path(name, self._known)
        if path is None:
            raise LookupError(f"'{name}' cannot be reached")
        return self._attached.column(path)

    def number(self, name: str) -> Any:
        """A column, or what every interval has without one (see `model.SPECIALS`)."""
        if name in SPECIALS and name not in self.fact.columns:
            return SPECIALS[name](self)
        return self.column(name)

    def conditions(self, where: Mapping[str, Any]) -> list[Any]:
        """SQL conditions of a definition's `where`."""
        return [term for name, wanted in where.items() for term in self._condition(name, wanted)]

    def _condition(self, name: str, wanted: Any) -> list[Any]:
        if isinstance(wanted, Ahead):
            ahead = days_between(self.staged.c.day, self.column(name))
            return condition(ahead, wanted.days_ahead)
        return condition(self.number(name), wanted)

    @property
    def source(self) -> Any:
        """The FROM clause with every join asked for so far."""
        return self._attached.source


def _seconds(rows: Rows) -> Any:
    interval = rows.fact.interval
    assert interval is not None
    return seconds_between(rows.staged.c[interval.from_], rows.staged.c[interval.to])


SPECIALS: dict[str, Callable[[Rows], Any]] = {
    "days": lambda rows: days_between(rows.staged.c.day, rows.staged.c.until_day),
    "seconds": _seconds,
    "start_day": lambda rows: day_number(rows.staged.c.day),
    "end_day": lambda rows: day_number(rows.staged.c.until_day),
    "start_second": lambda rows: rows.staged.c.clock,
}


WHOLE = frozenset({"days", "start_day", "end_day"})


def is_whole(maker: Maker, measure: Measure) -> bool:
    """Whether a measure adds integers only, as far as its own fact tells."""
    if measure.value is None or measure.spread:
        return not measure.spread
    columns = maker.facts[measure.fact].columns
    if measure.value in columns:
        return columns[measure.value].type == "integer"
    return measure.value in WHOLE


def measure_value(rows: Rows, measure: Measure) -> Any:
    """What one row adds to a measure."""
    staged = rows.staged
    value: Any = ONE if measure.value is None else rows.number(measure.value)
    if measure.spread:
        length = days_between(staged.c.day, staged.c.until_day)
        value = double(value).op("/")(sa.func.nullif(double(length), ZERO))
    terms = rows.conditions(measure.where)
    return sa.case((sa.and_(*terms), value), else_=sa.null()) if terms else value


def begins_on(rows: Rows, measure: Measure) -> tuple[Any, list[Any]]:
    """The day from which an interval counts for a stock, and what else must hold for it to count.

    `delay` moves the start forward, `last` to so many days before the end.
    """
    day, until = rows.staged.c.day, rows.staged.c.until_day
    if measure.delay:
        begins = add_days(day, measure.delay)
        return begins, [sa.or_(until.is_(None), until > begins)]
    if measure.last:
        begins = add_days(until, -measure.last)
        return sa.case((begins > day, begins), else_=day), [until.is_not(None)]
    return day, []
