"""What a build writes down for those who come later: restated days, and the run itself.

    build_changes   build_id, fact, edge, day, rows_before, rows_now: days up to the as-of date of
                    the build before whose rows were late, corrected or removed
    build_history   one row for each published build

Both are carried on from build to build, so the newest build tells them all.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from metrics.build.changes import CHANGED_DAYS
from metrics.build.workspace import Workspace
from metrics.store.base import Previous, Writing
from metrics.store.info import BuildInfo

CHANGES = "build_changes"
HISTORY = "build_history"
CHANGE_COLUMNS = {
    "build_id": "text",
    "fact": "text",
    "edge": "text",
    "day": "date",
    "rows_before": "integer",
    "rows_now": "integer",
}
HISTORY_COLUMNS = {
    "build_id": "text",
    "mode": "text",
    "reason": "text",
    "started_at": "instant",
    "finished_at": "instant",
    "seconds": "number",
    "rows_read": "integer",
    "parts_made": "integer",
    "parts_copied": "integer",
    "days_restated": "integer",
    "last_full_day": "date",
    "as_of": "date",
}
RUNS_KEPT = 200
DAYS_KEPT = 100_000


def record_build(
    space: Workspace, previous: Previous | str, info: BuildInfo, parts_copied: int
) -> None:
    """Write both tables: what the build before carried, then this build's own."""
    for name, columns in ((CHANGES, CHANGE_COLUMNS), (HISTORY, HISTORY_COLUMNS)):
        space.create_empty(name, columns, keep=True)
        if isinstance(previous, Previous) and name in previous.tables:
            most = RUNS_KEPT - 1 if name == HISTORY else DAYS_KEPT
            listing = ", ".join(columns)
            space.insert(
                name,
                f"SELECT {listing} FROM {previous.qualified(name)} "
                f"ORDER BY build_id DESC LIMIT {most}",
            )
    if isinstance(previous, Previous):
        _record_changes(space, previous, info)
    run = {
        "build_id": info.id,
        "mode": info.changes.mode,
        "reason": info.changes.reason,
        "started_at": info.started_at.replace(tzinfo=None),
        "finished_at": info.finished_at.replace(tzinfo=None),
        "seconds": (info.finished_at - info.started_at).total_seconds(),
        "rows_read": sum(state.rows for state in info.facts.values()),
        "parts_made": len(info.parts) - parts_copied,
        "parts_copied": parts_copied,
        "days_restated": sum(change.restated for change in info.changes.facts.values()),
        "last_full_day": info.last_full_day,
        "as_of": info.as_of,
    }
    _insert(space, HISTORY, run)


def record_end(writing: Writing, info: BuildInfo) -> None:
    """Note when the build was ready to be published, its published tables included."""
    history = sa.table(HISTORY, *map(sa.column, HISTORY_COLUMNS), schema=writing.schema)
    seconds = (info.finished_at - info.started_at).total_seconds()
    writing.connection.execute(
        sa.update(history)
        .where(history.c.build_id == info.id)
        .values(finished_at=info.finished_at.replace(tzinfo=None), seconds=seconds)
    )


def _record_changes(space: Workspace, previous: Previous, info: BuildInfo) -> None:
    """The days of each fact that the build before had told already."""
    for fact, change in info.changes.facts.items():
        if change.restated:
            days, known = space.tables[CHANGED_DAYS], previous.info.facts[fact].as_of
            columns = [days.c[name] for name in list(CHANGE_COLUMNS)[1:]]
            until = sa.cast(sa.literal(str(known)), sa.Date())
            mine = (days.c.fact == fact, days.c.day <= until)
            space.insert(CHANGES, sa.select(sa.literal(info.id), *columns).where(*mine))


def _insert(space: Workspace, name: str, row: Mapping[str, object]) -> None:
    space.connection.execute(sa.insert(space.tables[name]).values(dict(row)))
