"""The database connection a build works in: creates tables, counts, and names things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from metrics.engines.engine import Engine


@dataclass
class Workspace:
    """A connection with the schema the build writes to (None: the connection's own).

    Temporary tables start with `stage_` and vanish with the connection.
    """

    connection: sa.Connection
    engine: Engine
    schema: str | None = None
    tables: dict[str, sa.TableClause] = field(default_factory=dict)

    def qualified(self, name: str) -> str:
        """Quoted name of a table of this build."""
        return f'"{self.schema}"."{name}"' if self.schema else f'"{name}"'

    def execute(self, sql: str) -> Any:
        """Run SQL of ours that holds no user value."""
        return self.connection.exec_driver_sql(sql.replace("%", self.engine.percent))

    def create(self, name: str, statement: Any, keep: bool = True) -> sa.TableClause:
        """Make a table from a select (Core or SQL text); kept in the build or temporary."""
        sql = statement if isinstance(statement, str) else self.engine.literal(statement)
        target = self.qualified(name) if keep else f'"{name}"'
        self.execute(f"CREATE {'' if keep else 'TEMPORARY '}TABLE {target} AS {sql}")
        self.analyze(target)
        table = self.reflect(name, keep)
        self.tables[name] = table
        return table

    def view(self, name: str, statement: Any) -> sa.TableClause:
        """Give a select over temporary tables a name of its own."""
        self.execute(f'CREATE TEMPORARY VIEW "{name}" AS {self.engine.literal(statement)}')
        self.tables[name] = self.reflect(name, keep=False)
        return self.tables[name]

    def create_empty(
        self, name: str, columns: Mapping[str, str], keep: bool = False
    ) -> sa.TableClause:
        """Make a table without rows; columns by their declared type; kept or temporary."""
        listing = ", ".join(f'"{one}" {self.engine.types[kind]}' for one, kind in columns.items())
        target = self.qualified(name) if keep else f'"{name}"'
        self.execute(f"CREATE {'' if keep else 'TEMPORARY '}TABLE {target} ({listing})")
        self.tables[name] = self.reflect(name, keep)
        return self.tables[name]

    def analyze(self, target: str) -> None:
        """Refresh what the planner knows of a filled table, by its quoted name."""
        if self.engine.analyze:
            self.execute(self.engine.analyze.format(table=target))

    def take(self, name: str, new_name: str) -> None:
        """Rename a table of the build."""
        self.execute(f'ALTER TABLE {self.qualified(name)} RENAME TO "{new_name}"')
        self.tables[new_name] = self.reflect(new_name)

    def insert(self, name: str, statement: Any) -> None:
        """Add the rows of a select (Core or SQL text) to a table of the build.

        By position, unless the text begins with a list of columns.
        """
        sql = statement if isinstance(statement, str) else self.engine.literal(statement)
        self.execute(f"INSERT INTO {self.qualified(name)} {sql}")

    def reflect(self, name: str, keep: bool = True) -> sa.TableClause:
        """The columns of an existing table, with the types Core needs to compare them."""
        target = self.qualified(name) if keep else f'"{name}"'
        cursor = self.execute(f"SELECT * FROM {target} LIMIT 0")
        names: list[str] = list(cursor.keys())
        columns: list[Any] = [sa.column(column) for column in names]
        return sa.table(name, *columns, schema=self.schema if keep else None)

    def scalar_row(self, statement: Any) -> tuple[Any, ...]:
        """The only row of a select, as Python values."""
        sql = statement if isinstance(statement, str) else self.engine.literal(statement)
        row = self.execute(sql).fetchone()
        return tuple(row) if row is not None else ()

    def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        """The rows of a select, as Python values."""
        return [tuple(row) for row in self.execute(self.engine.literal(statement)).fetchall()]

    def delete(self, name: str, condition: Any) -> None:
        """Delete rows of a temporary table."""
        table = self.tables[name]
        self.execute(self.engine.literal(sa.delete(table).where(condition)))

    def append(self, name: str, rows: sa.TableClause) -> None:
        """Add all rows of one temporary table to another with the same columns."""
        columns = ", ".join(f'"{column.name}"' for column in rows.c)
        self.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM "{rows.name}"')

    def rename(self, name: str, new_name: str) -> sa.TableClause:
        """Rename a temporary table."""
        self.execute(f'ALTER TABLE "{name}" RENAME TO "{new_name}"')
        self.tables.pop(name)
        self.tables[new_name] = self.reflect(new_name, keep=False)
        return self.tables[new_name]

    def drop(self, name: str) -> None:
        """Drop a temporary table of this build."""
        self.execute(f'DROP TABLE "{name}"')
        self.tables.pop(name, None)
