"""Holds what a query promises against its rows: one pass counts, examples only for what broke.

    sessions  ->  CheckInfo("fact.sessions", "references", "user_id", rows=1944, failing=12,
                            examples=("u_999",), wanted="users")

What is found here changes no number: rows that cannot be used were set aside while staging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from metrics.build.workspace import Workspace
from metrics.sources.model import Entity, Fact, Test
from metrics.store.info import CheckInfo, CheckKind

EXAMPLES = 3
EXAMPLE_LENGTH = 60
NOTHING = "(none)"

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Promise:
    """One check as SQL: of the rows it `concerns`, those that break it.

    `example` is the expression whose values show what is wrong; None where there is no value.
    """

    kind: CheckKind
    column: str
    concerns: Any
    breaks: Any
    example: Any
    severity: Severity = "warning"
    wanted: str = ""


def hold(
    space: Workspace,
    about: str,
    source: Any,
    promises: Sequence[Promise],
    also: Sequence[Any] = (),
) -> tuple[list[CheckInfo], tuple[int, ...]]:
    """Check promises against a FROM clause in one pass; `also` are counts to take on the way."""
    counts: list[Any] = [*also]
    for promise in promises:
        counts += [count_if(promise.concerns), count_if(promise.breaks)]
    if not counts:
        return [], ()
    found = [int(n or 0) for n in space.scalar_row(sa.select(*counts).select_from(source))]
    pairs = zip(found[len(also) :: 2], found[len(also) + 1 :: 2], strict=True)
    checks = [
        _outcome(space, about, source, promise, rows, failing)
        for promise, (rows, failing) in zip(promises, pairs, strict=True)
    ]
    return checks, tuple(found[: len(also)])


def _outcome(
    space: Workspace, about: str, source: Any, promise: Promise, rows: int, failing: int
) -> CheckInfo:
    if promise.kind == "filled" and failing < rows:
        failing = 0  # some row has a value
    examples: tuple[str, ...] = ()
    if failing and promise.example is not None:
        examples = examples_of(space, source, promise.breaks, promise.example)
    return CheckInfo(
        about=about,
        kind=promise.kind,
        column=promise.column,
        rows=rows,
        failing=failing,
        examples=examples,
        severity=promise.severity,
        wanted=promise.wanted,
    )


def examples_of(space: Workspace, source: Any, breaks: Any, example: Any) -> tuple[str, ...]:
    """The commonest values of rows that break something, as short printable texts."""
    value = sa.func.substr(sa.cast(example, sa.String()), 1, EXAMPLE_LENGTH + 1)
    grouped = (
        sa.select(value.label("value"), sa.func.count().label("n"))
        .select_from(source)
        .where(breaks)
        .group_by(value)
        .subquery("grouped")
    )
    first = (
        sa.select(grouped.c.value)
        .order_by(grouped.c.n.desc(), sa.collate(grouped.c.value, "C").nulls_last())
        .limit(EXAMPLES)
    )
    return tuple(printable(row[0]) for row in space.rows(first))


def printable(value: Any) -> str:
    """A value of the warehouse as one short line: nothing in it can move a cursor.

    >>> printable("a\\x1b[2Jb"), printable(None), len(printable("x" * 99))
    ('a?[2Jb', '(none)', 60)
    """
    if value is None:
        return NOTHING
    text = "".join(one if one.isprintable() else "?" for one in str(value))
    return text if len(text) <= EXAMPLE_LENGTH else text[: EXAMPLE_LENGTH - 1] + "…"


def moments_of(fact: Fact, raw: Any, last_full_day: Any) -> list[Promise]:
    """What a fact's rows must keep to be used at all: a time, not a future one, a way forward."""
    if fact.snapshot:
        return []
    key = together([raw.c[column] for column in fact.key])
    time, *ends = fact.moments
    ahead = raw.c.day > last_full_day
    promises = [Promise("not_null", time, sa.true(), raw.c.day.is_(None), key, "error")]
    if not fact.planned:
        known = raw.c.day.is_not(None)
        promises.append(Promise("not_future", time, known, ahead, raw.c[time], "error"))
    for end in ends:
        both = sa.and_(raw.c[end].is_not(None), raw.c.day <= last_full_day)
        backwards = sa.and_(both, raw.c[end] < raw.c[time])
        example = together([raw.c[time], raw.c[end]], " to ")
        promises.append(Promise("forward", end, both, backwards, example, "error"))
    return promises


def contents_of(
    query: Entity | Fact,
    table: Any,
    keys: Mapping[str, Any],
    used: Mapping[str, Severity],
) -> tuple[Any, list[Promise]]:
    """FROM clause and promises about the columns of a staged query.

    `keys` are the key columns of the entities the warehouse has, by name; `used` are the columns
    something is computed from, which therefore need a value in some row.
    """
    own = [query.key] if isinstance(query, Entity) else query.key
    label = together([table.c[column] for column in own])
    promises = [_tested(test, table.c[test.column], label) for test in query.tests]
    source = table
    for column, entity in query.references.items():
        if entity in keys:
            known = sa.select(keys[entity].label("key")).distinct().subquery(f"known_{column}")
            source = sa.outerjoin(source, known, table.c[column] == known.c.key)
            value = table.c[column]
            given = value.is_not(None)
            lost = sa.and_(given, known.c.key.is_(None))
            promises.append(Promise("references", column, given, lost, value, wanted=entity))
    for column, severity in used.items():
        empty = table.c[column].is_(None)
        promises.append(Promise("filled", column, sa.true(), empty, None, severity))
    return source, promises


def _tested(test: Test, column: Any, label: Any) -> Promise:
    """A test of `schema.yml`; an empty value breaks `not_null` alone."""
    given = column.is_not(None)
    if test.kind == "not_null":
        return Promise("not_null", test.column, sa.true(), column.is_(None), label)
    if test.kind == "positive":
        return Promise("positive", test.column, given, column <= 0, column)
    others = sa.and_(given, column.not_in(test.values))
    wanted = ", ".join(test.values)
    return Promise("accepted", test.column, given, others, column, wanted=wanted)


def together(columns: Sequence[Any], separator: str = " · ") -> Any:
    """Several values as one text; a single one stays as it is."""
    if len(columns) == 1:
        return columns[0]
    texts: list[Any] = [
        sa.func.coalesce(sa.cast(column, sa.String()), NOTHING) for column in columns
    ]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined.concat(sa.literal(separator)).concat(text)
    return joined


def count_if(condition: Any) -> Any:
    """Rows for which a condition holds."""
    return sa.func.sum(sa.case((condition, 1), else_=0))
