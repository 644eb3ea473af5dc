"""What the windows of entities hold on each day: one pass per kind of entity.

    events    entity, day, one column per side: what happened that day
    changes   the same with what leaves a window again, and with beginning and end of existence
    spans     the sums and last days so far, from one change to the next
    days      a row for every day of a span on which the entity exists

Most days bring no change, so sums are made over changes and spread over days only then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ONE, ZERO, Maker, Rows
from metrics.build.score_sides import Side
from metrics.engines.functions import EPOCH, add_days, day_number, double, each_day

FIRST_DAY = date(1970, 1, 1)


def windows_of(
    maker: Maker, key: str, population: str, from_day: date, sides: Sequence[Side]
) -> tuple[Any, str]:
    """Entity, day and a column per side for each day from one on; and the table to drop."""
    events = _events(maker, sides)
    spans = _spans(_changes(maker, population, key, events, sides), sides)
    days = _days(maker, spans, from_day)
    columns = [READS[side.reads](days, side).label(side.name) for side in sides]
    day = add_days(EPOCH, days.c.d).label("day")
    return sa.select(days.c.entity, day, *columns).subquery("windows"), events.name


def _events(maker: Maker, sides: Sequence[Side]) -> Any:
    """What happened, one row per entity and day, as a staged table; each base is read once."""
    bases: dict[str, dict[str, str]] = {}
    rows = {side.base: side.rows for side in sides}
    for side in sides:
        wanted = bases.setdefault(side.base, {})
        wanted |= {_event(side.base, column): column for column in side.columns.values()}
    names = [name for wanted in bases.values() for name in wanted]
    streams = [_by_day(maker, rows[base], wanted, names) for base, wanted in bases.items()]
    union: Any = sa.union_all(*streams) if len(streams) > 1 else streams[0]
    events: Any = union.subquery("events")
    sums = [double(sa.func.sum(events.c[name])).label(name) for name in names]
    statement = sa.select(events.c.entity, events.c.day, *sums)
    grouped = statement.group_by(events.c.entity, events.c.day)
    return maker.space.create("stage_events", grouped, keep=False)


def _event(base: str, column: str) -> str:
    return f"{base}__{column}"


def _by_day(maker: Maker, rows: Any, wanted: Mapping[str, str], names: Sequence[str]) -> Any:
    """One base summed up by entity and day first, since the union of all carries every column."""
    many = rows.subquery("many")
    sums = {name: sa.func.sum(many.c[column]) for name, column in wanted.items()}
    return (
        sa.select(many.c.entity, many.c.day, *[sums.get(name, ZERO).label(name) for name in names])
        .where(many.c.entity.is_not(None), many.c.day <= maker.horizon)
        .group_by(many.c.entity, many.c.day)
    )


def _changes(maker: Maker, population: str, key: str, events: Any, sides: Sequence[Side]) -> Any:
    """Everything that changes a window or the existence of an entity, one row per day of it."""
    columns = {
        name: events.c[_event(side.base, column)]
        for side in sides
        for name, column in side.columns.items()
    }
    streams = [
        sa.select(events.c.entity, events.c.day, ZERO.label("existing"), *_labelled(columns))
    ]
    streams += _existence(maker, population, key, list(columns))
    for length in sorted({side.expires for side in sides if side.expires}):
        leaving = {
            name: value
            for side in sides
            if side.expires == length
            for name, value in _leaving(columns, side).items()
        }
        values = [leaving.get(name, ZERO) for name in columns]
        day = add_days(events.c.day, length)
        anything = sa.or_(*[value != 0 for value in leaving.values()])
        leave = sa.select(events.c.entity, day, ZERO, *values)
        streams.append(leave.where(day <= maker.horizon, anything))
    union = sa.union_all(*streams).subquery("contributions")
    return (
        sa.select(
            union.c.entity,
            day_number(union.c.day).label("d"),
            sa.func.sum(union.c.existing).label("existing"),
            *[double(sa.func.sum(union.c[name])).label(name) for name in columns],
        )
        .group_by(union.c.entity, union.c.day)
        .subquery("changes")
    )


def _labelled(columns: Mapping[str, Any]) -> list[Any]:
    return [column.label(name) for name, column in columns.items()]


def _existence(maker: Maker, population: str, key: str, names: Sequence[str]) -> list[Any]:
    """One more at the beginning of each interval of the population, one less at its end."""
    measure = maker.measure(population)
    streams = []
    for change in (ONE, -ONE):
        rows = Rows(maker, measure.fact)
        day = rows.staged.c.day if change is ONE else rows.staged.c.until_day
        entity, terms = rows.column(key), rows.conditions(measure.where)
        given = [entity.is_not(None), day.is_not(None), day <= maker.horizon]
        columns = [entity, day, change, *[ZERO for _ in names]]
        streams.append(sa.select(*columns).select_from(rows.source).where(*given, *terms))
    return streams


def _leaving(columns: Mapping[str, Any], side: Side) -> dict[str, Any]:
    """What leaves a window when it runs out; a weight leaves with the later day's number."""
    values = {side.name: -columns[side.name]}
    if side.reads == "integral":
        weight = f"{side.name}_w"
        values[weight] = -(columns[weight] + columns[side.name] * side.expires)
    return values


