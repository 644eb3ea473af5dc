"""Reads each query of `queries/` once into a staged table the parts are made from.

before  the query's columns, as the warehouse has them
after   typed columns, plus `day` (and `hour`; for intervals `day` and `until_day`), one row
        per key, without the rows that are set aside

Set aside, counted and reported as checks: rows without a time, rows after the last full day,
intervals that end before they start, second rows of one key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.checks import count_if, examples_of, hold, moments_of, together
from metrics.build.workspace import Workspace
from metrics.engines.functions import (
    EPOCH_INSTANT,
    add_days,
    clock_hour,
    local_time,
    seconds_between,
)
from metrics.sources.model import Column, Entity, Fact
from metrics.store.info import CheckInfo


@dataclass(frozen=True)
class Staged:
    """What was learnt while staging a fact: rows used, first and last day, rows set aside.

    `last_day` says how far the source is complete, `last_seen` on which day a row last held;
    `seen_on` are the days on which a snapshot was taken.
    """

    name: str
    rows: int
    first_day: date | None
    last_day: date | None
    last_seen: date | None
    checks: tuple[CheckInfo, ...]
    seen_on: tuple[date, ...] = ()


def stage_name(fact: str) -> str:
    """Name of a fact's staged table."""
    return f"stage_{fact}"


def entity_name(entity: str) -> str:
    """Name of an entity's table in the build."""
    return f"entity__{entity}"


def stage_entity(space: Workspace, name: str, entity: Entity, sql: str) -> list[CheckInfo]:
    """Make an entity's table: one row per key (and `valid_from` for entities that change)."""
    typed = _typed(space, entity.columns, sql)
    keys = [key for key in (entity.key, entity.valid_from) if key]
    inner = sa.select(
        *typed.c,
        _rank(typed, keys, list(entity.columns)).label("rank_in_key"),
    ).where(*[typed.c[key].is_not(None) for key in keys])
    ranked = inner.subquery("ranked")
    columns: list[Any] = [ranked.c[column] for column in entity.columns]
    if entity.valid_from:
        following = sa.func.lead(ranked.c[entity.valid_from]).over(
            partition_by=ranked.c[entity.key], order_by=ranked.c[entity.valid_from]
        )
        columns.append(following.label("valid_to"))
    table = space.create(entity_name(name), sa.select(*columns).where(ranked.c.rank_in_key == 1))
    [kept] = space.scalar_row(sa.select(sa.func.count()).select_from(table))
    keyed = sa.and_(*[typed.c[key].is_not(None) for key in keys])
    read, usable = space.scalar_row(sa.select(sa.func.count(), count_if(keyed)).select_from(typed))
    about, usable = f"entity.{name}", int(usable or 0)
    examples: tuple[str, ...] = ()
    if usable > kept:
        twice = _twice(typed, keys, keyed)
        examples = examples_of(space, twice, sa.true(), together([*twice.c]))
    return [
        CheckInfo(
            about=about,
            kind="not_null",
            column=", ".join(keys),
            rows=read,
            failing=read - usable,
            severity="error",
        ),
        _unique(about, keys, usable, usable - kept, examples),
    ]


def stage_fact(
    space: Workspace,
    name: str,
    fact: Fact,
    sql: str,
    last_full_day: date,
    time_zone: str,
    known_until_end: bool = False,
) -> Staged:
    """Make a fact's staged table and say what was set aside.

    `known_until_end`: the fact's intervals say something about every day up to their end (a
    month's cost), so the source is complete that far.
    """
    raw = space.create(
        f"raw_{name}", _with_days(space, fact, sql, last_full_day, time_zone), keep=False
    )
    usable = sa.and_(*_usable(fact, raw, last_full_day))
    about = f"fact.{name}"
    checks, counts = hold(
        space,
        about,
        raw,
        moments_of(fact, raw, _date(last_full_day)),
        [sa.func.count(), count_if(usable), _distinct_keys(fact, raw, usable)],
    )
    read, used, unique = counts
    duplicates = used - unique
    if used < read:
        space.delete(f"raw_{name}", usable.is_not(sa.true()))
    examples = _remove_duplicates(space, fact, raw) if duplicates else ()
    checks.append(_unique(about, fact.key, used, duplicates, examples))
    table = space.rename(f"raw_{name}", stage_name(name))
    rows, first, last, seen = space.scalar_row(
        sa.select(
            sa.func.count(),
            sa.func.min(table.c.day),
            _last_known(fact, table, known_until_end),
            _last_in_force(fact, table, last_full_day),
        )
    )
    if last is not None:
        last, seen = min(last, last_full_day), min(seen, last_full_day)
    return Staged(name, rows, first, last, seen, tuple(checks))


def _unique(
    about: str, keys: Sequence[str], rows: int, failing: int, examples: tuple[str, ...]
) -> CheckInfo:
    """Second rows of a key."""
    return CheckInfo(
        about=about,
        kind="unique",
        column=", ".join(keys),
        rows=rows,
        failing=failing,
        examples=examples,
        severity="error",
    )


