"""The published names inside PostgreSQL: views in schema `metrics` over the current build's tables.

They are switched in the transaction that moves the pointer, so a statement sees one build.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from metrics.errors import StoreError
from metrics.store.base import BuildId
from metrics.store.switch import schema_of

FOUND = """
    SELECT c.relkind = 'v' AND PG_GET_VIEWDEF(c.oid) LIKE '%mb\\_%' AS ours
    FROM pg_class c WHERE c.oid = TO_REGCLASS(:name)
"""
COMMENTS = """
    SELECT a.attname AS name, COL_DESCRIPTION(a.attrelid, a.attnum) AS text
    FROM pg_attribute a
    WHERE a.attrelid = TO_REGCLASS(:table) AND a.attnum > 0 AND NOT a.attisdropped
"""


def show_models(connection: sa.Connection, build: BuildId, names: Iterable[str]) -> None:
    """Let every published name show a build's table.

    Raises StoreError when something of somebody else has such a name, or rests on a view whose
    columns have to change; nothing of theirs is touched.
    """
    for name in names:
        view, table = f'metrics."{name}"', f'"{schema_of(build)}"."{name}"'
        ours = connection.execute(sa.text(FOUND), {"name": view}).scalars().first()
        if ours is False:
            raise StoreError(
                f"There is something else called metrics.{name} in the database.",
                "Rename it or drop it, then build again; it was left as it is.",
            )
        _show(connection, view, table)
        _describe(connection, view, table)


def _show(connection: sa.Connection, view: str, table: str) -> None:
    select = f"SELECT * FROM {table}"  # noqa: S608
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {view} AS {select}")
        return
    except sa.exc.ProgrammingError:  # columns went, or changed their places
        pass
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"DROP VIEW {view}")
            connection.exec_driver_sql(f"CREATE VIEW {view} AS {select}")
    except sa.exc.DBAPIError as error:
        raise StoreError(
            f"Something of yours rests on the view {view}, whose columns have changed.",
            "Drop it, build again, and make it anew; nothing was changed.",
        ) from error


def _describe(connection: sa.Connection, view: str, table: str) -> None:
    """A view has no comments of its own unless it is given some."""
    rows = connection.execute(sa.text(COMMENTS), {"table": table}).all()
    whole = connection.execute(
        sa.text("SELECT OBJ_DESCRIPTION(TO_REGCLASS(:table))"), {"table": table}
    ).scalar()
    statements = [f"COMMENT ON VIEW {view} IS {_quoted(whole)}"] if whole else []
    statements += [
        f'COMMENT ON COLUMN {view}."{row.name}" IS {_quoted(row.text)}' for row in rows if row.text
    ]
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
