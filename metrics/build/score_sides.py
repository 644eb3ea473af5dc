"""What happened to each entity on each day: the raw material of a score's inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metrics.build.parts import ONE, Maker, Rows, measure_value
from metrics.definitions.model import ScoreInput
from metrics.engines.functions import add_days, day_number, double
from metrics.periods import parse_shift


@dataclass(frozen=True)
class Side:
    """One column of contributions: its name, rows (entity, day, value), and how it is read."""

    name: str
    rows: Any
    reads: str


def member_sides(maker: Maker, name: str, key: str, other: str, staged: Any) -> tuple[Side, ...]:
    """Sum and count of another score on the day, over the entities that belong to this one."""
    source, owner = maker.attach(staged, [other], [key])
    rows = [
        sa.select(owner[0].element.label("entity"), staged.c.day, value.label("value")).select_from(
            source
        )
        for value in (staged.c.score, double(ONE))
    ]
    return (Side(f"{name}_0", rows[0], "today"), Side(f"{name}_1", rows[1], "today"))


def side_of(maker: Maker, name: str, key: str, measure_name: str, spec: ScoreInput) -> Side:
    measure = maker.measure(measure_name)
    rows = Rows(maker, measure.fact)
    entity = rows.column(key)
    staged = rows.staged
    if spec.take == "keys":
        return Side(
            name, _key_changes(maker, key, measure_name, parse_shift(spec.window).days), "level"
        )
    if measure.kind == "distinct":
        reads = "last" if spec.take == "since" else "window"
        keys = [rows.column(column) for column in measure.key]
        terms = [*rows.conditions(measure.where), *[column.is_not(None) for column in keys]]
        own = (
            sa.select(
                entity.label("entity"),
                staged.c.day,
                *[column.label(f"k{index}") for index, column in enumerate(keys)],
            )
            .select_from(rows.source)
            .where(*terms)
            .distinct()
            .subquery()
        )
        return Side(name, sa.select(own.c.entity, own.c.day, ONE.label("value")), reads)
    if measure.kind in ("stock", "movement"):
        return Side(
            name,
            _stock_changes(maker, key, measure_name, spec),
            "level" if spec.take != "ratio" else "integral",
        )
    value = measure_value(rows, measure)
    flow = sa.select(entity.label("entity"), staged.c.day, value.label("value"))
    reads = "last" if spec.take == "since" else "window"
    return Side(name, flow.select_from(rows.source), reads)


def _stock_changes(maker: Maker, key: str, measure_name: str, spec: ScoreInput) -> Any:
    """Changes of a stock per entity; for ages the start day rides along, packed as a second row."""
    measure = maker.measure(measure_name)
    streams = []
    for sign in (1, -1):
        rows = Rows(maker, measure.fact)
        staged = rows.staged
        value = measure_value(rows, measure)
        day = staged.c.day if sign > 0 else staged.c.until_day
        change = value if sign > 0 else -value
        start = day_number(staged.c.day) * change
        columns = [rows.column(key).label("entity"), day.label("day"), change.label("value")]
        if spec.take == "age":
            columns.append(start.label("start"))
        streams.append(
            sa.select(*columns)
            .select_from(rows.source)
            .where(day.is_not(None), day <= maker.horizon)
        )
    return sa.union_all(*streams)


def _key_changes(maker: Maker, key: str, measure_name: str, length: int) -> Any:
    """+1 when a key starts to count for an entity, -1 when its window runs out unrenewed."""
    measure = maker.measure(measure_name)
    rows = Rows(maker, measure.fact)
    columns = {"entity": rows.column(key), "day": rows.staged.c.day}
    columns |= {f"k{index}": rows.column(column) for index, column in enumerate(measure.key)}
    terms = [*rows.conditions(measure.where), *[column.is_not(None) for column in columns.values()]]
    days = (
        sa.select(*[column.label(name) for name, column in columns.items()])
        .select_from(rows.source)
        .where(*terms)
        .distinct()
        .subquery("days")
    )
    keys = [days.c[name] for name in columns if name != "day"]
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
