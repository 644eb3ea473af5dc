"""How far each fact of a build is known: its rows, its days, its watermark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from metrics.build.reading import Reading
from metrics.store.info import FactState


def fact_states(run: Reading) -> dict[str, FactState]:
    """Each fact's coverage; its watermark is that of the least complete system it reads."""
    watermark = run.watermarks
    states: dict[str, FactState] = {}
    for name in run.model.queries.facts:
        staged = run.staged.get(name)
        if name in run.kept:
            states[name] = run.kept[name]
            continue
        if staged is None:
            missing = run.contract.missing(f"fact.{name}")
            states[name] = FactState(missing=missing, read_to=run.last_full_day)
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
            read_to=run.last_full_day,
        )
    return states


def watermarks(run: Reading, known: Mapping[str, date]) -> dict[str, date]:
    """The last day any fact of a system tells; snapshots and plans tell of no day.

    One of several systems tells of none of them: a rating comes from the survey tool, whatever the
    help desk has heard by then. `known` are those of facts that were not read again.
    """
    latest = dict(known)
    for name, staged in run.staged.items():
        fact, systems = run.model.queries.facts[name], run.systems[f"fact.{name}"]
        if staged.last_day is None or fact.snapshot or fact.planned or len(systems) > 1:
            continue
        for system in systems:
            latest[system] = max(latest.get(system, staged.last_day), staged.last_day)
    return latest