def _spans(changes: Any, sides: Sequence[Side]) -> Any:
    """From each change to the next: what is in force and summed up until then."""

    def so_far(aggregate: Any) -> Any:
        return aggregate.over(partition_by=changes.c.entity, order_by=changes.c.d, rows=(None, 0))

    columns: dict[str, Any] = {}
    for side in sides:
        column = changes.c[side.name]
        if side.reads == "today":
            columns[side.name] = column
        elif side.reads == "last":
            columns[side.name] = so_far(sa.func.max(sa.case((column > 0, changes.c.d))))
        else:
            columns |= {name: so_far(sa.func.sum(changes.c[name])) for name in side.columns}
    following = sa.func.lead(changes.c.d).over(partition_by=changes.c.entity, order_by=changes.c.d)
    existing = so_far(sa.func.sum(changes.c.existing))
    return sa.select(
        changes.c.entity,
        changes.c.d.label("since"),
        following.label("following"),
        existing.label("existing"),
        *_labelled(columns),
    ).subquery("spans")


def _days(maker: Maker, spans: Any, from_day: date) -> Any:
    """Each day of the spans in which the entity exists."""
    first, after = _number(from_day), _number(maker.last_full_day) + 1
    day = each_day(
        sa.func.greatest(spans.c.since, first), sa.func.coalesce(spans.c.following, after)
    )
    columns = [column for column in spans.c if column.name not in ("following", "existing")]
    return sa.select(*columns, day.label("d")).where(spans.c.existing > 0).subquery("days")


def _number(day: date) -> Any:
    return sa.literal_column(str((day - FIRST_DAY).days))


def _running(days: Any, side: Side) -> Any:
    return _in_units(days.c[side.name], side)


def _in_units(number: Any, side: Side) -> Any:
    """The number itself, of what is kept in units."""
    if side.units == 1:
        return number
    return double(number).op("/")(sa.literal_column(repr(float(side.units))))


def _integral(days: Any, side: Side) -> Any:
    """Levels summed over the window: (D + 1) x changes - changes weighted by their day."""
    weighted = days.c[f"{side.name}_w"]
    return _in_units((days.c.d + 1) * days.c[side.name] - weighted, side)


def _age(days: Any, side: Side) -> Any:
    """D - mean start day of what is in force; nothing where nothing is."""
    starts = days.c[f"{side.name}_w"]
    return days.c.d - starts.op("/")(sa.func.nullif(days.c[side.name], ZERO))


def _last(days: Any, side: Side) -> Any:
    return days.c.d - days.c[side.name]


def _today(days: Any, side: Side) -> Any:
    """The value of the day of the change alone."""
    return sa.case((days.c.d == days.c.since, days.c[side.name]), else_=ZERO)


READS: dict[str, Callable[[Any, Side], Any]] = {
    "running": _running,
    "integral": _integral,
    "age": _age,
    "last": _last,
    "today": _today,
}
