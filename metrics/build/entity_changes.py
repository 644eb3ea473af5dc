"""Compares the entities of two builds row by row, and follows what refers to them.

keys      of entities that are new, gone or different in some attribute
spread    and of entities that refer to such a key, on to the last
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.parts.model import Model
from metrics.sources.model import Entity, Fact
from metrics.store.base import Previous
from metrics.store.changes import FROM_THE_BEGINNING, earliest


class EntityChanges:
    """What became of entities; `days` is the first day on which each reads differently.

    Entities that only gained keys are not among the `days`.
    """

    def __init__(self, space: Workspace, model: Model, previous: Previous) -> None:
        self.space = space
        self.model = model
        self.previous = previous
        self._changed: dict[str, str] = {}
        self.days: dict[str, date] = {}
        for name, entity in model.queries.entities.items():
            day = self._history(entity) if entity.valid_from else self._attributes(entity)
            if day is not None:
                self.days[name] = day
        self._spread()

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
        return FROM_THE_BEGINNING if self._knew(entity) else None

    def _knew(self, entity: Entity) -> bool:
        """Whether the build before had some of the keys that are others now."""
        known = self.previous.qualified(entity_name(entity.name))
        [found] = self.space.scalar_row(
            f'SELECT count(*) FROM "{self._changed[entity.name]}" WHERE entity_key IN '
            f'(SELECT "{entity.key}" FROM {known})'
        )
        return bool(found)

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

    def first_reference(self, fact: Fact) -> date | None:
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

    def may_touch(self, fact: Fact) -> bool:
        """Whether rows the build before had of a fact may refer to keys that changed."""
        waiting = {
            check.column
            for check in self.previous.info.checks
            if check.about == f"fact.{fact.name}" and check.kind == "references" and check.failing
        }
        return any(
            column in waiting or self._knew(self.model.queries.entities[entity])
            for column, entity in self.model.joins.references(fact.columns).items()
            if entity in self._changed
        )

    def _rows_in(self, table: Any) -> int:
        return int(self.space.scalar_row(sa.select(sa.func.count()).select_from(table))[0])
