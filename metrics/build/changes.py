"""Finds what the warehouse says differently than at the build before, by comparing both.

Facts are compared by the digests of their days, entities row by row (`entity_changes`); a row that
refers to a key whose attributes changed counts as changed on its own day. Whatever is not found
here is copied.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.build.digests import FACT_DAYS
from metrics.build.entity_changes import EntityChanges
from metrics.build.shapes import SAID_OF
from metrics.build.stage import entity_name
from metrics.parts.model import Model
from metrics.sources.model import Fact
from metrics.store.base import Previous
from metrics.store.changes import FROM_THE_BEGINNING, Changes, FactChange, earliest
from metrics.store.info import BuildInfo, CheckInfo, FactState, kept_by_no_row

CHANGED_DAYS = "stage_changed_days"


@dataclass(frozen=True)
class Now:
    """The build being made, as far as it is known before its parts are made; `read` are facts."""

    last_full_day: date
    states: Mapping[str, FactState]
    checks: tuple[CheckInfo, ...]
    shapes: Mapping[str, str]
    read: Collection[str]


def why_not(
    model: Model, previous: Previous | str, shapes: Mapping[str, str], last_full_day: date
) -> str:
    """Why nothing of the previous build can be used; empty when it can."""
    if isinstance(previous, str):
        return previous
    if reason := why_other(previous.info, shapes, last_full_day):
        return reason
    needed = {FACT_DAYS, *previous.info.parts, *map(entity_name, model.queries.entities)}
    return "the previous build lacks tables" if needed - previous.tables else ""


def why_other(before: BuildInfo, shapes: Mapping[str, str], last_full_day: date) -> str:
    """Why a build cannot follow on another, from what they say about themselves."""
    for name, said in SAID_OF.items():
        if before.shapes.get(name) != shapes[name]:
            return said
    if last_full_day < before.last_full_day:
        return "the last full day is earlier than that of the previous build"
    return ""


def find_changes(entities: EntityChanges, now: Now, full: bool) -> Changes:
    """What changed since the previous build; with `full` it is found all the same, for the log."""
    finder = _Finder(entities, now)
    facts = {name: finder.fact(name) for name in now.states if name in now.read}
    asked = "a full build was asked for" if full else ""
    known = {name: change for name, change in facts.items() if change != FactChange()}
    return Changes(full=full, reason=asked, facts=known, entities=entities.days)


class _Finder:
    """Compares the tables of two builds."""

    def __init__(self, entities: EntityChanges, now: Now) -> None:
        self.space = entities.space
        self.model = entities.model
        self.previous = entities.previous
        self.entities = entities
        self.now = now
        self._broken = [kept_by_no_row(now.checks), self.previous.info.broken_columns]
        self._compare_days()
        self._days = {
            (fact, edge): first
            for fact, edge, first in self.space.rows(_first_days(self._changed_days))
        }

    def fact(self, name: str) -> FactChange:
        """What changed of one fact."""
        before, now = self.previous.info.facts.get(name, FactState()), self.now.states[name]
        shape = f"fact.{name}"
        same = self.previous.info.shapes.get(shape) == self.now.shapes.get(shape)
        if not same or before.available != now.available:
            return FactChange(rows_since=FROM_THE_BEGINNING, since=FROM_THE_BEGINNING)
        if not now.available:
            return FactChange()
        rows_since = self._rows_since(self.model.queries.facts[name])
        days = [rows_since]
        if before.as_of != now.as_of and before.as_of and now.as_of:
            days.append(min(before.as_of, now.as_of) + timedelta(days=1))
        if self._reads_otherwise(name, before, now):
            days.append(FROM_THE_BEGINNING)
        return FactChange(
            rows_since=rows_since, since=earliest(days), restated=self._restated(name, before)
        )

    def _rows_since(self, fact: Fact) -> date | None:
        """First day whose rows differ.

        An interval also ends on days that were ahead before, and is in force on them.
        """
        measures = self.model.definitions.measures.values()
        reach = max((one.last or 0 for one in measures if one.fact == fact.name), default=0)
        start, end = (self._days.get((fact.name, edge)) for edge in ("start", "end"))
        first = self.entities.first_reference(fact)
        days = [start, end and end - timedelta(days=reach), first]
        before = self.previous.info.facts[fact.name].read_to or self.previous.info.last_full_day
        if fact.interval and before < self.now.last_full_day:
            days.append(before + timedelta(days=1))
        first = earliest(days)
        return first if first and first <= self.now.last_full_day else None

    def _reads_otherwise(self, name: str, before: FactState, now: FactState) -> bool:
        """Whether days that have the same rows may have other answers, or none."""
        if (before.first_day, before.silent) != (now.first_day, now.silent):
            return True
        columns = self.model.queries.facts[name].columns
        about = {f"fact.{name}"}
        about |= {f"entity.{one}" for one in self.model.joins.reachable(columns)}
        here, there = ({one for one in known if one[0] in about} for known in self._broken)
        return here != there

    def _restated(self, name: str, before: FactState) -> int:
        """Days up to the as-of date of the previous build whose rows are others now."""
        if before.as_of is None:
            return 0
        days = self._changed_days
        mine = sa.and_(days.c.fact == name, days.c.day <= _date(before.as_of))
        return int(self.space.scalar_row(sa.select(_count_days(days)).where(mine))[0])

    @property
    def _changed_days(self) -> Any:
        return self.space.tables[CHANGED_DAYS]

    def _compare_days(self) -> None:
        here, there = FACT_DAYS, self.previous.qualified(FACT_DAYS)
        self.space.create(
            CHANGED_DAYS,
            f"""
            SELECT coalesce(n.fact, b.fact) AS fact, coalesce(n.edge, b.edge) AS edge,
                coalesce(n.day, b.day) AS day,
                coalesce(b.rows, 0) AS rows_before, coalesce(n.rows, 0) AS rows_now
            FROM {self.space.qualified(here)} AS n FULL OUTER JOIN {there} AS b
                ON n.fact = b.fact AND n.edge = b.edge AND n.day = b.day
            WHERE n.digest IS NULL OR b.digest IS NULL OR n.digest <> b.digest OR n.rows <> b.rows
            """,
            keep=False,
        )


def _first_days(days: Any) -> Any:
    edges = (days.c.fact, days.c.edge)
    return sa.select(*edges, sa.func.min(days.c.day)).group_by(*edges)


def _count_days(days: Any) -> Any:
    return sa.func.count(sa.distinct(days.c.day))


def _date(day: date) -> Any:
    return sa.cast(sa.literal(day.isoformat()), sa.Date())
