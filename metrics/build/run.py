"""Fills a build: stages what the warehouse can answer, makes the parts, and says what it saw.

warehouse --queries/--> staged facts --parts--> part tables  (+ BuildInfo)
                              \\--> changes --> what is copied of the previous build
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from metrics.build.changes import Now, find_changes, why_not, why_other
from metrics.build.contents import Contents
from metrics.build.entity_changes import EntityChanges
from metrics.build.making import Making
from metrics.build.reading import Reading, declared_columns, stage, start
from metrics.build.record import record_build
from metrics.build.reuse import Reuse
from metrics.build.rows import Maker
from metrics.build.scope import facts_to_read, keep_days, read_for_entities
from metrics.build.score_inputs import Telling
from metrics.build.shapes import build_shapes
from metrics.build.stage import stage_name
from metrics.build.states import fact_states, watermarks
from metrics.build.targets import keep_targets
from metrics.build.workspace import Workspace
from metrics.engines.engine import ENGINES
from metrics.errors import StoreError, WarehouseError
from metrics.lineage.available import Available
from metrics.parts.model import Model, digest
from metrics.settings import Settings
from metrics.store.base import Previous, Reuses, Writing
from metrics.store.changes import Changes
from metrics.store.faults import fault
from metrics.store.info import BuildInfo

Progress = Callable[[str, float], None]
PARTS_AT_ONCE = 20
"""Parts made before the store may put them on disk: all at the end would have to fit in memory."""


def reusing(settings: Settings, model: Model) -> Reuses:
    """Whether a build of these settings would take over tables of one before."""

    def would(connection: sa.Connection, before: BuildInfo) -> bool:
        space = Workspace(connection, ENGINES[connection.dialect.name])
        shapes = build_shapes(space, model, settings)
        return not why_other(before, shapes, settings.last_full_day())

    return would


def fill(
    settings: Settings,
    model: Model,
    writing: Writing,
    progress: Progress,
    full: bool = False,
    only: frozenset[str] | None = None,
) -> BuildInfo:
    """Make every table of a build; `full` makes all of them anew.

    With `only` it refreshes the facts of these parts and leaves the others as they are. Raises
    WarehouseError when nothing can be read, StoreError when there is nothing to leave.
    """
    started = datetime.now(UTC)
    run = start(settings, model, writing)
    steps = len(run.contract.answers) + len(model.parts) + 1
    shapes = build_shapes(run.space, model, settings)
    found = _read(run, shapes, only, lambda step, done: progress(step, done / steps))
    progress("Checking the data", len(run.contract.answers) / steps)
    contents = Contents(run.space, model, run.contract, run.read)
    run.checks += contents.checks(run.last_full_day)
    making = _making(run, contents, shapes, found, full)
    fault("changes-found")
    for done, part in enumerate(model.parts, start=len(run.contract.answers)):
        progress(f"Making {part.name}", done / steps)
        making.make(part)
        if done % PARTS_AT_ONCE == 0:
            writing.settle()
    states = making.telling.states
    known = [state for state in states.values() if state.as_of and state.first_day]
    if not known:
        raise WarehouseError(
            "The warehouse has none of the tables that the queries need, or no rows in them.",
            "Compare queries/sources.yml with the warehouse.",
        )
    info = BuildInfo(
        id=writing.id,
        started_at=started,
        finished_at=datetime.now(UTC),
        engine=writing.engine.name,
        warehouse=settings.warehouse_label,
        is_demo=settings.is_demo,
        last_full_day=run.last_full_day,
        as_of=max(state.as_of for state in known if state.as_of),
        first_day=min(state.first_day for state in known if state.first_day),
        facts=dict(states),
        parts=making.made,
        looked_for=tuple(source.table for source in model.queries.sources.values()),
        warehouse_tables=declared_columns(run),
        entities_missing=run.entities_missing,
        checks=contents.with_sources(run.checks),
        settings={
            "time_zone": settings.time_zone,
            "week_start": settings.week_start,
            "fiscal_month": settings.fiscal_month,
            "currency": settings.currency,
        },
        watermarks=run.watermarks,
        changes=making.reuse.changes,
        shapes=dict(making.reuse.shapes),
    )
    keep_targets(run)
    record_build(run.space, writing.previous, info, len(making.copied))
    for name in run.staged:
        run.space.drop(stage_name(name))
    return info


def _read(
    run: Reading, shapes: Mapping[str, str], only: frozenset[str] | None, progress: Progress
) -> EntityChanges | str:
    """Stage what the build needs; what became of entities, or why that cannot be told.

    Entities come first: what changed of them may ask for more facts.
    """
    model, previous = run.model, run.writing.previous
    names = list(run.contract.answers)
    first = read_for_entities(model)
    for done, name in enumerate(name for name in names if name in first):
        progress(f"Reading {name.partition('.')[2]}", done)
        stage(run, name)
    reason = why_not(model, previous, shapes, run.last_full_day)
    entities = None if reason else EntityChanges(run.space, model, _readable(previous))
    wanted = frozenset(model.queries.facts)
    if only is not None:
        if entities is None:
            raise StoreError(
                f"A part of a build leaves the rest as it was, but {reason}.",
                "Build without a selection.",
            )
        already = [name.partition(".")[2] for name in first if name.startswith("fact.")]
        wanted = facts_to_read(model, only, already, entities)
        run.keep(entities.previous.info, wanted)
        keep_days(run.space, entities.previous, wanted)
    rest = [name for name in names if name not in first and name.partition(".")[2] in wanted]
    for done, name in enumerate(rest, start=len(names) - len(rest)):
        progress(f"Reading {name.partition('.')[2]}", done)
        stage(run, name)
    return entities or reason


def _readable(previous: Previous | str) -> Previous:
    assert isinstance(previous, Previous)
    return previous


def _making(
    run: Reading,
    contents: Contents,
    shapes: Mapping[str, str],
    entities: EntityChanges | str,
    full: bool,
) -> Making:
    """What makes the parts, once it is known what changed and what shapes this build."""
    model = run.model
    run.watermarks = watermarks(run, run.watermarks)
    states = fact_states(run)
    telling = Telling(Available(model, run.contract), states, contents.without_values(run.checks))
    scores = {f"score.{name}": digest(telling.shape(name)) for name in model.definitions.scores}
    shapes = {**shapes, **scores, **run.shapes}  # of what is kept as it was
    if isinstance(entities, str):
        reuse = Reuse(model, None, Changes(reason=entities), shapes)
    else:
        read = frozenset(model.queries.facts) - run.kept.keys()
        now = Now(run.last_full_day, states, tuple(run.checks), shapes, read)
        changes = find_changes(entities, now, full)
        reuse = Reuse(model, entities.previous, changes, shapes, frozenset(run.kept))
    maker = Maker(
        run.space,
        model.definitions,
        model.queries.facts,
        model.joins,
        run.last_full_day,
    )
    return Making(maker, telling, reuse, run.writing.at_hand)