def _distinct_keys(fact: Fact, raw: Any, usable: Any) -> Any:
    keys = sa.select(*[raw.c[key] for key in fact.key]).where(usable).distinct().subquery("k")
    return sa.select(sa.func.count()).select_from(keys).scalar_subquery()


def _typed(space: Workspace, columns: Mapping[str, Column], sql: str) -> Any:
    """The query as a sub-select with declared types; unlisted columns are left out."""
    casts = ", ".join(
        f'CAST("{name}" AS {space.engine.types[column.type]}) AS "{name}"'
        for name, column in columns.items()
    )
    text = sa.text(f"SELECT {casts} FROM ({sql}) AS q".replace(":", r"\:"))
    return text.columns(*[sa.column(name) for name in columns]).subquery("typed")


def _with_days(space: Workspace, fact: Fact, sql: str, last_full_day: date, time_zone: str) -> Any:
    typed = _typed(space, fact.columns, sql)
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
            extra.append(clock_hour(local_time(typed.c[fact.time], time_zone)).label("hour"))
    return sa.select(*typed.c, *extra)


def _day_columns(
    fact: Fact, column: str, typed: Any, time_zone: str, day: str, clock: str
) -> list[Any]:
    """The local day of a time column and, for instants, their seconds since 1970 in UTC."""
    value = typed.c[column]
    if fact.columns[column].type == "date":
        return [value.label(day)]
    local_day = sa.cast(local_time(value, time_zone), sa.Date())
    return [local_day.label(day), seconds_between(EPOCH_INSTANT, value).label(clock)]


def _last_known(fact: Fact, table: Any, known_until_end: bool) -> Any:
    if not (fact.interval and known_until_end):
        return sa.func.max(table.c.day)
    return sa.func.max(_last_covered(table))


def _last_in_force(fact: Fact, table: Any, last_full_day: date) -> Any:
    if not fact.interval:
        return sa.func.max(table.c.day)
    still = sa.case((table.c.until_day.is_(None), _date(last_full_day)), else_=_last_covered(table))
    return sa.func.max(still)


def _last_covered(table: Any) -> Any:
    """The last day of an ended interval; its first where it did not last a whole day."""
    last_covered = add_days(table.c.until_day, -1)
    return sa.case((last_covered > table.c.day, last_covered), else_=table.c.day)


def _usable(fact: Fact, raw: Any, last_full_day: date) -> list[Any]:
    conditions = [raw.c.day.is_not(None), raw.c.day <= _date(last_full_day)]
    if fact.interval:
        start, end = raw.c[fact.interval.from_], raw.c[fact.interval.to]
        conditions.append(sa.or_(end.is_(None), end >= start))
    return conditions


def _remove_duplicates(space: Workspace, fact: Fact, raw: Any) -> tuple[str, ...]:
    """Keep one row of each key that comes twice, and name some of these keys."""
    keys = [raw.c[key] for key in fact.key]
    twice = _twice(raw, fact.key, sa.true())
    same = sa.and_(*[column.is_not_distinct_from(twice.c[column.name]) for column in keys])
    order = [fact.time or (fact.interval.from_ if fact.interval else "day"), *fact.columns]
    ranked = (
        sa.select(*raw.c, _rank(raw, list(fact.key), order).label("rank_in_key"))
        .select_from(sa.join(raw, twice, same))
        .subquery("ranked")
    )
    columns = [column for column in ranked.c if column.name != "rank_in_key"]
    first = sa.select(*columns).where(ranked.c.rank_in_key == 1)
    kept = space.create(f"kept_{fact.name}", first, keep=False)
    again = [raw.c[key].is_not_distinct_from(kept.c[key]) for key in fact.key]
    space.delete(raw.name, sa.exists(sa.select(1).select_from(kept).where(*again)))
    space.append(raw.name, kept)
    examples = examples_of(space, kept, sa.true(), together([kept.c[key] for key in fact.key]))
    space.drop(f"kept_{fact.name}")
    return examples


def _twice(table: Any, keys: Sequence[str], within: Any) -> Any:
    """The keys that come more than once."""
    columns = [table.c[key] for key in keys]
    found = sa.select(*columns).where(within).group_by(*columns).having(sa.func.count() > 1)
    return found.subquery("twice")


def _rank(table: Any, keys: list[str], order: list[str]) -> Any:
    """1 for the row of each key that stays: the earliest, then the smallest as text."""
    by_text = [sa.cast(table.c[column], sa.String()).asc().nulls_last() for column in order[1:]]
    return sa.func.row_number().over(
        partition_by=[table.c[key] for key in keys],
        order_by=[table.c[order[0]].asc().nulls_last(), *by_text],
    )


def _date(day: date) -> Any:
    return sa.cast(sa.literal(day.isoformat()), sa.Date())
