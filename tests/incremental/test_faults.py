"""A fault planted in what finds and keeps changes shows in the tables of the next build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from metrics.settings import Settings
from tests.incremental.steps import Step, wrong_after
from tests.incremental.trading import Edit
from tests.soundness.mutation import Mutation, planted
from tests.soundness.mutation import fault as mutation


@dataclass(frozen=True)
class Planted:
    """A fault, and what has to happen for it to show."""

    fault: Mutation
    steps: tuple[Step, ...]


def edit(kind: str, table: str, row: int = 0, **more: int) -> Edit:
    return Edit(kind, table, row, **{"other": 0, "column": 0, "days": 0, **more})


def fault(about: str, target: str, old: str, new: str, *steps: Step) -> Planted:
    return Planted(mutation(about, target, old, new), steps)


PLANTED = [
    fault(
        "a digest leaves a column out",
        "build.digests:_edges",
        "if column.name not in left_out",
        'if column.name not in (*left_out, "amount")',
        (0, []),  # its digests are made with the fault, too
        (0, [edit("correct", "deals", 3, other=8, column=4, days=1)]),
    ),
    fault(
        "digests do not know how an interval ends",
        "build.digests:_edges",
        "if fact.interval:",
        "if False:",
        (0, []),
        (0, [edit("end", "outages", 3)]),
    ),
    fault(
        "the first changed day is not made anew",
        "build.making:Making._anew",
        "made.c.day >= first",
        "made.c.day > first",
        (0, [edit("late", "visits", 20, days=9)]),
    ),
    fault(
        "the first changed day is copied as well",
        "build.making:Making._replace",
        "WHERE day >= DATE",
        "WHERE day > DATE",
        (0, [edit("late", "visits", 20, days=9)]),
    ),
    fault(
        "entities do not change",
        "build.entity_changes:EntityChanges.first_reference",
        "if entity in self._changed:",
        "if False:",
        (0, [edit("correct", "customers", 1, other=2, column=1, days=1)]),
    ),
    fault(
        "what belongs to an entity does not change with it",
        "build.entity_changes:EntityChanges._spread",
        "waiting |= self._reached(entity, column, other)",
        "pass",
        (0, [edit("correct", "places", 0, other=2, column=2, days=1)]),
    ),
    fault(
        "on new days nothing ends, and no score has a row",
        "build.changes:_Finder._rows_since",
        "if fact.interval and before < self.now.last_full_day:",
        "if False:",
        (3, []),
    ),
    fault(
        "the days before an end begin at the end",
        "build.changes:_Finder._rows_since",
        "end - timedelta(days=reach)",
        "end",
        (0, [edit("end", "notices", 2)]),
    ),
    fault(
        "cohorts and stocks are kept by day",
        "build.reuse:Reuse.since",
        "part.kind in BY_DAY",
        'part.kind != "movement"',
        (0, [edit("new", "visits", 1, days=4)]),
    ),
    fault(
        "a score knows its inputs from its own first day on",
        "build.reuse:Reuse.first_days",
        "found[below] = min(found[name], found.get(below, found[name]))",
        "found[below] = found.get(below, found[name])",
        (1, [edit("late", "subscriptions", 4, days=40)]),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.fault.about.replace(" ", "_"))
def test_a_planted_fault_shows(one: Planted, first: Settings, tmp_path: Path) -> None:
    with planted(one.fault):
        assert wrong_after(first, one.steps, tmp_path / "with") != []
    assert wrong_after(first, one.steps, tmp_path / "without") == []
