"""From a column that a query produces to the columns it is made of, read out of its SQL.

    SELECT d.amount * 2 AS doubled FROM source.deals AS d WHERE d.stage = 'won'
    doubled   values {source.deals.amount}   rows {source.deals.stage}

`values` are what the column's value is computed from; `rows` decide which rows there are and are
the same for every column of a query. One step at a time: a column of an entity or of a fact is an
end here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from metrics.sources.lineage import qualified
from metrics.sources.model import Dependencies, Queries, SqlFile


class Ref(NamedTuple):
    """A column of a source, an entity or a fact, such as `source.deals.amount`."""

    kind: str
    name: str
    column: str

    @property
    def query(self) -> str:
        """Qualified name of what has the column."""
        return f"{self.kind}.{self.name}"


@dataclass(frozen=True)
class Traced:
    """What one produced column is made of.

    exact  False where the SQL cannot be followed: then everything the file reads is in `rows`.
    blank  the file says NULL for it, so it has no value in any row.
    """

    values: frozenset[Ref]
    rows: frozenset[Ref]
    exact: bool = True
    blank: bool = False


Use = Callable[[Ref], None]


class Tracer:
    """Follows columns through the files of `queries/`; every file is read at most once."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._roots: dict[str, Scope | None] = {}
        self._known: dict[tuple[str, str], Traced] = {}

    def trace(self, file: SqlFile, column: str) -> Traced:
        """What a column of a file is made of."""
        key = (file.path, column)
        if key not in self._known:
            self._known[key] = self._traced(file, column)
        return self._known[key]

    def _traced(self, file: SqlFile, column: str) -> Traced:
        root = self._root(file)
        everything = frozenset(_all_of(self._queries.reads[file.path]))
        if root is None:
            return Traced(frozenset(), everything, exact=False)
        walk = _Walk()
        try:
            walk.output(root, column, walk.values.add)
            walk.rows_of(root, walk.rows.add)
        except (LookupError, RecursionError):
            return Traced(frozenset(), everything, exact=False)
        blank = all(_is_null(value) for value in _projections(root, column))
        return Traced(frozenset(walk.values), frozenset(walk.rows), blank=blank)

    def _root(self, file: SqlFile) -> Scope | None:
        if file.path not in self._roots:
            self._roots[file.path] = build_scope(qualified(file, self._queries))
        return self._roots[file.path]


@dataclass
class _Walk:
    """One search through the scopes of a file; places seen once are not entered again."""

    values: set[Ref] = field(default_factory=set)
    rows: set[Ref] = field(default_factory=set)
    _seen: set[object] = field(default_factory=set)

    def output(self, scope: Scope, column: str, use: Use) -> None:
        """Everything the value of a scope's column is computed from."""
        if self._was_here(scope, column, use):
            return
        if scope.set_operation_scopes:
            index = _selects(scope).index(column)
            for branch in scope.set_operation_scopes:
                self.output(branch, _selects(branch)[index], use)
            return
        for value in _projections(scope, column):
            self._columns_in(value, scope, use)

    def rows_of(self, scope: Scope, use: Use) -> None:
        """Everything that decides which rows a scope has."""
        if self._was_here(scope, "", use):
            return
        for branch in scope.set_operation_scopes:
            self.rows_of(branch, use)
        if scope.expression.args.get("distinct"):
            for name in _selects(scope):
                self.output(scope, name, use)
        for clause in _clauses(scope.expression):
            self._columns_in(clause, scope, use)
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                self.rows_of(source, use)

    def _columns_in(self, node: exp.Expr, scope: Scope, use: Use) -> None:
        """Columns below a node; a query inside it counts as a whole."""
        inner = {id(sub.expression): sub for sub in scope.subquery_scopes}
        for found in node.walk(prune=lambda one: id(one) in inner):
            if id(found) in inner:
                for name in _selects(inner[id(found)]):
                    self.output(inner[id(found)], name, use)
                self.rows_of(inner[id(found)], use)
            elif isinstance(found, exp.Column):
                self._column(found, scope, use)

    def _column(self, column: exp.Column, scope: Scope, use: Use) -> None:
        if not column.table:  # an alias of this SELECT
            self.output(scope, column.name, use)
            return
        at: Scope | None = scope
        while at is not None and column.table not in at.sources:
            at = at.parent
        if at is None:
            raise LookupError(column.sql())
        source = at.sources[column.table]
        if isinstance(source, Scope):
            self.output(source, column.name, use)
            self.rows_of(source, self.rows.add)
        else:
            use(Ref(source.db, source.name, column.name))

    def _was_here(self, *place: object) -> bool:
        key = tuple(id(one) if isinstance(one, Scope) else one for one in place)
        seen = key in self._seen
        self._seen.add(key)
        return seen


def _selects(scope: Scope) -> list[str]:
    assert isinstance(scope.expression, exp.Query)
    return list(scope.expression.named_selects)


def _projections(scope: Scope, column: str) -> Iterator[exp.Expr]:
    """The expressions behind a column: one, or one per branch of a union."""
    if scope.set_operation_scopes:
        index = _selects(scope).index(column)
        for branch in scope.set_operation_scopes:
            yield from _projections(branch, _selects(branch)[index])
        return
    assert isinstance(scope.expression, exp.Query)
    yield scope.expression.selects[_selects(scope).index(column)]


def _clauses(query: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a SELECT that choose, join or group rows; its order only where it limits."""
    args = query.args
    wanted = ["from_", "joins", "laterals", "where", "group", "having", "qualify", "distinct"]
    wanted += ["windows", *(["order"] if args.get("limit") else [])]
    for name in wanted:
        found = args.get(name)
        for clause in found if isinstance(found, list) else [found]:
            if isinstance(clause, exp.Join):
                yield from filter(None, (clause.args.get("on"),))
            elif isinstance(clause, exp.Expression) and not isinstance(clause, exp.From):
                yield clause


def _is_null(value: exp.Expr) -> bool:
    inner = value.unalias().unnest()
    while isinstance(inner, exp.Cast):
        inner = inner.this.unnest()
    return isinstance(inner, exp.Null)


def _all_of(reads: Dependencies) -> Iterable[Ref]:
    for name, columns in reads.sources.items():
        for column in columns:
            yield Ref("source", name, column)
    for qualified_name in reads.queries:
        kind, _, name = qualified_name.partition(".")
        yield Ref(kind, name, "")
