"""Rows of `queries/` as the layer looks at them: typed, with days, one per key, none set aside.

Selects alone: a build makes its tables of them, a look at the warehouse reads them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.engines.engine import Engine
from metrics.engines.functions import EPOCH_INSTANT, clock_hour, local_time, seconds_between
from metrics.sources.model import Column, Entity, Fact


def entity_rows(entity: Entity, typed: Any) -> Any:
    """One row of each key, those of a history with the day the next one follows."""
    keys = [key for key in (entity.key, entity.valid_from) if key]
    inner = sa.select(
        *typed.c,
        rank_in_key(typed, keys, list(entity.columns)).label("rank_in_key"),
    ).where(*[typed.c[key].is_not(None) for key in keys])
    ranked = inner.subquery("ranked")
    columns: list[Any] = [ranked.c[column] for column in entity.columns]
    if entity.valid_from:
        following = sa.func.lead(ranked.c[entity.valid_from]).over(
            partition_by=ranked.c[entity.key], order_by=ranked.c[entity.valid_from]
        )
        columns.append(following.label("valid_to"))
    return sa.select(*columns).where(ranked.c.rank_in_key == 1)


def empty_rows(engine: Engine, entity: Entity) -> Any:
    """The rows of an entity the warehouse lacks: none, so its attributes are empty everywhere."""
    columns: list[Any] = [
        sa.literal_column(f"CAST(NULL AS {engine.types[column.type]})").label(name)
        for name, column in entity.columns.items()
    ]
    if entity.valid_from:
        columns.append(sa.literal_column("CAST(NULL AS DATE)").label("valid_to"))
    return sa.select(*columns).where(sa.false())


def entity_select(engine: Engine, entity: Entity, sql: str) -> Any:
    """An entity as a build has it, read anew."""
    return entity_rows(entity, typed_rows(engine, entity.columns, sql))


def usable_select(engine: Engine, fact: Fact, sql: str, last_full_day: date, time_zone: str) -> Any:
    """A fact's rows as a build stages them, read anew, second rows of a key included."""
    raw = with_days(engine, fact, sql, last_full_day, time_zone).subquery("raw")
    return sa.select(*raw.c).where(*usable_terms(fact, raw, last_full_day))


def without_second_rows(fact: Fact, usable: Any, twice: Sequence[Sequence[Any]] | None) -> Any:
    """The one row of each key that counts; `twice` are the keys to look at, None for all.

    Only those are ranked, so that conditions on the rest reach the table itself.
    """
    rows = usable.subquery("usable")
    again = sa.true() if twice is None else sa.or_(*[_has(rows, fact, key) for key in twice])
    rank = rank_in_key(rows, list(fact.key), order_in_key(fact)).label("rank_in_key")
    ranked = sa.select(*rows.c, rank).where(again).subquery("ranked")
    kept = [column for column in ranked.c if column.name != "rank_in_key"]
    first = sa.select(*kept).where(ranked.c.rank_in_key == 1)
    if twice is None:
        return first
    once = usable.subquery("once")
    others = sa.and_(*[sa.not_(_has(once, fact, key)) for key in twice])
    return sa.union_all(sa.select(*once.c).where(others), first)


def keys_that_come_twice(fact: Fact, usable: Any) -> Any:
    """The keys of more than one row."""
    rows = usable.subquery("usable")
    keys = [rows.c[key] for key in fact.key]
    return sa.select(*keys).group_by(*keys).having(sa.func.count() > 1)


def _has(rows: Any, fact: Fact, key: Sequence[Any]) -> Any:
    return sa.and_(
        *[
            rows.c[name].is_not_distinct_from(value)
            for name, value in zip(fact.key, key, strict=True)
        ]
    )


def typed_rows(engine: Engine, columns: Mapping[str, Column], sql: str) -> Any:
    """The query as a sub-select with declared types; unlisted columns are left out."""
    casts = ", ".join(
        f'CAST("{name}" AS {engine.types[column.type]}) AS "{name}"'
        for name, column in columns.items()
    )
    text = sa.text(f"SELECT {casts} FROM ({sql}) AS q".replace(":", r"\:"))
    return text.columns(*[sa.column(name) for name in columns]).subquery("typed")


def with_days(engine: Engine, fact: Fact, sql: str, last_full_day: date, time_zone: str) -> Any:
    typed = typed_rows(engine, fact.columns, sql)
    extra: list[Any] = []
    if fact.snapshot:
        extra.append(sa.cast(sa.literal(last_full_day.isoformat()), sa.Date()).label("day"))
    elif fact.interval:
        extra += _day_columns(fact, fact.interval.from_, typed, time_zone, "day", "clock")
        extra += _day_columns(fact, fact.interval.to, typed, time_zone, "until_day", "until_clock")
    else:
        assert fact.time is not None
        extra += _day_columns(fact, fact.time, typed, time_zone, "day", "clock")
        if fact.columns[fact.time].type == "instant" and "hour" not in fact.columns:
            extra.append(clock_hour(_local(typed.c[fact.time], time_zone)).label("hour"))
    return sa.select(*typed.c, *extra)


def _day_columns(
    fact: Fact, column: str, typed: Any, time_zone: str, day: str, clock: str
) -> list[Any]:
    """The local day of a time column and, for instants, their seconds since 1970 in UTC."""
    value = typed.c[column]
    if fact.columns[column].type == "date":
        return [value.label(day)]
    local_day = sa.cast(_local(value, time_zone), sa.Date())
    return [local_day.label(day), seconds_between(EPOCH_INSTANT, value).label(clock)]


def usable_terms(fact: Fact, raw: Any, last_full_day: date) -> list[Any]:
    conditions = [raw.c.day.is_not(None), raw.c.day <= day_literal(last_full_day)]
    if fact.interval:
        start, end = raw.c[fact.interval.from_], raw.c[fact.interval.to]
        conditions.append(sa.or_(end.is_(None), end >= start))
    return conditions


def order_in_key(fact: Fact) -> list[str]:
    """What tells which of two rows of one key stays."""
    return [fact.time or (fact.interval.from_ if fact.interval else "day"), *fact.columns]


def rank_in_key(table: Any, keys: list[str], order: list[str]) -> Any:
    """1 for the row of each key that stays: the earliest, then the smallest as text."""
    by_text = [sa.cast(table.c[column], sa.String()).asc().nulls_last() for column in order[1:]]
    return sa.func.row_number().over(
        partition_by=[table.c[key] for key in keys],
        order_by=[table.c[order[0]].asc().nulls_last(), *by_text],
    )


def _local(instant: Any, time_zone: str) -> Any:
    """An instant on the clock of a zone; in UTC it is what it is."""
    return instant if time_zone == "UTC" else local_time(instant, time_zone)


def day_literal(day: date) -> Any:
    return sa.cast(sa.literal(day.isoformat()), sa.Date())
