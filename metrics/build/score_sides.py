"""What happened to each entity on each day: the raw material of a score's inputs.

A window of n days is a running sum whose rows leave again n days later, so every input of a
score is read by one pass over the days of an entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ONE, Maker, Rows, begins_on, measure_value
from metrics.definitions.score import ScoreInput
from metrics.engines.functions import add_days, day_number, double
from metrics.periods import parse_shift

MONEY_UNITS = 10_000


@dataclass(frozen=True)
class Side:
    """One number of an input.

    base     name of what happened, which several sides may read in their own way;
    rows     and the select of it: entity, day, value, many per day.
    column   the column of the rows that is read; those that weigh it by a day number have `weight`.
    reads    running: sum so far;  integral: levels summed over days;  age: days since start;
             last: last day with a row;  today: the day's own value.
    expires  days after which a contribution leaves again; 0 for never.
    units    how many of the rows' values make one: money is counted in ten-thousandths, whole
             numbers whose sums are exact.
    """

    name: str
    base: str
    rows: Any
    reads: str
    expires: int = 0
    units: int = 1
    column: str = "value"

    @property
    def columns(self) -> dict[str, str]:
        """Its columns among the days of an entity, and the columns of the rows they come from."""
        weight = {f"{self.name}_w": "weight"} if self.reads in ("integral", "age") else {}
        return {self.name: self.column, **weight}


def member_sides(maker: Maker, score: str, key: str, other: str, scored: Any) -> tuple[Side, ...]:
    """Sum and count of another score on the day, over the entities that belong to this one."""
    name = f"stage_{score}_by_{key}"
    if name not in maker.space.tables:
        maker.space.create(name, _members(maker, key, other, scored), keep=False)
    table = maker.space.tables[name]
    rows = sa.select(*table.c)
    return (
        Side(f"{score}_total", name, rows, "today", column="total"),
        Side(f"{score}_members", name, rows, "today", column="members"),
    )


def _members(maker: Maker, key: str, other: str, scored: Any) -> Any:
    source, owner = maker.attach(scored, [other], [key])
    entity = owner[0].element
    return (
        sa.select(
            entity.label("entity"),
            scored.c.day,
            sa.func.sum(scored.c.score).label("total"),
            double(sa.func.count()).label("members"),
        )
        .select_from(source)
        .group_by(entity, scored.c.day)
    )


def side_of(maker: Maker, key: str, name: str, spec: ScoreInput, window: str) -> Side:
    """The side that one measure gives an input, over a window of its own."""
    length = parse_shift(window).days
    kind = maker.measure(name).kind
    if spec.take == "keys":
        label = f"{name}_keys_{length}"
        return Side(label, label, _key_changes(maker, key, name, length), "running")
    if spec.take == "age":
        rows = _stock_changes(maker, key, name, 1, as_age=True)
        return Side(f"{name}_age", f"{name}_starts", rows, "age")
    if spec.take in ("since", "days"):
        base, rows = f"{name}_days", _active_days(maker, key, name)
        if spec.take == "since":
            return Side(f"{name}_last", base, rows, "last")
        return Side(f"{name}_days_{length}", base, rows, "running", length)
    if kind in ("stock", "movement"):
        if spec.take == "level":
            return stock_side(maker, key, name)
        units = _units(maker, name)
        rows = _stock_changes(maker, key, name, units)
        return Side(f"{name}_time_{length}", f"{name}_changes", rows, "integral", length, units)
    rows = _keys_of_day(maker, key, name) if kind == "distinct" else _flow(maker, key, name)
    return Side(f"{name}_sum_{length}", f"{name}_sum", rows, "running", length)


def _flow(maker: Maker, key: str, name: str) -> Any:
    measure = maker.measure(name)
    rows = Rows(maker, measure.fact)
    value = measure_value(rows, measure)
    day = rows.staged.c.day if measure.at == "start" else rows.staged.c.until_day
    columns = (rows.column(key).label("entity"), day.label("day"), value.label("value"))
    return sa.select(*columns).select_from(rows.source)


def _distinct(maker: Maker, key: str, name: str, by_key: bool) -> Any:
    """Days with a row, once per entity, or once per key the measure counts."""
    measure = maker.measure(name)
    rows = Rows(maker, measure.fact)
    columns = {"entity": rows.column(key), "day": rows.staged.c.day}
    if by_key:
        columns |= {f"k{i}": rows.column(column) for i, column in enumerate(measure.key)}
    given = [rows.column(column).is_not(None) for column in measure.key]
    terms = [*rows.conditions(measure.where), *given]
    return (
        sa.select(*[column.label(label) for label, column in columns.items()])
        .select_from(rows.source)
        .where(*terms)
        .distinct()
    )


def _active_days(maker: Maker, key: str, name: str) -> Any:
    days = _distinct(maker, key, name, by_key=False).subquery("days")
    return sa.select(days.c.entity, days.c.day, ONE.label("value"))


def _keys_of_day(maker: Maker, key: str, name: str) -> Any:
    days = _distinct(maker, key, name, by_key=True).subquery("days")
    return sa.select(days.c.entity, days.c.day, ONE.label("value"))


def stock_side(maker: Maker, key: str, name: str) -> Side:
    """The level of a stock at the end of a day."""
    units = _units(maker, name)
    rows = _stock_changes(maker, key, name, units)
    return Side(f"{name}_level", f"{name}_changes", rows, "running", units=units)


def _units(maker: Maker, name: str) -> int:
    measure = maker.measure(name)
    column = maker.facts[measure.fact].columns.get(measure.value or "")
    return MONEY_UNITS if column is not None and column.type == "money" else 1


def _stock_changes(maker: Maker, key: str, name: str, units: int, as_age: bool = False) -> Any:
    """Changes of a stock, with the day number of the change, or of the interval's start."""
    measure = maker.measure(name)
    streams = []
    for sign in (1, -1):
        rows = Rows(maker, measure.fact)
        staged = rows.staged
        begins, terms = begins_on(rows, measure)
        value = measure_value(rows, measure)
        if units > 1:
            value = sa.cast(value * units, sa.BigInteger())
        day = begins if sign > 0 else staged.c.until_day
        change = value if sign > 0 else -value
        number = day_number(staged.c.day if as_age else day)
        streams.append(
            sa.select(
                rows.column(key).label("entity"),
                day.label("day"),
                change.label("value"),
                (change * number).label("weight"),
            )
            .select_from(rows.source)
            .where(day.is_not(None), day <= maker.horizon, *terms)
        )
    return sa.union_all(*streams)


def _key_changes(maker: Maker, key: str, name: str, length: int) -> Any:
    """+1 when a key starts to count for an entity, -1 when its window runs out unrenewed."""
    days = _distinct(maker, key, name, by_key=True).subquery("days")
    keys = [column for column in days.c if column.name != "day"]
    number = day_number(days.c.day)
    before = sa.func.lag(number).over(partition_by=keys, order_by=days.c.day)
    after = sa.func.lead(number).over(partition_by=keys, order_by=days.c.day)
    gaps = sa.select(
        days.c.entity, days.c.day, (number - before).label("since"), (after - number).label("next")
    ).subquery("gaps")
    begins = sa.select(gaps.c.entity, gaps.c.day, ONE.label("value")).where(
        sa.or_(gaps.c.since.is_(None), gaps.c.since >= length)
    )
    ends = sa.select(
        gaps.c.entity, add_days(gaps.c.day, length).label("day"), (-ONE).label("value")
    ).where(sa.or_(gaps.c.next.is_(None), gaps.c.next >= length))
    return sa.union_all(begins, ends)
