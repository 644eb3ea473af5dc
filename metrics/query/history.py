"""Which builds there were, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from metrics.store.base import KeptBuild


@dataclass(frozen=True)
class BuildRun:
    """One published build; instants are in UTC.

    state     current, kept, undone (see `KeptBuild`), or gone: its numbers are no longer there.
    mode      full or incremental; `reason` says why it was full.
    restated  days whose rows had come late, were corrected or removed.
    checks    of the data, `failing` those that found something, `broken` identities that do not
              hold; None where the build is gone or cannot be read.
    """

    id: str
    state: str
    started_at: datetime
    seconds: float
    mode: str
    reason: str
    rows_read: int
    restated: int
    as_of: date
    checks: int | None
    failing: int | None
    broken: int | None


def build_runs(told: Iterable[Mapping[str, Any]], kept: Sequence[KeptBuild]) -> list[BuildRun]:
    """Builds newest first: those the current one tells of, and those it was gone back to from."""
    known = {one.id: one for one in kept}
    runs = {str(row["build_id"]): _run(row, known.get(str(row["build_id"]))) for row in told}
    for one in kept:
        if one.id not in runs and one.info is not None:
            runs[one.id] = _run(_of_info(one), one)
    return sorted(runs.values(), key=lambda run: run.id, reverse=True)


def _run(row: Mapping[str, Any], kept: KeptBuild | None) -> BuildRun:
    info = kept.info if kept else None
    return BuildRun(
        id=str(row["build_id"]),
        state=kept.state if kept else "gone",
        started_at=_moment(row["started_at"]),
        seconds=float(row["seconds"]),
        mode=str(row["mode"]),
        reason=str(row["reason"] or ""),
        rows_read=int(row["rows_read"]),
        restated=int(row["days_restated"]),
        as_of=_moment(row["as_of"]).date(),
        checks=len(info.checks) if info else None,
        failing=sum(1 for check in info.checks if check.failing) if info else None,
        broken=sum(1 for one in info.identities if one.broken) if info else None,
    )


def _moment(value: Any) -> datetime:
    """A moment as engines hand it out; without a zone it is in UTC."""
    moment = pd.Timestamp(value)
    utc = moment.tz_localize(UTC) if moment.tzinfo is None else moment.tz_convert(UTC)
    return utc.floor("s").to_pydatetime()


def _of_info(kept: KeptBuild) -> dict[str, Any]:
    """What a build says of itself, in the words of the table."""
    info = kept.info
    assert info is not None
    return {
        "build_id": kept.id,
        "started_at": info.started_at,
        "seconds": (info.finished_at - info.started_at).total_seconds(),
        "mode": info.changes.mode,
        "reason": info.changes.reason,
        "rows_read": sum(fact.rows for fact in info.facts.values()),
        "days_restated": sum(change.restated for change in info.changes.facts.values()),
        "as_of": info.as_of,
    }
