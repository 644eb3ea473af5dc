"""Keeps of every fact and day how many rows it has and what they say together, as one digest.

    fact_days   fact, edge, day, rows, digest

A build compares its own with those of the build before: only days that differ are made anew, so
no window has to guess how late a row may come. An interval has two edges: its row counts on the
day it starts, without what its end says, and once it ends on that day as a whole. So an interval
that ends today changes today, not the day it began.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa

from metrics.build.workspace import Workspace
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Measure
from metrics.engines.functions import rows_digest
from metrics.sources.model import Fact

FACT_DAYS = "fact_days"
COLUMNS = {"fact": "text", "edge": "text", "day": "date", "rows": "integer", "digest": "text"}
ADDED_AT_END = frozenset({"until_day", "until_clock"})
READ_FROM_END = frozenset({"days", "seconds", "end_day", *ADDED_AT_END})

Edge = Literal["start", "end"]


def left_out_at_start(fact: Fact, definitions: Definitions) -> frozenset[str]:
    """Columns that the digest of the start leaves out: of an interval those that tell its end.

    Nothing is left out where a measure that counts on the day of the start looks at the end.
    """
    if fact.interval is None:
        return frozenset()
    ends = {fact.interval.to, *ADDED_AT_END}
    for measure in definitions.measures.values():
        if measure.fact == fact.name and _looks_at_end(measure, fact.interval.to):
            return frozenset()
    named = {
        column for name, rollups in definitions.rollups.items() for r in rollups for column in r
    }
    return frozenset() if named & ends else frozenset(ends)


def _looks_at_end(measure: Measure, end: str) -> bool:
    if measure.at == "end" and measure.kind in ("flow", "rows"):
        return False
    names = {measure.value, *measure.where, *measure.key, *measure.within}
    return measure.spread or bool(names & {end, *READ_FROM_END})


def digest_days(space: Workspace, fact: Fact, table: Any, left_out: frozenset[str]) -> None:
    """Add the days of a staged fact to the digests of the build."""
    if FACT_DAYS not in space.tables:
        space.create_empty(FACT_DAYS, COLUMNS, keep=True)
    for edge, day, columns in _edges(fact, table, left_out):
        statement = (
            sa.select(
                sa.literal(fact.name),
                sa.literal(edge),
                day,
                sa.func.count(),
                rows_digest(*columns),
            )
            .where(day.is_not(None))
            .group_by(day)
        )
        space.insert(FACT_DAYS, statement)


def _edges(
    fact: Fact, table: Any, left_out: frozenset[str]
) -> Iterator[tuple[Edge, Any, list[Any]]]:
    yield "start", table.c.day, [column for column in table.c if column.name not in left_out]
    if fact.interval:
        yield "end", table.c.until_day, list(table.c)
