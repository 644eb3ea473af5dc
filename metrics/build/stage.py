"""Reads each query of `queries/` once into a staged table the parts are made from.

before  the query's columns, as the warehouse has them
after   typed columns, plus `day` (and `hour`; for intervals `day` and `until_day`), one row
        per key, without the rows that are set aside

Set aside, counted and reported as checks: rows without a time, rows after the last full day,
intervals that end before they start, second rows of one key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.checks import count_if, examples_of, hold, moments_of, together
from metrics.build.shaping import (
    day_literal,
    entity_rows,
    order_in_key,
    rank_in_key,
    typed_rows,
    usable_terms,
    with_days,
)
from metrics.build.workspace import Workspace
from metrics.engines.functions import add_days
from metrics.sources.model import Entity, Fact
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
    typed = typed_rows(space.engine, entity.columns, sql)
    keys = [key for key in (entity.key, entity.valid_from) if key]
    table = space.create(entity_name(name), entity_rows(entity, typed))
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
        f"raw_{name}", with_days(space.engine, fact, sql, last_full_day, time_zone), keep=False
    )
    usable = sa.and_(*usable_terms(fact, raw, last_full_day))
    about = f"fact.{name}"
    checks, counts = hold(
        space,
        about,
        raw,
        moments_of(fact, raw, day_literal(last_full_day)),
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


def _last_known(fact: Fact, table: Any, known_until_end: bool) -> Any:
    if not (fact.interval and known_until_end):
        return sa.func.max(table.c.day)
    return sa.func.max(_last_covered(table))


def _last_in_force(fact: Fact, table: Any, last_full_day: date) -> Any:
    if not fact.interval:
        return sa.func.max(table.c.day)
    still = sa.case(
        (table.c.until_day.is_(None), day_literal(last_full_day)), else_=_last_covered(table)
    )
    return sa.func.max(still)


def _last_covered(table: Any) -> Any:
    """The last day of an ended interval; its first where it did not last a whole day."""
    last_covered = add_days(table.c.until_day, -1)
    return sa.case((last_covered > table.c.day, last_covered), else_=table.c.day)


def _remove_duplicates(space: Workspace, fact: Fact, raw: Any) -> tuple[str, ...]:
    """Keep one row of each key that comes twice, and name some of these keys."""
    keys = [raw.c[key] for key in fact.key]
    twice = _twice(raw, fact.key, sa.true())
    same = sa.and_(*[column.is_not_distinct_from(twice.c[column.name]) for column in keys])
    rank = rank_in_key(raw, list(fact.key), order_in_key(fact))
    ranked = (
        sa.select(*raw.c, rank.label("rank_in_key"))
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
