"""Fills a build: stages what the warehouse can answer, makes the parts, and says what it saw.

warehouse --queries/--> staged facts --parts--> part tables  (+ BuildInfo)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from metrics.build.contents import Contents
from metrics.build.files import stage_files
from metrics.build.parts import make_part
from metrics.build.rows import Maker
from metrics.build.scores import make_score
from metrics.build.snapshots import keep_snapshot
from metrics.build.stage import Staged, entity_name, stage_entity, stage_fact, stage_name
from metrics.build.workspace import Workspace
from metrics.errors import WarehouseError
from metrics.lineage.available import Available
from metrics.parts.model import Model
from metrics.settings import Settings
from metrics.sources.contract import Contract, check
from metrics.sources.model import Entity, Fact, SqlFile
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import Inspected, inspect_warehouse
from metrics.store.base import Writing
from metrics.store.info import BuildInfo, CheckInfo, FactState

Progress = Callable[[str, float], None]


@dataclass
class _Run:
    """State of one build while it runs."""

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

    @property
    def entities_missing(self) -> dict[str, tuple[str, ...]]:
        """What each entity lacks that cannot be made."""
        lacks = {
            name: self.contract.missing(f"entity.{name}") for name in self.model.queries.entities
        }
        return {name: lack for name, lack in lacks.items() if lack}

    def tables(self) -> dict[str, str]:
        """Where each staged entity and fact lies, by qualified name."""
        names = {
            f"entity.{name}": self.space.qualified(entity_name(name))
            for name in self.model.queries.entities
        }
        names |= {f"fact.{name}": f'"{stage_name(name)}"' for name in self.model.queries.facts}
        names |= {f"source.{name}": f'"{table}"' for name, table in self.files.items()}
        return names


def fill(settings: Settings, model: Model, writing: Writing, progress: Progress) -> BuildInfo:
    """Make every table of a build. Raises WarehouseError when nothing can be read."""
    started = datetime.now(UTC)
    run = _start(settings, model, writing)
    names = list(run.contract.answers)
    steps = len(names) + len(model.parts) + 1
    for done, name in enumerate(names):
        progress(f"Reading {name.partition('.')[2]}", done / steps)
        _stage(run, name)
    progress("Checking the data", len(names) / steps)
    contents = Contents(run.space, model, run.contract)
    run.checks += contents.checks(run.last_full_day)
    states = _fact_states(run)
    available = Available(model, run.contract)
    maker = Maker(
        run.space,
        model.definitions,
        model.queries.facts,
        model.joins,
        run.last_full_day,
        contents.without_values(run.checks),
    )
    made: dict[str, str] = {}
    for done, part in enumerate(model.parts, start=len(names)):
        progress(f"Making {part.name}", done / steps)
        if all(states[fact].available for fact in model.required_facts(part.measures[0])):
            if part.kind == "score":
                make_score(maker, part, available, states)
            else:
                make_part(maker, part)
            made[part.name] = model.fingerprints[part.name]
    for name in run.staged:
        run.space.drop(stage_name(name))
    known = [state for state in states.values() if state.as_of and state.first_day]
    if not known:
        raise WarehouseError(
            "The warehouse has none of the tables that the queries need, or no rows in them.",
            "Compare queries/sources.yml with the warehouse.",
        )
    return BuildInfo(
        id=writing.id,
        started_at=started,
        finished_at=datetime.now(UTC),
        engine=writing.engine.name,
        warehouse=settings.warehouse_label,
        is_demo=settings.is_demo,
        last_full_day=run.last_full_day,
        as_of=max(state.as_of for state in known if state.as_of),
        first_day=min(state.first_day for state in known if state.first_day),
        facts=states,
        parts=made,
        looked_for=tuple(source.table for source in model.queries.sources.values()),
        warehouse_tables=_declared_columns(run),
        entities_missing=run.entities_missing,
        checks=contents.with_sources(run.checks),
        settings={
            "time_zone": settings.time_zone,
            "week_start": settings.week_start,
            "fiscal_month": settings.fiscal_month,
            "currency": settings.currency,
        },
    )


def _start(settings: Settings, model: Model, writing: Writing) -> _Run:
    space = Workspace(writing.connection, writing.engine, writing.schema)
    tables = [source.table for source in model.queries.sources.values()]
    inspected = inspect_warehouse(writing.connection, tables, writing.warehouse_catalog)
    files = stage_files(space, settings, model.queries, inspected)
    inspected |= {model.queries.sources[name].table: types for name, (_, types) in files.items()}
    contract = check(model.queries, inspected)
    day = settings.last_full_day()
    staged = {name: table for name, (table, _) in files.items()}
    return _Run(settings, model, writing, space, inspected, contract, day, files=staged)


def _declared_columns(run: _Run) -> dict[str, dict[str, str]]:
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


def _stage(run: _Run, qualified: str) -> None:
    query = run.model.queries.query(qualified)
    file = run.contract.answers[qualified].file
    if isinstance(query, Entity):
        _stage_entity(run, query, file)
    elif file is not None:
        _stage_fact(run, query, file)


def _stage_entity(run: _Run, entity: Entity, file: SqlFile | None) -> None:
    if file is None:
        _empty_entity(run.space, entity)
        return
    run.checks += stage_entity(run.space, entity.name, entity, _sql(run, file))
    run.systems[f"entity.{entity.name}"] = _systems_of(run, file)


def _stage_fact(run: _Run, fact: Fact, file: SqlFile) -> None:
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


def _sql(run: _Run, file: SqlFile) -> str:
    return physical_sql(
        file,
        run.model.queries,
        run.space.engine.sqlglot,
        run.tables(),
        run.inspected,
        run.writing.warehouse_catalog,
        run.settings.time_zone,
    )


def _systems_of(run: _Run, file: SqlFile) -> set[str]:
    """Source systems a file reads, its entities and facts included."""
    reads = run.model.queries.reads[file.path]
    systems = {run.model.queries.sources[name].system for name in reads.sources}
    for name in reads.queries:
        # Attributes of an entity do not say how far a fact's events are complete.
        if name.startswith("fact.") or not reads.sources:
            systems |= run.systems.get(name, set())
    return systems


def _empty_entity(space: Workspace, entity: Entity) -> None:
    """An entity the warehouse lacks: no rows, so its attributes are empty everywhere."""
    columns: list[Any] = [
        sa.literal_column(f"CAST(NULL AS {space.engine.types[column.type]})").label(name)
        for name, column in entity.columns.items()
    ]
    if entity.valid_from:
        columns.append(sa.literal_column("CAST(NULL AS DATE)").label("valid_to"))
    space.create(entity_name(entity.name), sa.select(*columns).where(sa.false()))


def _fact_states(run: _Run) -> dict[str, FactState]:
    """Each fact's coverage; its watermark is that of the least complete system it reads."""
    watermark = _watermarks(run)
    states: dict[str, FactState] = {}
    for name in run.model.queries.facts:
        staged = run.staged.get(name)
        if staged is None:
            states[name] = FactState(missing=run.contract.missing(f"fact.{name}"))
            continue
        systems = run.systems[f"fact.{name}"]
        known = [watermark[system] for system in systems if system in watermark]
        if run.model.queries.facts[name].planned:
            known = known or [run.last_full_day]  # a plan holds until another is made
        if run.model.queries.facts[name].snapshot and staged.last_day:
            known = [staged.last_day]  # the day it was looked at, not the day of the last event
        file = run.contract.answers[f"fact.{name}"].file
        states[name] = FactState(
            rows=staged.rows,
            first_day=staged.first_day,
            last_seen=staged.last_seen,
            as_of=min(known) if known and staged.first_day else None,
            file=file.path if file else "",
            seen_on=staged.seen_on,
        )
    return states


def _watermarks(run: _Run) -> Mapping[str, date]:
    """The last day any fact of a system tells; snapshots and plans tell of no day.

    One of several systems tells of none of them: a rating comes from the survey tool, whatever the
    help desk has heard by then.
    """
    latest: dict[str, date] = {}
    for name, staged in run.staged.items():
        fact, systems = run.model.queries.facts[name], run.systems[f"fact.{name}"]
        if staged.last_day is None or fact.snapshot or fact.planned or len(systems) > 1:
            continue
        for system in systems:
            latest[system] = max(latest.get(system, staged.last_day), staged.last_day)
    return latest
