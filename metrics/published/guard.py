"""Which SQL may be run on the published models: one SELECT of known nodes over known tables.

The text is parsed, every node is held against a list of what is allowed, every table is looked up,
and what runs is written anew from the tree, so that an engine never sees anything the parser did
not. This is the second wall: the first are the connection's locks and the role's rights.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from metrics.errors import RefusedSqlError, did_you_mean

MAX_CHARACTERS = 20_000
MAX_NODES = 5_000
SCHEMA = "metrics"

SHAPES = frozenset(
    """
    Select From Join Where Group Having Order Ordered Limit Offset Fetch Qualify Distinct With CTE
    Union Except Intersect Subquery Table TableAlias Lateral Values Tuple Exists Any All
    Column Identifier Alias Aliases Star Literal Boolean Null Paren Case If Cast TryCast DataType
    DataTypeParam Interval Var Filter WithinGroup Window WindowSpec IgnoreNulls RespectNulls
    GroupingSets Rollup Cube AtTimeZone
    And Or Xor Not EQ NEQ NullSafeEQ NullSafeNEQ GT GTE LT LTE Is In Between Like ILike SimilarTo
    Escape Add Sub Mul Div IntDiv Mod Neg DPipe IntervalSpan
    """.split()
)
FUNCTIONS = frozenset(
    """
    Count Sum Avg Min Max CountIf Median PercentileCont PercentileDisc Quantile ArgMax ArgMin
    AnyValue Mode Stddev StddevPop StddevSamp Variance VariancePop Corr CovarPop CovarSamp
    LogicalAnd LogicalOr GroupConcat
    RowNumber Rank DenseRank PercentRank CumeDist Ntile Lag Lead FirstValue LastValue NthValue
    Abs Ceil Floor Round Trunc Sqrt Ln Log Exp Pow Sign Greatest Least WidthBucket
    Coalesce Nullif Nvl2
    Lower Upper Length Trim Substring SplitPart Left Right StrPosition Concat ConcatWs Initcap
    StartsWith EndsWith Contains
    Extract TimestampTrunc DateTrunc DateDiff DateAdd DateSub CurrentDate TimeToStr LastDay
    Year Month Day Quarter Week WeekOfYear DayOfWeek DayOfWeekIso DayOfMonth DayOfYear Monthname
    Dayname TsOrDsToDate Date DateFromParts
    """.split()
)
NAMED = frozenset({"age", "date_part", "mode", "printf"})
"""Functions the parser has no class for."""

TYPES = frozenset(
    """
    BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL TEXT VARCHAR CHAR DATE TIMESTAMP
    TIMESTAMPTZ TIMESTAMPNTZ TIME INTERVAL
    """.split()
)
TABLE_PARTS = frozenset({"this", "db", "alias", "joins", "laterals"})


def guarded(text: str, dialect: str, tables: Collection[str]) -> str:
    """The statement to run. Raises RefusedSqlError with what is wrong.

    `dialect` is sqlglot's name of the engine, `tables` the published models.
    """
    tree = _parsed(text, dialect)
    for count, node in enumerate(tree.walk()):
        if count >= MAX_NODES:
            raise RefusedSqlError("The SQL is too long.", "Ask for less at once.")
        _check(node)
    for table in list(tree.find_all(exp.Table)):
        _settle(table, tables)
    try:
        written = tree.sql(dialect, comments=False)
        if sqlglot.parse_one(written, read=dialect) != tree:
            raise RefusedSqlError("The SQL means two things.", "Write it in a plainer way.")
    except (SqlglotError, RecursionError) as error:
        raise RefusedSqlError("The SQL cannot be read.", "Write it in a plainer way.") from error
    return written


def _parsed(text: str, dialect: str) -> exp.Expression:
    if len(text) > MAX_CHARACTERS:
        raise RefusedSqlError(
            f"The SQL is longer than {MAX_CHARACTERS:,} characters.", "Ask for less at once."
        )
    if "\x00" in text:
        raise RefusedSqlError("The SQL holds a character that no text has.")
    try:
        trees = [tree for tree in sqlglot.parse(text, read=dialect) if not _is_empty(tree)]
    except RecursionError:
        raise RefusedSqlError("The SQL is nested too deep.", "Write it flatter.") from None
    except SqlglotError as error:
        said = str(error).partition("\n")[0].partition(". Line")[0]
        raise RefusedSqlError(f"The SQL cannot be read: {said}.") from error
    except Exception as error:  # a parser that trips over a text has not read it
        raise RefusedSqlError("The SQL cannot be read.", "Write one SELECT.") from error
    if len(trees) != 1:
        raise RefusedSqlError(
            "There is not one statement but " + ("none." if not trees else f"{len(trees)}."),
            "Write one SELECT, without a semicolon in it.",
        )
    if not isinstance(trees[0], (exp.Select, exp.SetOperation, exp.Values)):
        raise _only_select()
    return trees[0]


def _is_empty(tree: exp.Expr | None) -> bool:
    """Nothing, or a comment behind the last semicolon."""
    return tree is None or isinstance(tree, exp.Semicolon)


def _check(node: exp.Expr) -> None:
    name = type(node).__name__
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in NAMED:
            raise _no_function(node.name)
    elif isinstance(node, exp.Func) and name not in SHAPES:
        if name not in FUNCTIONS:
            raise _no_function(node.sql_name().lower())
    elif name not in SHAPES:
        raise _only_select() if isinstance(node, OTHER) else _not_here(name)
    if isinstance(node, exp.DataType) and _type_of(node) not in TYPES:
        raise RefusedSqlError(f"The type {node.sql()} is not one that may be used here.")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise _not_here("WITH RECURSIVE")


OTHER: tuple[type[Any], ...] = (exp.DML, exp.DDL, exp.Command, exp.Set, exp.Into, exp.Lock)


def _type_of(node: exp.DataType) -> str:
    kind = node.this
    return kind.name if isinstance(kind, exp.DataType.Type) else "an unknown one"


def _settle(table: exp.Table, tables: Collection[str]) -> None:
    """A name of a WITH stays; anything else must be a model and gets its schema."""
    name = table.this
    if not isinstance(name, exp.Identifier):
        raise _not_here("a function in FROM")
    if extra := [part for part, value in table.args.items() if value and part not in TABLE_PARTS]:
        raise _not_here(" and ".join(extra))
    if not table.db and _known_as(name) in set(_visible(table)):
        return
    wanted = _known_as(name)
    if (table.db and _known_as(table.args["db"]) != SCHEMA) or wanted not in tables:
        shown = f"{table.db}.{wanted}" if table.db else wanted
        raise RefusedSqlError(
            f"There is no published model '{shown}'.",
            did_you_mean(wanted, tables) or f"There are {', '.join(sorted(tables))}.",
        )
    table.set("this", exp.to_identifier(wanted, quoted=True))
    table.set("db", exp.to_identifier(SCHEMA, quoted=True))


def _visible(table: exp.Expr) -> Iterator[str]:
    """Names of WITH that a place may use: those around it, and those before it in its own."""
    below: exp.Expr = table
    at = table.parent
    while at is not None:
        inside = at.args.get("with_") or at.args.get("with")
        if isinstance(at, exp.With):
            before = at.expressions[: at.expressions.index(below)]
            yield from (_known_as(one.args["alias"].this) for one in before)
        elif inside is not None and inside is not below:
            yield from (_known_as(one.args["alias"].this) for one in inside.expressions)
        below, at = at, at.parent


def _known_as(name: exp.Identifier) -> str:
    """A name as PostgreSQL compares it: lower case unless quoted."""
    text = str(name.this)
    return text if name.args.get("quoted") else text.lower()


def _only_select() -> RefusedSqlError:
    return RefusedSqlError("Only SELECT may be run here.", "The models are read, never changed.")


def _no_function(name: str) -> RefusedSqlError:
    return RefusedSqlError(
        f"The function {name} is not one that may be used here.",
        "Plain aggregates, window functions, and functions of numbers, texts and dates may be.",
    )


def _not_here(what: str) -> RefusedSqlError:
    return RefusedSqlError(f"The SQL uses {what}, which is not allowed here.")
