"""Finds what the warehouse says differently than at the build before, by comparing both.

Facts are compared by the digests of their days, entities row by row; a row that refers to a key
whose attributes changed counts as changed on its own day. Whatever is not found here is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.build.digests import FACT_DAYS
from metrics.build.shapes import SAID_OF
from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.parts.model import Model
from metrics.sources.model import Entity, Fact
from metrics.store.base import Previous
from metrics.store.changes import FROM_THE_BEGINNING, Changes, FactChange, earliest
from metrics.store.info import CheckInfo, FactState, kept_by_no_row

CHANGED_DAYS = "stage_changed_days"


@dataclass(frozen=True)
class Now:
    """The build being made, as far as it is known before its parts are made."""

    last_full_day: date
    states: Mapping[str, FactState]
    checks: tuple[CheckInfo, ...]
    shapes: Mapping[str, str]


def find_changes(
    space: Workspace, model: Model, previous: Previous | str, now: Now, full: bool
) -> Changes:
    """What changed since the previous build; with `full` it is found all the same, for the log."""
    reason = _why_not(model, previous, now)
    if isinstance(previous, str) or reason:
        return Changes(reason=reason)
    finder = _Finder(space, model, previous, now)
    entities = finder.entities()
    facts = {name: finder.fact(name) for name in now.states}
    asked = "a full build was asked for" if full else ""
    known = {name: change for name, change in facts.items() if change != FactChange()}
    return Changes(full=full, reason=asked, facts=known, entities=entities)


def _why_not(model: Model, previous: Previous | str, now: Now) -> str:
    """Why nothing of the previous build can be used; empty when it can."""
    if isinstance(previous, str):
        return previous
    before = previous.info
    for name, said in SAID_OF.items():
        if before.shapes.get(name) != now.shapes[name]:
            return said
    if now.last_full_day < before.last_full_day:
        return "the last full day is earlier than that of the previous build"
    needed = {FACT_DAYS, *before.parts, *map(entity_name, model.queries.entities)}
    if needed - previous.tables:
        return "the previous build lacks tables"
    return ""


class _Finder:
    """Compares the tables of two builds."""

    def __init__(self, space: Workspace, model: Model, previous: Previous, now: Now) -> None:
        self.space = space
        self.model = model
        self.previous = previous
        self.now = now
        self._changed: dict[str, str] = {}
        self._broken = [kept_by_no_row(now.checks), previous.info.broken_columns]
        self._compare_days()
        self._days = {
            (fact, edge): (first, rows)
            for fact, edge, first, rows in space.rows(_first_days(space.tables[CHANGED_DAYS]))
        }

    def entities(self) -> dict[str, date]:
        """Entities whose attributes read differently, and from which day on."""
        found = {}
        for name, entity in self.model.queries.entities.items():
            day = self._history(entity) if entity.valid_from else self._attributes(entity)
            if day is not None:
                found[name] = day
        self._spread()
        return found

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
        start, _ = self._days.get((fact.name, "start"), (None, 0))
        end, _ = self._days.get((fact.name, "end"), (None, 0))
        days = [start, end and end - timedelta(days=reach), self._referring(fact)]
        before = self.previous.info.last_full_day
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
        days = self.space.tables[CHANGED_DAYS]
        mine = sa.and_(days.c.fact == name, days.c.day <= _date(before.as_of))
        return int(self.space.scalar_row(sa.select(_count_days(days)).where(mine))[0])

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

    def _attributes(self, entity: Entity) -> date | None:
        """Compare an entity row by row; keeps the keys that are new, gone or different."""
        here, there = self._both(entity)
        table = self.space.create(
            f"stage_keys_{entity.name}",
            f"""
            SELECT DISTINCT "{entity.key}" AS entity_key FROM (
                ({here} EXCEPT {there}) UNION ALL ({there} EXCEPT {here})
            ) AS differing
            """,
            keep=False,
        )
        if not self._rows_in(table):
            return None
        self._changed[entity.name] = table.name
        known = self.previous.qualified(entity_name(entity.name))
        [found] = self.space.scalar_row(
            f'SELECT count(*) FROM "{table.name}" WHERE entity_key IN '
            f'(SELECT "{entity.key}" FROM {known})'
        )
        return FROM_THE_BEGINNING if found else None

    def _history(self, entity: Entity) -> date | None:
        """First day on which a history of an entity reads differently."""
        here, there = self._both(entity)
        first: date | None = self.space.scalar_row(
            f'SELECT min("{entity.valid_from}") FROM ('
            f"({here} EXCEPT {there}) UNION ALL ({there} EXCEPT {here})) AS differing"
        )[0]
        return first

    def _both(self, entity: Entity) -> tuple[str, str]:
        columns = ", ".join(f'"{column}"' for column in entity.columns)
        name = entity_name(entity.name)
        here, there = self.space.qualified(name), self.previous.qualified(name)
        return f"(SELECT {columns} FROM {here})", f"(SELECT {columns} FROM {there})"

    def _spread(self) -> None:
        """A device of a location that changed has changed itself, and what belongs to it."""
        waiting = True
        while waiting:
            waiting = False
            for name, entity in self.model.queries.entities.items():
                if entity.valid_from:
                    continue
                for column, other in self.model.joins.references(entity.columns).items():
                    if other != name and other in self._changed:
                        waiting |= self._reached(entity, column, other)

    def _reached(self, entity: Entity, column: str, other: str) -> bool:
        """Add the keys that refer to changed keys of another entity; whether there were any."""
        keys = self.space.tables[f"stage_keys_{entity.name}"]
        before = self._rows_in(keys)
        self.space.execute(
            f'INSERT INTO "{keys.name}" SELECT "{entity.key}" '
            f"FROM {self.space.qualified(entity_name(entity.name))} "
            f'WHERE "{column}" IN (SELECT entity_key FROM "{self._changed[other]}") '
            f'AND "{entity.key}" NOT IN (SELECT entity_key FROM "{keys.name}")'
        )
        found = self._rows_in(keys) > before
        if found:
            self._changed[entity.name] = keys.name
        return found

    def _referring(self, fact: Fact) -> date | None:
        """First day of a row that refers to a key whose attributes changed."""
        table = self.space.tables[stage_name(fact.name)]
        columns = [column.name for column in table.c]
        days = []
        for column, entity in self.model.joins.references(columns).items():
            if entity in self._changed:
                keys = self.space.tables[self._changed[entity]]
                refers = table.c[column].in_(sa.select(keys.c.entity_key))
                statement = sa.select(sa.func.min(table.c.day)).where(refers)
                days.append(self.space.scalar_row(statement)[0])
        return earliest(days)

    def _rows_in(self, table: Any) -> int:
        return int(self.space.scalar_row(sa.select(sa.func.count()).select_from(table))[0])


def _first_days(days: Any) -> Any:
    return sa.select(days.c.fact, days.c.edge, sa.func.min(days.c.day), sa.func.count()).group_by(
        days.c.fact, days.c.edge
    )


def _count_days(days: Any) -> Any:
    return sa.func.count(sa.distinct(days.c.day))


def _date(day: date) -> Any:
    return sa.cast(sa.literal(day.isoformat()), sa.Date())
