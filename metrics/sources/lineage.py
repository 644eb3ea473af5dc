"""What an SQL file of `queries/` reads, down to the column, and in which order files can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, TokenError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from metrics.errors import DefinitionError, Problem, did_you_mean
from metrics.sources.model import Dependencies, Queries, SqlFile

MAX_CHARACTERS = 20_000
MOST_FILES = 1024
SCHEMAS = ("source", "entity", "fact")

Tables = tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
"""Columns by schema and table, as something that can be looked up."""

_CALENDAR = "calendar arithmetic belongs to the metrics, not to a query"
_CLOCK = "a query must not depend on when it runs"
_READ_ONLY = "a query only reads"
LOCAL_DAY = "LOCAL_DAY"
"""The one calendar function files may use: the day of an instant in the reporting time zone."""

_REFUSED: Mapping[type, str] = {
    exp.TimestampTrunc: _CALENDAR,
    exp.DateTrunc: _CALENDAR,
    exp.Interval: _CALENDAR,
    exp.Extract: _CALENDAR,
    exp.CurrentTimestamp: _CLOCK,
    exp.CurrentDate: _CLOCK,
    exp.CurrentTime: _CLOCK,
    exp.Rand: _CLOCK,
    exp.DML: _READ_ONLY,
    exp.DDL: _READ_ONLY,
    exp.Command: _READ_ONLY,
    exp.Into: _READ_ONLY,
    exp.Lock: _READ_ONLY,
    exp.Parameter: "a query has no parameters",
    exp.Placeholder: "a query has no parameters",
    # Without parentheses sqlglot takes the arrow for a function's arrow.
    exp.Lambda: "write (column -> 'key') in parentheses inside a call",
    exp.AnonymousAggFunc: "this function is not known on every engine",
}


def parse(file: SqlFile) -> exp.Query:
    """The file as a tree with lower-case names. Raises DefinitionError when it is no plain SELECT.

    Checked is what can be seen without the schema: one SELECT, known functions, no clock and no
    calendar, only tables of `source`, `entity` and `fact`. The tree is the caller's to change.
    """
    return _parsed(file).copy()


@lru_cache(maxsize=MOST_FILES)
def _parsed(file: SqlFile) -> exp.Query:
    """Read once in a process, however often a model is loaded; nobody may change it."""
    if len(file.text) > MAX_CHARACTERS:
        raise _error(file, 0, f"longer than {MAX_CHARACTERS} characters; split the query")
    try:
        statements = [tree for tree in sqlglot.parse(file.text, read="postgres") if tree]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        message = f"{first.get('description', error)} near '{first.get('highlight', '')}'"
        raise _error(file, first.get("line") or 0, message) from error
    except (TokenError, RecursionError) as error:
        raise _error(file, 0, f"cannot be read as SQL: {error}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _error(file, 0, "a file holds one SELECT statement")
    tree = statements[0]
    problems = [Problem(file.path, line, text) for line, text in _visible_problems(tree)]
    if problems:
        raise DefinitionError(problems)
    return normalize_identifiers(tree, dialect="postgres")


def check_file(file: SqlFile, promised: frozenset[str], queries: Queries) -> Dependencies:
    """What the file reads. Raises DefinitionError unless it produces just the promised columns.

    Unknown tables and columns are problems too.
    """
    tree = qualified(file, queries)
    names = tree.named_selects
    problems = [
        *(f"does not produce the promised column '{name}'" for name in promised - set(names)),
        *(f"produces '{name}', which the schema does not name" for name in set(names) - promised),
        *(f"produces '{name}' twice" for name in set(names) if names.count(name) > 1),
    ]
    if problems:
        raise DefinitionError(Problem(file.path, 0, message) for message in problems)
    return _dependencies_of(file, tree)


def order(queries: Queries) -> list[str]:
    """Qualified names of all entities and facts, each after what any of its files reads.

    Raises DefinitionError when they depend on each other in a circle.
    """
    graph = {
        name: sorted(
            {needed for file in query.files for needed in queries.reads[file.path].queries}
        )
        for name, query in queries.named()
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise DefinitionError([Problem("schema.yml", 0, f"a circle: {circle}")]) from error


def qualified(file: SqlFile, queries: Queries) -> exp.Query:
    """The tree with every column tied to its table and every star expanded; not to be changed."""
    schema: dict[str, dict[str, tuple[str, ...]]] = {}
    problems: list[Problem] = []
    for table in _parsed(file).find_all(exp.Table):
        if not table.db:
            continue
        columns = _columns_of(table, queries)
        if columns is None:
            known = [f"{table.db}.{name}" for name in _names_in(table.db, queries)]
            hint = did_you_mean(f"{table.db}.{table.name}", known)
            message = f"there is no {table.db}.{table.name}. {hint}".strip()
            problems.append(Problem(file.path, _line(table), message))
        else:
            schema.setdefault(table.db, {})[table.name] = tuple(columns)
    if problems:
        raise DefinitionError(problems)
    return _tied(file, tuple((name, tuple(tables.items())) for name, tables in schema.items()))


@lru_cache(maxsize=MOST_FILES)
def _tied(file: SqlFile, tables: Tables) -> exp.Query:
    tree = parse(file)
    schema: dict[str, Any] = {
        name: {table: dict.fromkeys(columns, "text") for table, columns in of_it}
        for name, of_it in tables
    }
    try:
        tied: exp.Query = qualify(tree, dialect="postgres", schema=schema, quote_identifiers=False)
    except OptimizeError as error:
        raise _error(file, 0, str(error).splitlines()[0]) from error
    return tied


def _dependencies_of(file: SqlFile, tree: exp.Query) -> Dependencies:
    found: dict[str, dict[str, set[str]]] = {schema: {} for schema in SCHEMAS}
    for scope in traverse_scope(tree):
        for alias, (_, source) in scope.selected_sources.items():
            if isinstance(source, exp.Table):
                columns = found[source.db].setdefault(source.name, set())
                columns |= {column.name for column in scope.source_columns(alias)}
    return Dependencies(
        sources={name: frozenset(columns) for name, columns in sorted(found["source"].items())},
        entities=frozenset(found["entity"]),
        facts=frozenset(found["fact"]),
    )


def _names_in(schema: str, queries: Queries) -> Mapping[str, object]:
    return {"source": queries.sources, "entity": queries.entities, "fact": queries.facts}[schema]


def _columns_of(table: exp.Table, queries: Queries) -> list[str] | None:
    about = _names_in(table.db, queries).get(table.name)
    return list(about.columns) if about else None  # type: ignore[attr-defined]


def _visible_problems(tree: exp.Query) -> Iterator[tuple[int, str]]:
    names = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    refused = tuple(_REFUSED)
    for node in tree.walk():
        if isinstance(node, refused):  # one look at most nodes: files are many
            for kind, reason in _REFUSED.items():
                if isinstance(node, kind):
                    yield _line(node), f"{reason}: {node.sql('postgres')[:60]}"
        if isinstance(node, exp.Anonymous) and node.name.upper() != LOCAL_DAY:
            yield _line(node), f"this function is not known on every engine: {node.name[:60]}"
        if isinstance(node, exp.Table):
            if not isinstance(node.this, exp.Identifier):
                yield _line(node), f"not a table: {node.sql('postgres')[:60]}"
            elif node.catalog or (node.db.lower() if node.db else "") not in ("", *SCHEMAS):
                yield _line(node), f"read {node.sql('postgres')} as source.<name>, see sources.yml"
            elif not node.db and node.name.lower() not in names:
                yield _line(node), f"'{node.name}' needs source., entity. or fact. before it"


def _line(node: exp.Expr) -> int:
    """Line of the first name inside a node, 0 when it has none."""
    for inner in node.walk():
        if "line" in inner.meta:
            return int(inner.meta["line"])
    return 0


def _error(file: SqlFile, line: int, message: str) -> DefinitionError:
    return DefinitionError([Problem(file.path, line, message)])
