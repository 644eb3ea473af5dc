"""Reads the warehouse: stages every entity and fact that it can answer, and keeps what it saw."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from metrics.build.crossing import fetch_sources
from metrics.build.digests import digest_days, left_out_at_start
from metrics.build.files import stage_files
from metrics.build.shapes import fact_shape
from metrics.build.shaping import empty_rows
from metrics.build.snapshots import keep_snapshot
from metrics.build.stage import Staged, entity_name, stage_entity, stage_fact, stage_name
from metrics.build.workspace import Workspace
from metrics.parts.model import Model
from metrics.settings import Settings
from metrics.sources.contract import Contract, check
from metrics.sources.model import Entity, Fact, SqlFile
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import Inspected, inspect_warehouse
from metrics.store.base import Writing
from metrics.store.info import BuildInfo, CheckInfo, FactState


@dataclass
class Reading:
    """What one build reads, and what it saw.

    `read` are the queries it looked at, `kept` the facts it leaves as the build before had them;
    `shapes` and `watermarks` are of both.
    """

    settings: Settings
    model: Model
    writing: Writing
    space: Workspace
    inspected: Inspected
    contract: Contract
    last_full_day: date
    staged: dict[str, Staged] = field(default_factory=dict)
    checks: list[CheckInfo] = field(default_factory=list)
    systems: dict[str, set[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    kept: dict[str, FactState] = field(default_factory=dict)
    watermarks: dict[str, date] = field(default_factory=dict)

    @property
    def entities_missing(self) -> dict[str, tuple[str, ...]]:
        """What each entity lacks that cannot be made."""
        lacks = {
            name: self.contract.missing(f"entity.{name}") for name in self.model.queries.entities
        }
        return {name: lack for name, lack in lacks.items() if lack}

    def keep(self, before: BuildInfo, read: Collection[str]) -> None:
        """Leave facts that are not read as they were, with what was found of them."""
        self.kept = {name: state for name, state in before.facts.items() if name not in read}
        about = {f"fact.{name}" for name in self.kept}
        about |= {
            f"score.{name}"
            for name in self.model.definitions.scores
            if not self.kept.keys().isdisjoint(self.model.facts_of(name))
        }
        self.checks += [check for check in before.checks if check.about in about]
        self.shapes |= {name: shape for name, shape in before.shapes.items() if name in about}
        self.watermarks = dict(before.watermarks)

    def tables(self) -> dict[str, str]:
        """Where each staged entity and fact lies, by qualified name."""
        names = {
            f"entity.{name}": self.space.qualified(entity_name(name))
            for name in self.model.queries.entities
        }
        names |= {f"fact.{name}": f'"{stage_name(name)}"' for name in self.model.queries.facts}
        names |= {f"source.{name}": f'"{table}"' for name, table in self.files.items()}
        return names


def start(settings: Settings, model: Model, writing: Writing) -> Reading:
    """Look at what the warehouse has; where the store is elsewhere, fetch it."""
    space = Workspace(writing.connection, writing.engine, writing.schema)
    tables = [source.table for source in model.queries.sources.values()]
    crossed: dict[str, str] = {}
    if settings.store_url:
        inspected, crossed = fetch_sources(space, settings, model.queries)
    else:
        inspected = inspect_warehouse(writing.connection, tables, writing.warehouse_catalog)
    files = stage_files(space, settings, model.queries, inspected)
    inspected |= {model.queries.sources[name].table: types for name, (_, types) in files.items()}
    contract = check(model.queries, inspected)
    day = settings.last_full_day()
    staged = crossed | {name: table for name, (table, _) in files.items()}
    return Reading(settings, model, writing, space, inspected, contract, day, files=staged)


def declared_columns(run: Reading) -> dict[str, dict[str, str]]:
    """Of every table that was found, the columns that are declared, in any case."""
    declared = {
        source.table.lower(): source.columns for source in run.model.queries.sources.values()
    }
    return {
        table: {
            column: family
            for column, family in columns.items()
            if column.lower() in declared[table.lower()]
        }
        for table, columns in run.inspected.items()
        if table.lower() in declared
    }


def stage(run: Reading, qualified: str) -> None:
    """Stage one entity or fact, as far as the warehouse can answer it."""
    run.read.add(qualified)
    query = run.model.queries.query(qualified)
    file = run.contract.answers[qualified].file
    if isinstance(query, Entity):
        _stage_entity(run, query, file)
    elif file is not None:
        _stage_fact(run, query, file)


def _stage_entity(run: Reading, entity: Entity, file: SqlFile | None) -> None:
    if file is None:
        run.space.create(entity_name(entity.name), empty_rows(run.space.engine, entity))
        return
    run.checks += stage_entity(run.space, entity.name, entity, _sql(run, file))
    run.systems[f"entity.{entity.name}"] = _systems_of(run, file)


def _stage_fact(run: Reading, fact: Fact, file: SqlFile) -> None:
    spread = any(
        measure.spread and measure.fact == fact.name
        for measure in run.model.definitions.measures.values()
    )
    staged = stage_fact(
        run.space,
        fact.name,
        fact,
        _sql(run, file),
        run.last_full_day,
        run.settings.time_zone,
        known_until_end=spread,
    )
    if fact.snapshot:
        staged = keep_snapshot(run.space, run.settings, fact, staged)
    run.staged[fact.name] = staged
    run.checks += staged.checks
    run.systems[f"fact.{fact.name}"] = _systems_of(run, file)
    left_out = left_out_at_start(fact, run.model.definitions)
    digest_days(run.space, fact, run.space.tables[stage_name(fact.name)], left_out)
    run.shapes[f"fact.{fact.name}"] = fact_shape(fact, file.path, left_out)


def _sql(run: Reading, file: SqlFile) -> str:
    return physical_sql(
        file,
        run.model.queries,
        run.space.engine.sqlglot,
        run.tables(),
        run.inspected,
        run.writing.warehouse_catalog,
        run.settings.time_zone,
    )


def _systems_of(run: Reading, file: SqlFile) -> set[str]:
    """Source systems a file reads, its entities and facts included."""
    reads = run.model.queries.reads[file.path]
    systems = {run.model.queries.sources[name].system for name in reads.sources}
    for name in reads.queries:
        # Attributes of an entity do not say how far a fact's events are complete.
        if name.startswith("fact.") or not reads.sources:
            systems |= run.systems.get(name, set())
    return systems
