"""Runs the shipped queries against a warehouse, as a build does: in order, with declared types."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from metrics.demo.write import table_statements
from metrics.engines.engine import ENGINES
from metrics.sources.contract import check
from metrics.sources.model import Queries
from metrics.sources.translate import physical_sql
from metrics.sources.warehouse import inspect_warehouse

Rows = list[tuple[Any, ...]]


def duckdb_engine(path: Path | None = None) -> sa.Engine:
    return sa.create_engine(f"duckdb:///{path or ':memory:'}", poolclass=sa.pool.StaticPool)


def copy_to_postgres(path: Path, engine: sa.Engine) -> None:
    """The tables of a demo file in PostgreSQL's own types."""
    with duckdb.connect(str(path), read_only=True) as demo, engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA raw")
        cursor = connection.connection.cursor()
        for name, statement in table_statements().items():
            cursor.execute(statement.replace(" JSON", " JSONB"))
            with cursor.copy(f"COPY raw.{name} FROM STDIN") as copy:
                for row in demo.execute(f"SELECT * FROM raw.{name}").fetchall():
                    copy.write_row(row)


def sql_type(family: str, dialect: str) -> str:
    """How a source's column is written in a CREATE TABLE."""
    if family == "json":
        return "JSONB" if dialect == "postgresql" else "JSON"
    return ENGINES[dialect].types[family]


def make_table(
    connection: sa.Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, object]] = (),
) -> None:
    """A table `schema.name` with families or plain SQL types, and rows of some of its columns."""
    dialect = connection.dialect.name
    types = {
        name: sql_type(kind, dialect) if kind == kind.lower() else kind
        for name, kind in columns.items()
    }
    schema = table.partition(".")[0]
    connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    written = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    quoted = ".".join(f'"{part}"' for part in table.split("."))
    connection.exec_driver_sql(f"CREATE TABLE {quoted} ({written})")
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f"CAST(:{name} AS {types[name]})" for name in row)
        connection.execute(sa.text(f"INSERT INTO {quoted} ({names}) VALUES ({values})"), row)


def make_source(
    connection: sa.Connection, queries: Queries, name: str, rows: Sequence[Mapping[str, object]]
) -> None:
    """A source's table as `sources.yml` declares it."""
    make_table(connection, queries.sources[name].table, queries.sources[name].columns, rows)


def run_queries(
    connection: sa.Connection, queries: Queries, wanted: set[str] | None = None
) -> dict[str, Rows]:
    """Rows of every entity and fact the warehouse can answer, columns in the schema's order."""
    dialect = connection.dialect.name
    types = ENGINES[dialect].types
    inspected = inspect_warehouse(connection, [source.table for source in queries.sources.values()])
    connection.exec_driver_sql("CREATE SCHEMA stage")
    tables: dict[str, str] = {}
    rows: dict[str, Rows] = {}
    for name, file in check(queries, inspected).possible.items():
        sql = physical_sql(file, queries, ENGINES[dialect].sqlglot, tables, inspected)
        tables[name] = f"stage.{name.replace('.', '_')}"
        casts = ", ".join(
            f'CAST("{column}" AS {types[about.type]}) AS "{column}"'
            for column, about in queries.query(name).columns.items()
        )
        connection.execute(
            sa.text(
                f"CREATE TABLE {tables[name]} AS SELECT {casts} FROM ({sql}) AS q".replace(
                    ":", r"\:"
                )
            )
        )
        if wanted is None or name in wanted:
            found = connection.exec_driver_sql(f"SELECT * FROM {tables[name]}")
            rows[name] = [tuple(row) for row in found]
    return rows
