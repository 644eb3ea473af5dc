"""What the warehouse has: its tables and columns, with types as families.

A family is what the queries care about: `text` whatever its length, `number` whatever its
precision, `zoned` for instants that carry a time zone, `struct` for nested columns of DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

Inspected = Mapping[str, Mapping[str, str]]
"""Physical table, as `schema.table` -> physical column -> family; in the warehouse's own case."""

# Declared type -> families that need no cast, and families that can be cast to it.
SAME: Mapping[str, frozenset[str]] = {
    "text": frozenset({"text"}),
    "integer": frozenset({"integer"}),
    "number": frozenset({"number", "integer"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "instant": frozenset({"instant"}),
    "json": frozenset({"json"}),
}
ACCEPTED: Mapping[str, frozenset[str]] = {
    "text": frozenset(
        {"text", "integer", "number", "boolean", "date", "instant", "zoned", "other"}
    ),
    "integer": frozenset({"integer", "number"}),
    "number": frozenset({"number", "integer"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date", "instant", "zoned"}),
    "instant": frozenset({"instant", "date", "zoned"}),
    "json": frozenset({"json", "text", "struct"}),
}
CASTS: Mapping[str, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamp",
    "json": "jsonb",
}

_FAMILIES: Mapping[str, str] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "tinyint": "integer",
    "hugeint": "integer",
    "utinyint": "integer",
    "usmallint": "integer",
    "uinteger": "integer",
    "ubigint": "integer",
    "numeric": "number",
    "decimal": "number",
    "real": "number",
    "float": "number",
    "double": "number",
    "double precision": "number",
    "text": "text",
    "varchar": "text",
    "character varying": "text",
    "character": "text",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "instant",
    "timestamp without time zone": "instant",
    "timestamp_s": "instant",
    "timestamp_ms": "instant",
    "timestamp_ns": "instant",
    "timestamp with time zone": "zoned",
    "json": "json",
    "jsonb": "json",
    "struct": "struct",
    "map": "struct",
}

_COLUMNS = sa.text(
    """
    SELECT table_schema, table_name, column_name, data_type
    FROM information_schema.columns
    WHERE table_catalog = COALESCE(CAST(:catalog AS VARCHAR), current_database())
        AND LOWER(table_schema || '.' || table_name) IN :tables
    ORDER BY table_schema, table_name, ordinal_position
    """
).bindparams(sa.bindparam("tables", expanding=True))


def inspect_warehouse(
    connection: sa.Connection, tables: Iterable[str], catalog: str | None = None
) -> dict[str, dict[str, str]]:
    """Columns and families of those of the tables that exist, in any case.

    `tables` are `schema.table` as `sources.yml` has them; `catalog` is the name under which DuckDB
    attached the warehouse, by default the database connected to.
    """
    wanted = sorted({table.lower() for table in tables})
    found: dict[str, dict[str, str]] = {}
    if wanted:
        for row in connection.execute(_COLUMNS, {"catalog": catalog, "tables": wanted}):
            columns = found.setdefault(f"{row.table_schema}.{row.table_name}", {})
            columns[row.column_name] = family(row.data_type)
    return found


_ALL_COLUMNS = sa.text(
    """
    SELECT table_schema, table_name, column_name, data_type
    FROM information_schema.columns
    WHERE table_catalog = current_database()
        AND table_schema NOT IN ('information_schema', 'pg_catalog', 'metrics', 'metrics_snapshots')
        AND table_schema NOT LIKE 'pg!_%' ESCAPE '!' AND table_schema NOT LIKE 'mb!_%' ESCAPE '!'
    ORDER BY table_schema, table_name, ordinal_position
    """
)


def inspect_all(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Columns and families of every table and view that is not the product's own."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(_ALL_COLUMNS):
        columns = found.setdefault(f"{row.table_schema}.{row.table_name}", {})
        columns[row.column_name] = family(row.data_type)
    return found


def family(native: str) -> str:
    """The family of an engine's type name, `other` when it has none.

    >>> family("NUMERIC(18,4)"), family("character varying"), family("STRUCT(a INTEGER)[]")
    ('number', 'text', 'other')
    """
    name = native.lower().strip()
    if name.endswith("[]"):
        return "other"
    return _FAMILIES.get(name.partition("(")[0].strip(), "other")


def find(name: str, present: Iterable[str]) -> list[str]:
    """The names that are `name` in some case; just the exact one where it is among them.

    >>> find("createdat", ["id", "createdAt"]), find("id", ["ID", "id"]), find("x", ["id"])
    (['createdAt'], ['id'], [])
    """
    same = sorted(other for other in present if other.lower() == name.lower())
    return [name] if name in same else same
