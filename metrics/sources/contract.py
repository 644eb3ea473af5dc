"""Which queries the warehouse can answer, with which file, and what it lacks for the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from metrics.sources.lineage import order
from metrics.sources.model import Queries, SqlFile
from metrics.sources.warehouse import ACCEPTED, Inspected, find


@dataclass(frozen=True)
class Lack:
    """One thing that is missing for a number, by name.

    kind     table    a table that is not there (or there twice, see `note`)
             column   a column that is not there or, see `note`, cannot be used
             rows     a fact without rows, or without any of late (`note`)
             values   a column of a fact or entity that no row has a (usable) value in
             build    everything is there; only a build with the definition as it is now is not
             look     no build has looked for it yet
    place    the table, or the fact (or entity) for `rows` and `values`
    columns  what is needed of a table and missing, with the type it should have

    >>> str(Lack("table", "raw.surveys", (("score", "number"), ("day", "date"))))
    'raw.surveys (score, day)'
    >>> str(Lack("column", "raw.users", (("role", "text"),)))
    'raw.users.role'
    """

    kind: Literal["table", "column", "rows", "values", "build", "look"]
    place: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The missing columns, without their types."""
        return tuple(name for name, _ in self.columns)

    @property
    def about(self) -> str:
        """What to look for: the table for what a table lacks, else the whole text."""
        return self.place if self.kind in ("table", "column") else str(self)

    def __str__(self) -> str:
        if self.kind in ("build", "look"):
            return self.note
        if self.kind == "rows":
            return " ".join(filter(None, (f"rows in {self.place}", self.note)))
        if self.kind in ("column", "values"):
            text = " ".join(filter(None, (f"{self.place}.{self.names[0]}", self.note)))
            return text if self.kind == "column" else f"values in {text}"
        listing = f"({', '.join(self.names)})" if self.columns else ""
        return " ".join(filter(None, (self.place, self.note or listing)))


def merged(lacks: Iterable[Lack]) -> tuple[Lack, ...]:
    """Each lack once; the columns needed of one absent table are named together."""
    found: dict[object, Lack] = {}
    for lack in lacks:
        key = (lack.place, lack.note) if lack.kind == "table" else lack
        before = found.get(key, lack)
        columns = tuple(sorted({*before.columns, *lack.columns}))
        found[key] = replace(lack, columns=columns)
    return tuple(found.values())


@dataclass(frozen=True)
class Answer:
    """The file an entity or fact is made with, if any, and what its first choice lacks."""

    file: SqlFile | None
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class Contract:
    """What can be made of the warehouse, by qualified name (`entity.x`) in build order."""

    answers: Mapping[str, Answer]

    @property
    def possible(self) -> dict[str, SqlFile]:
        """Every entity and fact that can be made, and the file for it, in build order."""
        return {name: answer.file for name, answer in self.answers.items() if answer.file}

    def lacks(self, qualified: str) -> tuple[Lack, ...]:
        """What an entity or fact waits for; empty when it can be made."""
        answer = self.answers[qualified]
        return () if answer.file else answer.lacks

    def missing(self, qualified: str) -> tuple[str, ...]:
        """The same as texts, such as `raw.surveys (score, day)` or `raw.users.role`."""
        return tuple(map(str, self.lacks(qualified)))


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


def declared(queries: Queries) -> Inspected:
    """A warehouse that has every source just as it is declared."""
    return {source.table: dict(source.columns) for source in queries.sources.values()}


def missing_columns(
    table: str, columns: Mapping[str, str], inspected: Inspected
) -> tuple[Lack, ...]:
    """What a table lacks of some columns and types: itself, or one lack for each column.

    >>> found = missing_columns("raw.t", {"a": "text", "b": "instant"}, {"raw.t": {"B": "text"}})
    >>> list(map(str, found))
    ['raw.t.a', 'raw.t.b is text, needs instant']
    """
    tables = find(table, inspected)
    if not tables:
        return (Lack("table", table, tuple(sorted(columns.items()))),)
    if len(tables) > 1:
        return (Lack("table", table, note="(several tables differ only in case)"),)
    present = inspected[tables[0]]
    lacks = []
    for name, needed in sorted(columns.items()):
        found = find(name, present)
        lack = Lack("column", table, ((name, needed),))
        if not found:
            lacks.append(lack)
        elif len(found) > 1:
            lacks.append(replace(lack, note="(several columns differ only in case)"))
        elif present[found[0]] not in ACCEPTED[needed]:
            lacks.append(replace(lack, note=f"is {present[found[0]]}, needs {needed}"))
    return tuple(lacks)


def _missing_for(
    file: SqlFile, queries: Queries, inspected: Inspected, answers: Mapping[str, Answer]
) -> tuple[Lack, ...]:
    reads = queries.reads[file.path]
    lacks: list[Lack] = []
    for name, columns in reads.sources.items():
        source = queries.sources[name]
        needed = {column: source.columns[column] for column in columns}
        lacks += missing_columns(source.table, needed, inspected)
    for needed_query in sorted(reads.queries):
        if answers[needed_query].file is None:
            lacks += answers[needed_query].lacks
    return merged(lacks)
