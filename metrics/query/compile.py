"""Leaves to SQL: one statement per part, rule and split, for all windows together.

    windows   id, lo, hi           the days each leaf looks at, computed by us
    d         part rows, filtered and summed to day x split
    answer    windows joined to d by the rule of the kind, summed per window and split

No calendar arithmetic is left to the engine: it compares dates and adds numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metrics.definitions.expressions import Leaf
from metrics.engines.conditions import condition
from metrics.engines.functions import each_of
from metrics.parts.joins import Attached, Joins, Path
from metrics.parts.plan import Part
from metrics.periods import ONE_DAY, Calendar, Window

ZERO: Any = sa.literal_column("0")
ONE: Any = sa.literal_column("1")

Where = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Split:
    """How an answer is divided: dimensions shown, and filters that apply to all of it."""

    by: tuple[str, ...] = ()
    where: Where = ()


@dataclass(frozen=True)
class Group:
    """Leaves that one statement answers: same part, same rule, same split, same own filter."""

    part: Part
    rule: str
    split: Split
    segment: str = "closing"


@dataclass(frozen=True)
class Statement:
    """A compiled question: the select, and for each leaf the column that answers it.

    The answer has one row per window and member: `id`, the split's columns, the columns.
    """

    select: sa.Select[Any]
    columns: Mapping[Leaf, str]


@dataclass(frozen=True)
class Tables:
    """Tables of one build as Core sees them."""

    part: Callable[[Part], sa.TableClause]
    entities: Mapping[str, sa.TableClause]


@dataclass(frozen=True)
class Reached:
    """Split and filter columns of one part, before and after windows are known."""

    fixed: dict[str, Path]
    moving: dict[str, Path]


RULE_OF_TAKE = {
    "sum": "between",
    "key_days": "between",
    "level": "until",
    "time_days": "until",
    "time_seconds": "until",
    "known_keys": "until",
    "last_days": "until",
    "keys": "keys",
    "keys_new": "keys",
    "keys_returning": "keys",
    "keys_resurrected": "keys",
    "keys_before": "before",
    "size": "cohort",
    "reached": "cohort",
    "total": "at",
    "entities": "at",
    "under": "at",
    "quantile": "rows",
}


def rule_of(leaf: Leaf, part: Part) -> str:
    """Which way of joining windows to the part answers a leaf."""
    if part.kind == "movement" and leaf.take != "level":
        return "movement"
    if part.kind == "snapshot":
        return "at"
    return RULE_OF_TAKE.get(leaf.take, "per_entity")


def reach(joins: Joins, part: Part, names: Sequence[str]) -> Reached | None:
    """Paths from a part to dimensions, or None when one of them cannot be reached."""
    fixed: dict[str, Path] = {}
    moving: dict[str, Path] = {}
    for name in names:
        path = joins.path(name, part.columns)
        if path is None:
            return None
        (moving if path.as_of else fixed)[name] = path
    return Reached(fixed, moving)


class Compiler:
    """Compiles groups of leaves for one build's tables."""

    def __init__(self, joins: Joins, tables: Tables, calendar: Calendar) -> None:
        self.calendar = calendar
        self.joins = joins
        self.tables = tables

    def reached(self, group: Group) -> Reached:
        """Paths for the split and filters of a group (the planner has checked they exist)."""
        names = dict.fromkeys([*group.split.by, *(name for name, _ in group.split.where)])
        found = reach(self.joins, group.part, list(names))
        assert found is not None
        return found

    def days(
        self,
        group: Group,
        keys: Sequence[str],
        sums: Mapping[str, Callable[[Any], Any]],
        name: str = "d",
    ) -> tuple[Any, Reached]:
        """Part rows with fixed filters applied, summed by keys, fixed split and as-of keys."""
        reached = self.reached(group)
        table = self.tables.part(group.part)
        source, columns, filters = self._located(group, table, reached)
        columns = {**{key: table.c[key] for key in keys}, **columns}
        numbers = [sa.func.sum(make(table)).label(name) for name, make in sums.items()]
        statement = (
            sa.select(*[column.label(name) for name, column in columns.items()], *numbers)
            .select_from(source)
            .where(*filters)
            .group_by(*columns.values())
        )
        return statement.cte(name), reached

    def rows(self, group: Group, value: str) -> tuple[Any, Reached]:
        """Like `days`, but one row per row of the part, with its `value`."""
        reached = self.reached(group)
        table = self.tables.part(group.part)
        source, columns, filters = self._located(group, table, reached)
        columns = {"day": table.c.day, "value": table.c[value], **columns}
        statement = (
            sa.select(*[column.label(name) for name, column in columns.items()])
            .select_from(source)
            .where(*filters)
        )
        return statement.cte("d"), reached

    def _located(
        self, group: Group, table: Any, reached: Reached
    ) -> tuple[Any, dict[str, Any], list[Any]]:
        """FROM with fixed joins, the split's columns and as-of keys, and fixed filters."""
        attached = Attached(table, self.tables.entities)
        columns: dict[str, Any] = {}
        for name, path in reached.fixed.items():
            if name in group.split.by:
                columns[f"by_{name}"] = attached.column(path)
        for name, path in reached.moving.items():
            owner = Path(path.steps[:-1], path.steps[-1].via)
            columns[f"key_{name}"] = attached.column(owner)
        filters = [
            term
            for name, wanted in group.split.where
            if name in reached.fixed
            for term in condition(attached.column(reached.fixed[name]), wanted)
        ]
        return attached.source, columns, filters

    def finish(
        self,
        group: Group,
        source: Any,
        inner: Any,
        as_of: Any,
        window_id: Any,
        numbers: Sequence[Any],
        reached: Reached,
    ) -> Any:
        """Join what changes over time as of a date, filter on it, and group by the split."""
        source, filters, shown = self.place(group, source, inner, as_of, reached)
        labelled = [column.label(f"by_{name}") for name, column in shown.items()]
        return (
            sa.select(window_id.label("id"), *labelled, *numbers)
            .select_from(source)
            .where(*filters)
            .group_by(window_id, *shown.values())
        )

    def place(
        self, group: Group, source: Any, inner: Any, as_of: Any, reached: Reached
    ) -> tuple[Any, list[Any], dict[str, Any]]:
        """Joins and filters of dimensions that change, and the split's columns by name."""
        moving: dict[str, Any] = {}
        filters: list[Any] = []
        for name, path in reached.moving.items():
            step = path.steps[-1]
            assert step.since is not None
            table = self.tables.entities[step.entity].alias(f"as_of_{name}")
            until = sa.or_(table.c.valid_to.is_(None), table.c.valid_to > as_of)
            on = sa.and_(
                inner.c[f"key_{name}"] == table.c[step.key], table.c[step.since] <= as_of, until
            )
            source = sa.outerjoin(source, table, on)
            moving[name] = table.c[path.column]
        for name, wanted in group.split.where:
            if name in moving:
                filters += condition(moving[name], wanted)
        shown = {
            name: moving[name] if name in moving else inner.c[f"by_{name}"]
            for name in group.split.by
        }
        return source, filters, shown


