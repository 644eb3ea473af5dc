"""Finds how a dimension is reached from a table: its own column, or along references.

    device_id -> devices.location_id -> locations.region
    customer_id -> customer_plans.plan        (as of the window's end)

Every step follows a key to exactly one row, so a join can neither drop nor double a row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metrics.definitions.model import Dimension
from metrics.engines.functions import iso_weekday
from metrics.sources.model import Entity


@dataclass(frozen=True)
class Step:
    """One left join: `via` (a column of the table before) meets the entity's key.

    `since` is the column from which a row of a history is in force, None for other entities.
    """

    entity: str
    via: str
    key: str
    since: str | None = None


@dataclass(frozen=True)
class Path:
    """Steps from a table to the column that holds a dimension's values."""

    steps: tuple[Step, ...]
    column: str
    calendar: str | None = None

    @property
    def as_of(self) -> bool:
        """Whether the value depends on the date it is read at."""
        return any(step.since for step in self.steps)


class Joins:
    """Paths through the entities of `queries/schema.yml`; knows nothing of SQL."""

    def __init__(self, entities: Mapping[str, Entity], dimensions: Mapping[str, Dimension]) -> None:
        self.entities = entities
        self.dimensions = dimensions
        self.by_key = {
            entity.key: name for name, entity in entities.items() if not entity.valid_from
        }

    def references(self, columns: Collection[str]) -> dict[str, str]:
        """Columns that are keys of entities, the most specific entity first."""
        found = {column: self.by_key[column] for column in columns if column in self.by_key}
        return dict(sorted(found.items(), key=lambda item: (-self._depth(item[1]), item[0])))

    def _depth(self, entity: str) -> int:
        below = [self._depth(other) for other in self.entities[entity].references.values()]
        return 1 + max(below, default=-1)

    def column_of(self, name: str) -> str:
        """The column that holds a dimension's values, or a column's own name."""
        dimension = self.dimensions.get(name)
        return (dimension.column if dimension else None) or name

    def reachable(self, columns: Collection[str]) -> tuple[str, ...]:
        """Entities that a table with these columns refers to, histories and what they lead to."""
        found: list[str] = []
        known = set(columns)
        while True:
            new = [
                name
                for name, entity in self.entities.items()
                if entity.key in known and name not in found
            ]
            if not new:
                return tuple(sorted(found))
            found += new
            known |= {column for name in new for column in self.entities[name].columns}

    def path(self, name: str, columns: Collection[str]) -> Path | None:
        """Shortest path from a table with these columns to a dimension, or None."""
        return self._path(name, frozenset(columns))

    @lru_cache(maxsize=4096)  # noqa: B019  one Joins lives as long as the definitions do
    def _path(self, name: str, columns: frozenset[str]) -> Path | None:
        dimension = self.dimensions.get(name)
        column = self.column_of(name)
        if dimension and dimension.calendar:
            return Path((), "day", dimension.calendar)
        if dimension and dimension.as_of:
            owner = self.entities[dimension.as_of]
            base = self._search(owner.key, columns)
            if base is None:
                return None
            step = Step(dimension.as_of, base.column, owner.key, owner.valid_from)
            return Path((*base.steps, step), column)
        return self._search(column, columns)

    def _search(self, column: str, columns: Collection[str]) -> Path | None:
        if column in columns:
            return Path((), column)
        queue: list[tuple[tuple[Step, ...], str]] = [
            ((Step(entity, via, self.entities[entity].key),), entity)
            for via, entity in self.references(columns).items()
        ]
        seen: set[str] = set()
        while queue:
            steps, entity = queue.pop(0)
            if entity in seen:
                continue
            seen.add(entity)
            if column in self.entities[entity].columns:
                return Path(steps, column)
            for via, target in self.references(self.entities[entity].columns).items():
                if target != entity:
                    queue.append(((*steps, Step(target, via, self.entities[target].key)), target))
        return None


class Attached:
    """A FROM clause that grows by the joins its dimensions need, each at most once.

    Not for histories, which need a date to be read at: see `query.compile`.
    """

    def __init__(self, base: Any, table_of: Mapping[str, sa.TableClause]) -> None:
        self.source: Any = base
        self._base = base
        self._tables = table_of
        self._joined: dict[tuple[Step, ...], Any] = {}

    def column(self, path: Path) -> Any:
        """The expression of a path's column, joining what is not joined yet."""
        if path.calendar == "weekday":
            return iso_weekday(self._base.c.day)
        table = self._base
        for depth, step in enumerate(path.steps, start=1):
            table = self._join(table, path.steps[:depth], step)
        return table.c[path.column]

    def _join(self, left: Any, steps: tuple[Step, ...], step: Step) -> Any:
        if steps not in self._joined:
            right = self._tables[step.entity].alias(f"j{len(self._joined)}_{step.entity}")
            self.source = sa.outerjoin(self.source, right, left.c[step.via] == right.c[step.key])
            self._joined[steps] = right
        return self._joined[steps]
