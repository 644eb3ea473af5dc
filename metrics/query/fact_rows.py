"""The rows of a fact that a number is made of, and how each kind of number takes them.

sum        rows of the window's days, each adds its value
level      rows in force at the end of the window's last day
time_days  rows in force on any day of the window, each adds its value for every such day
keys       rows of the window's days that name the key, counted once per key
key_days   the same, once per key and day
quantile   rows of the window's days with a value
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import Maker, Rows, begins_on, measure_value
from metrics.definitions.expressions import Leaf
from metrics.definitions.model import Measure
from metrics.engines.conditions import condition
from metrics.engines.functions import days_between, double, iso_weekday, quantile
from metrics.parts.joins import Joins, Path
from metrics.parts.plan import Part
from metrics.periods import Window
from metrics.sources.model import Fact

DERIVED = ("day", "until_day", "hour")


@dataclass(frozen=True)
class Taken:
    """A select of rows, and what they make together.

    rows   `source` and `terms` of the rows, newest first by `order`;
    adds   what one row adds, None where rows are counted once per key;
    total  the aggregate that should equal the number.
    """

    rows: Rows
    source: Any
    terms: list[Any]
    order: list[Any]
    adds: Any
    total: Any

    def page(self, columns: Mapping[str, Any], size: int, offset: int) -> Any:
        """The select of one page of rows."""
        shown = [column.label(name) for name, column in columns.items()]
        statement = sa.select(*shown).select_from(self.source).where(*self.terms)
        return statement.order_by(*self.order).limit(size).offset(offset)

    def sum_up(self) -> Any:
        """The select of how many rows there are and what they make."""
        numbers = (sa.func.count().label("rows"), self.total.label("total"))
        return sa.select(*numbers).select_from(self.source).where(*self.terms)


def taken(maker: Maker, leaf: Leaf, part: Part, where: Mapping[str, Any], days: Window) -> Taken:
    """The rows one leaf takes on some days under some filters; its take must be in `TAKES`."""
    measure = maker.measure(leaf.measure)
    rows = Rows(maker, measure.fact)
    terms, adds, total = TAKES[leaf.take](rows, measure, leaf, days)
    terms += rows.conditions(measure.where)
    filters = _Filters(maker, rows, measure, part, days)
    for name, wanted in (*leaf.where, *where.items()):
        terms += filters.terms(name, wanted)
    return Taken(rows, filters.source, terms, _newest_first(rows, measure), adds, total)


def day_of(rows: Rows, measure: Measure) -> Any:
    """The day on which a row counts."""
    return rows.staged.c.until_day if measure.at == "end" else rows.staged.c.day


def _newest_first(rows: Rows, measure: Measure) -> list[Any]:
    staged = rows.staged
    clock = "until_clock" if measure.at == "end" else "clock"
    order = [day_of(rows, measure).desc()]
    if clock in staged.c:
        order.append(staged.c[clock].desc().nulls_last())
    return [*order, *[staged.c[key].asc() for key in rows.fact.key]]


@dataclass
class _Filters:
    """Filters by dimension, along the ways the part that answers the number goes."""

    maker: Maker
    rows: Rows
    measure: Measure
    part: Part
    days: Window
    _histories: Any = None

    @property
    def source(self) -> Any:
        """The FROM clause with all that was joined."""
        joined = self.rows.source
        for history, on in self._histories or ():
            joined = sa.outerjoin(joined, history, on)
        return joined

    def terms(self, name: str, wanted: Any) -> list[Any]:
        """Conditions of one filter."""
        path = path_of(self.maker.joins, self.rows.fact, self.measure, self.part, name)
        if path.calendar:
            return condition(iso_weekday(day_of(self.rows, self.measure)), wanted)
        if not path.as_of:
            return condition(self.rows.at(path), wanted)
        step = path.steps[-1]
        assert step.since is not None
        table = self.maker.entities()[step.entity].alias(f"as_of_{name}")
        owner = self.rows.at(Path(path.steps[:-1], step.via))
        day = sa.literal(self.days.hi, sa.Date())
        until = sa.or_(table.c.valid_to.is_(None), table.c.valid_to > day)
        on = sa.and_(owner == table.c[step.key], table.c[step.since] <= day, until)
        self._histories = [*(self._histories or ()), (table, on)]
        return condition(table.c[path.column], wanted)


def path_of(joins: Joins, fact: Fact, measure: Measure, part: Part, name: str) -> Path:
    """From the fact to a part's column, and from there to the dimension."""
    own = [*fact.columns, *DERIVED]
    if part.kind == "distinct":
        own = [*measure.key, *measure.within]
    there = joins.path(name, part.columns)
    assert there is not None
    start = there.steps[0].via if there.steps else there.column
    here = joins.path(start, own)
    assert here is not None
    steps = (*here.steps, *there.steps)
    return Path(steps, there.column if there.steps else here.column, there.calendar)


