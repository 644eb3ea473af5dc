"""Runs the statements of a question: one per part, rule and split for all leaves together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metrics.definitions.expressions import Leaf
from metrics.engines.fetch import Column
from metrics.kinds import PER_ENTITY
from metrics.parts.plan import Part
from metrics.periods import Window
from metrics.query.cells import Cells, Executed, as_seen, found_in
from metrics.query.compile import Compiler, Group, Split, windows_table
from metrics.query.per_entity import per_entity
from metrics.query.plan import Planned, Planner
from metrics.query.rules import compile_group
from metrics.result import Ran

Run = Callable[[Any], Executed]


class Fetcher:
    """Plans leaves, runs what answers them, and keeps what was run."""

    def __init__(self, compiler: Compiler, planner: Planner, run: Run) -> None:
        self._compiler = compiler
        self._planner = planner
        self._run = run

    def fetch(
        self, key: Split, leaves: Mapping[Leaf, set[Window]]
    ) -> tuple[dict[Leaf, Cells], list[Ran]]:
        """The numbers of all leaves under one split, each for its windows."""
        groups: dict[Group, list[Planned]] = {}
        singles: list[Planned] = []
        for leaf in leaves:
            planned = self._planner.plan(leaf, key)
            if leaf.take in PER_ENTITY:
                singles.append(planned)
            else:
                groups.setdefault(planned.group, []).append(planned)
        cells: dict[Leaf, Cells] = {}
        ran: list[Ran] = []
        for group, members in groups.items():
            self._fetch_group(group, members, leaves, cells, ran)
        for planned in singles:
            self._fetch_single(planned, leaves[planned.leaf], cells, ran)
        return cells, ran

    def _fetch_group(
        self,
        group: Group,
        members: Sequence[Planned],
        leaves: Mapping[Leaf, set[Window]],
        cells: dict[Leaf, Cells],
        ran: list[Ran],
    ) -> None:
        seen = {
            planned.leaf: {
                days: as_seen(group.rule, planned.leaf, days) for days in leaves[planned.leaf]
            }
            for planned in members
        }
        looked_at = {days for one in seen.values() for days in one.values()}
        numbers = {days: index for index, days in enumerate(sorted(looked_at))}
        if not numbers:
            return
        statement = compile_group(self._compiler, group, list(seen), numbers)
        columns = self._execute(statement.select, group.part, group.rule, ran)
        found = found_in(columns, group.split.by, len(numbers))
        for leaf, windows in seen.items():
            table = found.table(statement.columns[leaf], leaf.take)
            places = {days: numbers[one] for days, one in windows.items()}
            cells[leaf] = Cells(found, table, places)

    def _fetch_single(
        self,
        planned: Planned,
        windows: set[Window],
        cells: dict[Leaf, Cells],
        ran: list[Ran],
    ) -> None:
        numbers = {days: index for index, days in enumerate(sorted(windows))}
        if not numbers:
            return
        table = windows_table(numbers, self._compiler.calendar)
        select = per_entity(
            self._compiler, planned.group, planned.leaf, planned.parts, planned.takes, table
        )
        columns = self._execute(select, planned.group.part, planned.leaf.take, ran)
        found = found_in(columns, planned.group.split.by, len(numbers))
        cells[planned.leaf] = Cells(found, found.table("c0", planned.leaf.take), numbers)

    def _execute(
        self, select: sa.Select[Any], part: Part, rule: str, ran: list[Ran]
    ) -> Mapping[str, Column]:
        done = self._run(select)
        reason = f"answered by rule '{rule}'"
        ran.append(Ran(part.name, reason, done.count, done.text))
        return done.columns
