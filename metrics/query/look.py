"""The facts of `queries/` as the warehouse has them now, for one read: staged as a build would.

    WITH entity__customers AS (...), stage_tickets AS (...)  SELECT ... FROM stage_tickets

Nothing is written; each entity and fact a question needs is a common table of its one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from metrics.build.rows import Maker
from metrics.build.shaping import empty_rows, entity_select, fact_select
from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.engines.engine import ENGINES
from metrics.errors import WarehouseError
from metrics.parts.model import Model
from metrics.settings import Settings
from metrics.sources.contract import Contract, check
from metrics.sources.model import Entity
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import Inspected, inspect_warehouse
from metrics.store.info import BuildInfo
from metrics.store.warehouse import open_warehouse

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
def look_at(settings: Settings, model: Model, info: BuildInfo, fact: str) -> Iterator[Look]:
    """One fact and all it refers to, read-only. Raises WarehouseError."""
    needed = _needed(model, fact)
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
        staged = _Staging(settings, model, info, space, inspected, contract)
        made = [staged.make(name) for name in contract.answers if name in needed]
        maker = Maker(
            space, model.definitions, model.queries.facts, model.joins, info.last_full_day
        )
        yield Look(maker, tuple(one for one in made if one is not None))


def _needed(model: Model, fact: str) -> set[str]:
    """A fact, the entities it leads to, and every query below them."""
    reached = model.joins.reachable(model.queries.facts[fact].columns)
    tops = [f"fact.{fact}", *(f"entity.{name}" for name in reached)]
    return {below for top in tops for below in model.queries.below(top)}


@dataclass(frozen=True)
class _Staging:
    settings: Settings
    model: Model
    info: BuildInfo
    space: Workspace
    inspected: Inspected
    contract: Contract

    def make(self, qualified: str) -> Any:
        """The common table of an entity or fact; None for a fact the warehouse cannot answer."""
        query, name = self.model.queries.query(qualified), qualified.partition(".")[2]
        sql = self._sql(qualified)
        if isinstance(query, Entity):
            table, select = entity_name(name), empty_rows(self.space.engine, query)
            if sql is not None:
                select = entity_select(self.space.engine, query, sql)
        elif sql is not None:
            table = stage_name(name)
            day, zone = self.info.last_full_day, self.settings.time_zone
            unique = not self._comes_twice(qualified)
            select = fact_select(self.space.engine, query, sql, day, zone, unique)
        else:
            return None
        self.space.tables[table] = select.cte(table)
        return self.space.tables[table]

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

    def _comes_twice(self, qualified: str) -> bool:
        """Whether the build found second rows of a key, one of which counts."""
        return any(
            found.about == qualified and found.kind == "unique" and found.failing
            for found in self.info.checks
        )
