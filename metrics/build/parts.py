"""Makes the part tables from staged facts: one function per kind, listed in `MAKERS`.

Each returns a select that `Workspace.create` turns into the part's table; its columns are
`day`, the part's dimensions and the numbers named in `parts.plan` and `kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Measure
from metrics.engines.conditions import condition
from metrics.engines.functions import (
    add_days,
    day_number,
    days_between,
    double,
    seconds_between,
)
from metrics.parts.joins import Attached, Joins
from metrics.parts.plan import Part
from metrics.sources.model import Fact

ZERO: Any = sa.literal_column("0")
ONE: Any = sa.literal_column("1")


@dataclass(frozen=True)
class Maker:
    """What every part is made from; measures `without_values` are no input of a score."""

    space: Workspace
    definitions: Definitions
    facts: Mapping[str, Fact]
    joins: Joins
    last_full_day: date
    without_values: frozenset[str] = frozenset()

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

    def conditions(self, where: Mapping[str, Any]) -> list[Any]:
        """SQL conditions of a definition's `where`."""
        return [
            term for name, wanted in where.items() for term in condition(self.column(name), wanted)
        ]

    @property
    def source(self) -> Any:
        """The FROM clause with every join asked for so far."""
        return self._attached.source


def make_part(maker: Maker, part: Part) -> None:
    """Create one part's table."""
    maker.space.create(part.name, MAKERS[part.kind](maker, part))


def measure_value(rows: Rows, measure: Measure) -> Any:
    """What one row adds to a measure."""
    staged, fact = rows.staged, rows.fact
    if measure.value is None:
        value: Any = ONE
    elif measure.value == "start_day":
        value = day_number(staged.c.day)
    elif measure.value == "seconds" and "seconds" not in fact.columns:
        assert fact.interval is not None
        value = seconds_between(staged.c[fact.interval.from_], staged.c[fact.interval.to])
    else:
        value = staged.c[measure.value]
    if measure.spread:
        length = days_between(staged.c.day, staged.c.until_day)
        value = double(value).op("/")(sa.func.nullif(double(length), ZERO))
    terms = rows.conditions(measure.where)
    return sa.case((sa.and_(*terms), value), else_=sa.null()) if terms else value


def _flow(maker: Maker, part: Part) -> Any:
    streams = []
    for at in ("start", "end"):
        names = [name for name in part.measures if maker.measure(name).at == at]
        if names:
            rows = Rows(maker, part.about)
            day = rows.staged.c.day if at == "start" else rows.staged.c.until_day
            values = {name: measure_value(rows, maker.measure(name)) for name in names}
            streams.append(_stream(maker, part, rows, day, values))
    return _sum_streams(streams, part)


def _stock(maker: Maker, part: Part) -> Any:
    streams = []
    for delay in sorted({maker.measure(name).delay for name in part.measures}):
        names = [name for name in part.measures if maker.measure(name).delay == delay]
        for sign in (1, -1):
            rows = Rows(maker, part.about)
            staged = rows.staged
            begins = add_days(staged.c.day, delay) if delay else staged.c.day
            day, clock = (begins, "clock") if sign > 0 else (staged.c.until_day, "until_clock")
            outlasts = sa.or_(staged.c.until_day.is_(None), staged.c.until_day > begins)
            terms = [outlasts] if delay else []
            values: dict[str, Any] = {}
            for name in names:
                measure = maker.measure(name)
                change = measure_value(rows, measure)
                values[name] = change if sign > 0 else -change
                if measure.clock:
                    values[f"{name}__clock"] = values[name] * staged.c[clock]
            streams.append(_stream(maker, part, rows, day, values, *terms))
    return _sum_streams(streams, part)


def _stream(
    maker: Maker, part: Part, rows: Rows, day: Any, values: Mapping[str, Any], *terms: Any
) -> tuple[Any, Mapping[str, Any]]:
    dimensions = [rows.column(name).label(name) for name in part.dimensions]
    statement = (
        sa.select(day.label("day"), *dimensions, *[v.label(n) for n, v in values.items()])
        .select_from(rows.source)
        .where(day.is_not(None), day <= maker.horizon, *terms)
    )
    return statement, values


def _sum_streams(streams: Sequence[tuple[Any, Mapping[str, Any]]], part: Part) -> Any:
    """Union of the streams, summed per day and roll-up; a stream lacks others' measures."""
    names = list(dict.fromkeys(name for _, values in streams for name in values))
    aligned = []
    for statement, values in streams:
        sub = statement.subquery()
        numbers = [(sub.c[n] if n in values else ZERO).label(n) for n in names]
        aligned.append(sa.select(sub.c.day, *[sub.c[d] for d in part.dimensions], *numbers))
    rows = (sa.union_all(*aligned) if len(aligned) > 1 else aligned[0]).subquery("rows")
    keys = [rows.c.day, *[rows.c[dimension] for dimension in part.dimensions]]
    sums = [sa.func.coalesce(sa.func.sum(rows.c[name]), ZERO).label(name) for name in names]
    return sa.select(*keys, *sums).group_by(*keys)