def entities_of(
    joins: Joins, fact: Fact, measure: Measure, part: Part, filters: Iterable[str]
) -> set[str]:
    """Entities whose attributes the rows of a leaf are told by."""
    own = (*measure.where, *measure.key, *filter(None, [measure.value]))
    paths = [joins.path(name, [*fact.columns, *DERIVED]) for name in own]
    paths += [path_of(joins, fact, measure, part, name) for name in filters]
    return {step.entity for path in paths if path for step in path.steps}


Found = tuple[list[Any], Any, Any]


def _sum(rows: Rows, measure: Measure, leaf: Leaf, days: Window) -> Found:
    adds = measure_value(rows, measure)
    return [*_within(day_of(rows, measure), days), adds.is_not(None)], adds, sa.func.sum(adds)


def _level(rows: Rows, measure: Measure, leaf: Leaf, days: Window) -> Found:
    begins, terms = begins_on(rows, measure)
    until, adds = rows.staged.c.until_day, measure_value(rows, measure)
    in_force = [begins <= days.hi, sa.or_(until.is_(None), until > days.hi)]
    return [*in_force, *terms, adds.is_not(None)], adds, sa.func.sum(adds)


def _time_days(rows: Rows, measure: Measure, leaf: Leaf, days: Window) -> Found:
    begins, terms = begins_on(rows, measure)
    until, value = rows.staged.c.until_day, measure_value(rows, measure)
    first = sa.literal(days.lo, sa.Date())
    last = sa.literal(days.hi, sa.Date())
    starts = sa.case((begins > first, begins), else_=first)
    ends = sa.case((until <= last, days_between(first, until)), else_=days_between(first, last) + 1)
    adds = value * (ends - days_between(first, starts))
    in_force = [begins <= days.hi, sa.or_(until.is_(None), until > days.lo)]
    return [*in_force, *terms, value.is_not(None)], adds, sa.func.sum(adds)


def _keys(rows: Rows, measure: Measure, leaf: Leaf, days: Window) -> Found:
    keys = [rows.column(key) for key in measure.key]
    if leaf.take == "key_days":
        keys = [rows.staged.c.day, *keys]
    terms = [*_within(rows.staged.c.day, days), *[key.is_not(None) for key in keys]]
    return terms, None, sa.func.count(sa.distinct(_one_text(keys)))


def _one_text(keys: list[Any]) -> Any:
    """Several columns as one text; a length before each keeps 'a', 'bc' from being 'ab', 'c'."""
    texts = [sa.cast(key, sa.String()) for key in keys]
    if len(texts) == 1:
        return texts[0]
    whole: Any = sa.literal("")
    for text in texts:
        whole = whole + sa.cast(sa.func.length(text), sa.String()) + sa.literal(":") + text
    return whole


def _quantile(rows: Rows, measure: Measure, leaf: Leaf, days: Window) -> Found:
    value = rows.number(measure.value or "")
    at = quantile(sa.literal_column(repr(float(leaf.number or 0.5))), double(value))
    return [*_within(day_of(rows, measure), days), value.is_not(None)], value, at


def _within(day: Any, days: Window) -> list[Any]:
    return [day >= days.lo, day <= days.hi]


TAKES: dict[str, Callable[[Rows, Measure, Leaf, Window], Found]] = {
    "sum": _sum,
    "level": _level,
    "time_days": _time_days,
    "keys": _keys,
    "key_days": _keys,
    "quantile": _quantile,
}
TOGETHER = {
    "sum": "added up",
    "level": "added up, as of the end",
    "time_days": "added up over days",
    "keys": "each counted once",
    "key_days": "each counted once a day",
    "quantile": "is their quantile",
}
NO_ROWS = {
    "cohort": "it counts who came back later, which no single row tells",
    "score": "a score is blended from many numbers for each entity",
    "snapshot": "its source only tells the present state, so the rows of that day are gone",
    "movement": "each customer is classified once by both ends of the window",
    "entities": "it looks at one number for each entity, not at rows",
    "history": "it also depends on what was active before the window",
    "seconds": "it adds up parts of rows, to the second",
}


def why_no_rows(leaf: Leaf, measure: Measure | None, per_entity: bool) -> str:
    """Why a leaf's number has no rows to show; empty when it has."""
    if measure is None:
        return NO_ROWS["score"]
    if per_entity:
        return NO_ROWS["entities"]
    if measure.kind in ("cohort", "snapshot"):
        return NO_ROWS[measure.kind]
    if leaf.take == "time_seconds":
        return NO_ROWS["seconds"]
    if leaf.take in TAKES:
        return ""
    return NO_ROWS["movement" if measure.kind == "movement" else "history"]


def counts_rows(measure: Measure) -> bool:
    """Whether each row adds just one."""
    return measure.value is None and not measure.spread
