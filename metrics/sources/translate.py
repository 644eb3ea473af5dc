"""SQL files of `queries/` as one engine runs them on one warehouse.

before  SELECT s.session_id FROM source.user_sessions AS s
after   SELECT "s"."session_id"
        FROM (SELECT "Session_ID" AS "session_id" FROM "raw"."App_Sessions") AS "s"

Only the columns a file reads are taken from a source, found without regard to case and cast to
the type `sources.yml` declares where the warehouse has another that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlglot import exp

from metrics.errors import WarehouseError
from metrics.sources.lineage import LOCAL_DAY, parse
from metrics.sources.model import Queries, Source, SqlFile
from metrics.sources.warehouse import CASTS, SAME, Inspected, find

# Text inside JSON may be anything. PostgreSQL has no cast that fails softly in all versions, so
# there a text is cast only when it looks like its type; days that do not exist are sorted out.
# Both engines drop the offset of a text cast to a timestamp, which is not what a reader means.
_NUMBER = r"^\s*[-+]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][-+]?\d{1,2})?\s*$"
_DAY = (
    r"(\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|1\d|2[0-8]))|\d\d(0[48]|[2468][048]|[13579][26])-02-29)"
)
_OFFSET = r"(Z|[-+](0\d|1[0-4])(:?[0-5]\d)?)"
_CLOCK = rf"([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?\s*{_OFFSET}?)?"
_HAS_OFFSET = rf":[0-5]\d(\.\d+)?\s*{_OFFSET}$"
_WHOLE = r"^\s*[-+]?\d{1,%d}(\.0*)?\s*$"
_MOMENT = rf"^{_DAY}{_CLOCK}$"
_LOOKS_LIKE: Mapping[Any, str] = {
    exp.DataType.Type.DOUBLE: _NUMBER,
    exp.DataType.Type.DECIMAL: _NUMBER,
    exp.DataType.Type.INT: _WHOLE % 9,
    exp.DataType.Type.BIGINT: _WHOLE % 18,
    exp.DataType.Type.BOOLEAN: "^(true|false)$",
    exp.DataType.Type.DATE: _MOMENT,
    exp.DataType.Type.TIMESTAMP: _MOMENT,
}


def physical_sql(
    file: SqlFile,
    queries: Queries,
    dialect: str,
    tables: Mapping[str, str],
    inspected: Inspected,
    catalog: str | None = None,
    time_zone: str = "UTC",
) -> str:
    """The file's SELECT for `dialect` ('duckdb' or 'postgres') on the inspected warehouse.

    `tables` names the staged table of every `entity.x` and `fact.x` the file reads, and of a
    `source.x` that is no table of the warehouse but one of the company's files; `catalog` is
    the name under which DuckDB attached the warehouse; `LOCAL_DAY(instant)` becomes the day in
    `time_zone`. Raises WarehouseError when a table or
    column is missing: `contract.check` tells before.
    """
    tree = parse(file)
    for column in tree.find_all(exp.Column):
        column.set("db", None)
    for table in list(tree.find_all(exp.Table)):
        alias = exp.to_identifier(table.alias or table.name)
        if table.db == "source" and f"source.{table.name}" not in tables:
            columns = queries.reads[file.path].sources[table.name]
            select = projected(queries.sources[table.name], columns, inspected, catalog)
            table.replace(select.subquery(alias))
        elif table.db:
            staged = exp.to_table(tables[f"{table.db}.{table.name}"], dialect=dialect)
            staged.set("alias", exp.TableAlias(this=alias))
            table.replace(staged)
    soft = tree.transform(lambda node: _soft_cast(_local_day(node, time_zone), dialect))
    return soft.sql(dialect, identify=True, pretty=True, comments=False)


def _local_day(node: exp.Expr, time_zone: str) -> exp.Expr:
    """`LOCAL_DAY(instant)` as a cast to DATE of the instant moved to the reporting time zone."""
    if not isinstance(node, exp.Anonymous) or node.name.upper() != LOCAL_DAY:
        return node
    instant: exp.Expr = node.expressions[0]
    if time_zone != "UTC":
        zoned = exp.AtTimeZone(this=instant, zone=exp.Literal.string("UTC"))
        instant = exp.AtTimeZone(this=zoned, zone=exp.Literal.string(time_zone))
    return exp.cast(instant, "date", dialect="postgres")


def projected(
    source: Source,
    columns: frozenset[str],
    inspected: Inspected,
    catalog: str | None,
) -> exp.Select:
    """`SELECT` of just these columns from a source's physical table, renamed and cast."""
    table = _found(source.table, inspected, source.table)
    taken: list[exp.Expr] = []
    for column in sorted(columns):
        physical = _found(column, inspected[table], f"{source.table}.{column}")
        value = _as_declared(physical, inspected[table][physical], source.columns[column])
        is_same = isinstance(value, exp.Column) and physical == column
        taken.append(value if is_same else exp.alias_(value, column, quoted=True))
    schema, _, name = table.partition(".")
    return exp.select(*(taken or [exp.Literal.number(1).as_("one")])).from_(
        exp.table_(name, db=schema, catalog=catalog, quoted=True)
    )


def _found(name: str, present: Iterable[str], wanted: str) -> str:
    names = find(name, present)
    if len(names) != 1:
        raise WarehouseError(f"The warehouse has no {wanted}.", "Hold it against the contract.")
    return names[0]


def _as_declared(physical: str, actual: str, declared: str) -> exp.Expression:
    """The physical column, cast where its type is not the declared one."""
    column: exp.Expression = exp.column(exp.to_identifier(physical, quoted=True))
    if actual in SAME[declared]:
        return column
    if actual == "zoned" and declared != "text":
        column = exp.AtTimeZone(this=column, zone=exp.Literal.string("UTC"))
    return exp.cast(column, CASTS[declared], dialect="postgres")


def _soft_cast(node: exp.Expr, dialect: str) -> exp.Expr:
    """A cast of JSON text gives no value, instead of an error, where the text does not fit.

    To a timestamp it gives UTC: an offset in the text is applied, none means UTC.
    """
    if not isinstance(node, exp.Cast) or not isinstance(node.this.unnest(), exp.JSONExtractScalar):
        return node
    pattern = _LOOKS_LIKE.get(node.to.this)
    if pattern is None:
        return node
    cast = exp.TryCast if dialect == "duckdb" else exp.Cast
    value = _converted(node, cast)
    if dialect == "duckdb":
        return value
    return exp.case().when(_looks_like(node.this, pattern), value)


def _converted(node: exp.Cast, cast: type[exp.Cast]) -> exp.Expr:
    text, to = node.this, node.to
    if to.this in (exp.DataType.Type.INT, exp.DataType.Type.BIGINT):
        number = cast(this=text.copy(), to=exp.DataType.build("decimal(38, 9)"))
        return cast(this=number, to=to)  # 12.0 is whole, too
    if to.this == exp.DataType.Type.TIMESTAMP:
        zoned = cast(this=text.copy(), to=exp.DataType.build("timestamptz"))
        utc = exp.AtTimeZone(this=zoned, zone=exp.Literal.string("UTC"))
        plain = cast(this=text.copy(), to=to)
        return exp.case().when(_looks_like(text, _HAS_OFFSET), utc).else_(plain)
    return cast(this=text.copy(), to=to)


def _looks_like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=exp.paren(value.copy()), expression=exp.Literal.string(pattern))
