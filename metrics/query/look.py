"""The facts of `queries/` as the warehouse has them now, for one read: staged as a build would.

    WITH entity__customers AS (...), stage_tickets AS (...)  SELECT ... FROM stage_tickets

Nothing is written; each entity and fact a question needs is a common table of its one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from metrics.build.rows import Maker
from metrics.build.shaping import (
    empty_rows,
    entity_select,
    keys_that_come_twice,
    usable_select,
    without_second_rows,
)
from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.engines.engine import ENGINES
from metrics.errors import WarehouseError
from metrics.parts.model import Model
from metrics.settings import Settings
from metrics.sources.contract import Contract, check
from metrics.sources.model import Entity, Fact
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import Inspected, inspect_warehouse
from metrics.store.info import BuildInfo
from metrics.store.warehouse import open_warehouse

FEW = 200  # second rows of keys that are named one by one
LONGEST = 20.0  # seconds of one statement: somebody waits for it


@dataclass(frozen=True)
class Look:
    """Common tables over an open connection, and what reads rows of them."""

    maker: Maker
    tables: tuple[Any, ...]

    def run(self, statement: Any) -> list[dict[str, Any]]:
        """Rows of a select over the common tables."""
        rows = self.maker.space.connection.execute(self._whole(statement))
        return [dict(row) for row in rows.mappings()]

    def sql(self, statement: Any) -> str:
        """The select as it can be run by hand."""
        return self.maker.space.engine.literal(self._whole(statement))

    def _whole(self, statement: Any) -> Any:
        return statement.add_cte(*self.tables)


@contextmanager
def look_at(
    settings: Settings, model: Model, info: BuildInfo, fact: str, entities: Iterable[str]
) -> Iterator[Look]:
    """One fact and some entities it refers to, read-only. Raises WarehouseError."""
    tops = [f"fact.{fact}", *(f"entity.{name}" for name in entities)]
    needed = {below for top in tops for below in model.queries.below(top)}
    with open_warehouse(settings.warehouse, LONGEST) as connection:
        sources = {
            source
            for name in needed
            for file in model.queries.query(name).files
            for source in model.queries.reads[file.path].sources
        }
        tables = [model.queries.sources[name].table for name in sources]
        inspected = inspect_warehouse(connection, tables)
        contract = check(model.queries, inspected)
        if contract.answers[f"fact.{fact}"].file is None:
            lacks = ", ".join(contract.missing(f"fact.{fact}"))
            raise WarehouseError(f"The warehouse no longer has what '{fact}' needs: {lacks}.")
        space = Workspace(connection, ENGINES[connection.dialect.name])
        staging = _Staging(settings, model, info, space, inspected, contract, fact)
        for name in contract.answers:
            if name in needed:
                staging.make(name)
        yield staging.look()


@dataclass(frozen=True)
class _Staging:
    settings: Settings
    model: Model
    info: BuildInfo
    space: Workspace
    inspected: Inspected
    contract: Contract
    fact: str
    made: list[Any] = field(default_factory=list)

    def make(self, qualified: str) -> None:
        """The common table of an entity or fact; none for a fact the warehouse cannot answer."""
        query, name = self.model.queries.query(qualified), qualified.partition(".")[2]
        sql = self._sql(qualified)
        if isinstance(query, Entity):
            table, select = entity_name(name), empty_rows(self.space.engine, query)
            if sql is not None:
                select = entity_select(self.space.engine, query, sql)
        elif sql is not None:
            table, select = stage_name(name), self._fact(query, sql)
        else:
            return
        self.space.tables[table] = select.cte(table)
        if table == stage_name(self.fact):  # conditions have to reach its table
            self.space.tables[table] = select.cte(table).prefix_with("NOT MATERIALIZED")
        self.made.append(self.space.tables[table])

    def _fact(self, fact: Fact, sql: str) -> Any:
        """A fact's rows; where the build met second rows of a key, without those."""
        day, zone = self.info.last_full_day, self.settings.time_zone
        usable = usable_select(self.space.engine, fact, sql, day, zone)
        second = self._second_rows(fact)
        if not second:
            return usable
        twice = None
        if second <= FEW:
            found = self.look().run(keys_that_come_twice(fact, usable).limit(FEW + 1))
            twice = [tuple(row.values()) for row in found]
            if not twice:
                return usable
        return without_second_rows(fact, usable, twice if twice and len(twice) <= FEW else None)

    def _sql(self, qualified: str) -> str | None:
        file = self.contract.answers[qualified].file
        if file is None:
            return None
        return physical_sql(
            file,
            self.model.queries,
            self.space.engine.sqlglot,
            dict(self._names()),
            self.inspected,
            time_zone=self.settings.time_zone,
        )

    def _names(self) -> Iterable[tuple[str, str]]:
        for name in self.model.queries.entities:
            yield f"entity.{name}", f'"{entity_name(name)}"'
        for name in self.model.queries.facts:
            yield f"fact.{name}", f'"{stage_name(name)}"'

    def _second_rows(self, fact: Fact) -> int:
        """How many second rows of a key, of which one counts, the build met."""
        about = f"fact.{fact.name}"
        return sum(
            found.failing
            for found in self.info.checks
            if found.about == about and found.kind == "unique"
        )

    def look(self) -> Look:
        """What can be read with the common tables made so far."""
        maker = Maker(
            self.space,
            self.model.definitions,
            self.model.queries.facts,
            self.model.joins,
            self.info.last_full_day,
        )
        return Look(maker, tuple(self.made))
