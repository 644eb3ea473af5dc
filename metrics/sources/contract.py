"""Which queries the warehouse can answer, with which file, and what it lacks for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.sources.lineage import order
from metrics.sources.model import Queries, SqlFile
from metrics.sources.warehouse import ACCEPTED, Inspected, find


@dataclass(frozen=True)
class Answer:
    """The file an entity or fact is made with; None when something is `missing` for it.

    `missing` names what the first choice needs, such as `raw.ad_performance_daily` (no such
    table), `raw.users.role (missing)` or `raw.users.created_at is text, needs instant`.
    """

    file: SqlFile | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """What can be made of the warehouse, by qualified name (`entity.x`) in build order."""

    answers: Mapping[str, Answer]

    @property
    def possible(self) -> dict[str, SqlFile]:
        """Every entity and fact that can be made, and the file for it, in build order."""
        return {name: answer.file for name, answer in self.answers.items() if answer.file}

    def missing(self, qualified: str) -> tuple[str, ...]:
        """What an entity or fact waits for; empty when it can be made."""
        answer = self.answers[qualified]
        return () if answer.file else answer.missing


def check(queries: Queries, inspected: Inspected) -> Contract:
    """Hold the columns that the SQL files read against those the warehouse has."""
    answers: dict[str, Answer] = {}
    for name in order(queries):
        query = queries.query(name)
        lacks = [_missing_for(file, queries, inspected, answers) for file in query.files]
        chosen = next(
            (file for file, lack in zip(query.files, lacks, strict=True) if not lack), None
        )
        answers[name] = Answer(chosen, lacks[0])
    return Contract(answers)


def missing_columns(
    table: str, columns: Mapping[str, str], inspected: Inspected
) -> tuple[str, ...]:
    """What a table lacks of some columns and types, one message each; its name if it is not there.

    >>> missing_columns("raw.t", {"a": "text", "b": "instant"}, {"raw.t": {"B": "text"}})
    ('raw.t.a (missing)', 'raw.t.b is text, needs instant')
    """
    tables = find(table, inspected)
    if not tables:
        return (table,)
    if len(tables) > 1:
        return (f"{table} (several tables differ only in case)",)
    present = inspected[tables[0]]
    lacks = []
    for name, needed in sorted(columns.items()):
        found = find(name, present)
        if not found:
            lacks.append(f"{table}.{name} (missing)")
        elif len(found) > 1:
            lacks.append(f"{table}.{name} (several columns differ only in case)")
        elif present[found[0]] not in ACCEPTED[needed]:
            lacks.append(f"{table}.{name} is {present[found[0]]}, needs {needed}")
    return tuple(lacks)


def missing_names(table: str, columns: tuple[str, ...], inspected: Inspected) -> tuple[str, ...]:
    """What a table lacks of some columns, whatever their types; its columns if it is not there.

    >>> missing_names("raw.t", ("a", "b"), {"raw.t": {"A": "text"}})
    ('raw.t.b',)
    """
    tables = find(table, inspected)
    if not tables:
        return tuple(f"{table}.{column}" for column in columns) or (table,)
    present = inspected[tables[0]]
    return tuple(f"{table}.{column}" for column in columns if not find(column, present))


def _missing_for(
    file: SqlFile, queries: Queries, inspected: Inspected, answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    reads = queries.reads[file.path]
    lacks: list[str] = []
    for name, columns in reads.sources.items():
        source = queries.sources[name]
        needed = {column: source.columns[column] for column in columns}
        lacks += missing_columns(source.table, needed, inspected)
    for needed_query in sorted(reads.queries):
        if answers[needed_query].file is None:
            lacks += answers[needed_query].missing
    return tuple(dict.fromkeys(lacks))