def windows_table(windows: Mapping[Window, int], calendar: Calendar) -> Any:
    """The windows as a table of values: id, first and last day, and the instants they span.

    `opens` and `closes` are seconds since 1970 in UTC, so that a day of 23 or 25 hours counts
    as what it is.

    Written out: they are dates of ours, and hundreds of bound values are slow. A few stand row by
    row, as people read them; a great many column by column, as engines read them faster.
    """
    rows = [
        (
            str(number),
            window.lo.isoformat(),
            window.hi.isoformat(),
            f"{calendar.midnight(window.lo):.0f}",
            f"{calendar.midnight(window.hi + ONE_DAY):.0f}",
        )
        for window, number in windows.items()
    ]
    return (_by_row if len(rows) <= MOST_ROWS_READ else _by_column)(rows).cte("windows")


WINDOW = {"id": "INTEGER", "lo": "DATE", "hi": "DATE", "opens": "BIGINT", "closes": "BIGINT"}
WINDOW_TYPES: dict[str, Any] = {
    "INTEGER": sa.Integer(),
    "DATE": sa.Date(),
    "BIGINT": sa.BigInteger(),
}
MOST_ROWS_READ = 60
"""More windows than these nobody reads through in the SQL of an answer."""


def _by_row(rows: Sequence[tuple[str, ...]]) -> Any:
    listed = ", ".join(WINDOW)
    written = ", ".join(
        f"({number}, DATE '{lo}', DATE '{hi}', {opens}, {closes})"
        for number, lo, hi, opens, closes in rows
    )
    values = sa.text(f"SELECT {listed} FROM (VALUES {written}) AS v ({listed})")  # noqa: S608
    columns: list[Any] = [sa.column(name, WINDOW_TYPES[kind]) for name, kind in WINDOW.items()]
    return values.columns(*columns)


def _by_column(rows: Sequence[tuple[str, ...]]) -> Any:
    columns: list[Any] = []
    for (name, kind), values in zip(WINDOW.items(), zip(*rows, strict=True), strict=True):
        every = each_of(sa.literal_column(", ".join(values)), sa.literal_column(kind))
        columns.append(sa.type_coerce(every, WINDOW_TYPES[kind]).label(name))
    return sa.select(*columns)