def _distinct(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    staged = rows.staged
    keys = [*measure.key, *part.within]
    terms = rows.conditions(measure.where)
    days = (
        sa.select(*[rows.column(key).label(key) for key in keys], staged.c.day)
        .select_from(rows.source)
        .where(*[rows.column(key).is_not(None) for key in measure.key], *terms)
        .distinct()
        .subquery("days")
    )
    previous = sa.func.lag(days.c.day).over(
        partition_by=[days.c[key] for key in keys], order_by=days.c.day
    )
    gaps = sa.select(*days.c, previous.label("prev_day")).subquery("gaps")
    source, dimensions = maker.attach(gaps, keys, part.dimensions)
    groups = [gaps.c.day, gaps.c.prev_day, *dimensions]
    return (
        sa.select(*groups, sa.func.count().label("n"))
        .select_from(source)
        .group_by(gaps.c.day, gaps.c.prev_day, *[_bare(column) for column in dimensions])
    )


def _movement(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    staged = rows.staged
    value = measure_value(rows, measure)
    both = sa.union_all(
        sa.select(staged.c.customer_id, staged.c.day, value.label("delta")).select_from(
            rows.source
        ),
        sa.select(staged.c.customer_id, staged.c.until_day.label("day"), (-value).label("delta"))
        .select_from(rows.source)
        .where(staged.c.until_day.is_not(None))
        .where(staged.c.until_day <= maker.horizon),
    ).subquery("both")
    daily = (
        sa.select(both.c.customer_id, both.c.day, sa.func.sum(both.c.delta).label("delta"))
        .group_by(both.c.customer_id, both.c.day)
        .having(sa.func.sum(both.c.delta) != 0)
        .subquery("daily")
    )
    balance = sa.func.sum(daily.c.delta).over(
        partition_by=daily.c.customer_id, order_by=daily.c.day
    )
    running = sa.select(*daily.c, balance.label("balance")).subquery("running")
    paying = sa.case((running.c.balance > 0, running.c.day))
    first = sa.func.min(paying).over(partition_by=running.c.customer_id)
    return sa.select(
        running.c.day,
        running.c.customer_id,
        running.c.delta.label(part.about),
        first.label("first_day"),
    )


def _cohort(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    assert measure.anchor is not None
    rows, anchors = Rows(maker, measure.fact), maker.staged(measure.anchor.fact)
    staged, terms = rows.staged, rows.conditions(measure.where)
    key = measure.key[0]
    anchor_key = anchors.c[measure.anchor.key]
    start = (
        sa.select(anchor_key.label(key), sa.func.min(anchors.c.day).label("day"))
        .where(anchor_key.is_not(None))
        .group_by(anchor_key)
        .subquery("anchor")
    )
    age = days_between(start.c.day, staged.c.day)
    ages = (
        sa.select(start.c[key], start.c.day, sa.case((age < 0, 0), else_=age).label("age"))
        .select_from(start.join(rows.source, staged.c[key] == start.c[key]))
        .where(*terms)
        .distinct()
        .subquery("ages")
    )
    previous = sa.func.lag(ages.c.age).over(partition_by=ages.c[key], order_by=ages.c.age)
    reached = sa.select(*ages.c, previous.label("prev_age"))
    members = sa.select(
        *start.c,
        sa.cast(sa.null(), sa.BigInteger()).label("age"),
        sa.cast(sa.null(), sa.BigInteger()).label("prev_age"),
    )
    cohort = sa.union_all(reached, members).subquery("cohort")
    source, dimensions = maker.attach(cohort, [key], part.dimensions)
    groups = [cohort.c.day, cohort.c.age, cohort.c.prev_age]
    return (
        sa.select(*groups, *dimensions, sa.func.count().label("n"))
        .select_from(source)
        .group_by(*groups, *[_bare(column) for column in dimensions])
    )


def _rows(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    terms = rows.conditions(measure.where)
    value = rows.column(measure.value or "")
    columns = [rows.column(name).label(name) for name in ("day", *part.dimensions)]
    statement = sa.select(*columns, double(value).label(part.about))
    return statement.select_from(rows.source).where(value.is_not(None), *terms)


def _snapshot(maker: Maker, part: Part) -> Any:
    rows = Rows(maker, part.about)
    values = {name: measure_value(rows, maker.measure(name)) for name in part.measures}
    return _sum_streams([_stream(maker, part, rows, rows.staged.c.day, values)], part)


def _bare(labelled: Any) -> Any:
    return labelled.element


MAKERS: dict[str, Callable[[Maker, Part], Any]] = {
    "flow": _flow,
    "stock": _stock,
    "distinct": _distinct,
    "movement": _movement,
    "cohort": _cohort,
    "rows": _rows,
    "snapshot": _snapshot,
}
