"""Fills a build: stages what the warehouse can answer, makes the parts, and says what it saw.

warehouse --queries/--> staged facts --parts--> part tables  (+ BuildInfo)
                              \\--> changes --> what is copied of the previous build
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from metrics.build.changes import Now, find_changes
from metrics.build.contents import Contents
from metrics.build.making import Making
from metrics.build.reading import Reading, declared_columns, stage, start
from metrics.build.record import record_build
from metrics.build.reuse import Reuse
from metrics.build.rows import Maker
from metrics.build.score_inputs import Telling
from metrics.build.shapes import build_shapes
from metrics.build.stage import stage_name
from metrics.build.states import fact_states
from metrics.build.targets import keep_targets
from metrics.errors import WarehouseError
from metrics.lineage.available import Available
from metrics.parts.model import Model, digest
from metrics.settings import Settings
from metrics.store.base import Previous, Writing
from metrics.store.faults import fault
from metrics.store.info import BuildInfo

Progress = Callable[[str, float], None]


def fill(
    settings: Settings, model: Model, writing: Writing, progress: Progress, full: bool = False
) -> BuildInfo:
    """Make every table of a build; `full` makes all of them anew.

    Raises WarehouseError when nothing can be read.
    """
    started = datetime.now(UTC)
    run = start(settings, model, writing)
    names = list(run.contract.answers)
    steps = len(names) + len(model.parts) + 1
    for done, name in enumerate(names):
        progress(f"Reading {name.partition('.')[2]}", done / steps)
        stage(run, name)
    progress("Checking the data", len(names) / steps)
    contents = Contents(run.space, model, run.contract)
    run.checks += contents.checks(run.last_full_day)
    making, shapes = _making(settings, run, contents, writing, full)
    fault("changes-found")
    made: dict[str, str] = {}
    states = making.telling.states
    for done, part in enumerate(model.parts, start=len(names)):
        progress(f"Making {part.name}", done / steps)
        if all(states[fact].available for fact in model.required_facts(part.measures[0])):
            making.make(part)
            made[part.name] = model.fingerprints[part.name]
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
        parts=made,
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
        changes=making.reuse.changes,
        shapes=shapes,
    )
    keep_targets(run)
    record_build(run.space, writing.previous, info, len(making.copied))
    for name in run.staged:
        run.space.drop(stage_name(name))
    return info


def _making(
    settings: Settings, run: Reading, contents: Contents, writing: Writing, full: bool
) -> tuple[Making, dict[str, str]]:
    """What makes the parts, once it is known what changed; and what shapes this build."""
    model, previous = run.model, writing.previous
    states = fact_states(run)
    without_values = contents.without_values(run.checks)
    telling = Telling(Available(model, run.contract), states, without_values)
    shapes = build_shapes(run.space, model, settings) | run.shapes
    shapes |= {f"score.{name}": digest(telling.shape(name)) for name in model.definitions.scores}
    now = Now(run.last_full_day, states, tuple(run.checks), shapes)
    changes = find_changes(run.space, model, previous, now, full)
    reusable = previous if isinstance(previous, Previous) else None
    reuse = Reuse(model, reusable, changes, shapes)
    maker = Maker(
        run.space,
        model.definitions,
        model.queries.facts,
        model.joins,
        run.last_full_day,
    )
    return Making(maker, telling, reuse), shapes
