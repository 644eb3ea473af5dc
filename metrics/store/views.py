"""The published names inside PostgreSQL: views in schema `metrics` over the current build's tables.

They are switched in the transaction that moves the pointer, so a statement sees one build.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from metrics.engines.engine import quoted
from metrics.errors import StoreError
from metrics.store.base import BuildId
from metrics.store.patience import patiently
from metrics.store.switch import drop_view, execute, schema_of

FOUND = """
    SELECT c.relkind = 'v' AND PG_GET_VIEWDEF(c.oid) LIKE '%mb\\_%' AS ours
    FROM pg_class c WHERE c.oid = TO_REGCLASS(:name)
"""
COMMENTS = """
    SELECT a.attname AS column_name, COL_DESCRIPTION(a.attrelid, a.attnum) AS text
    FROM pg_attribute a
    WHERE a.attrelid = TO_REGCLASS(:name) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT '', OBJ_DESCRIPTION(TO_REGCLASS(:name))
"""


def show_models(connection: sa.Connection, build: BuildId, names: Iterable[str]) -> None:
    """Let every published name show a build's table.

    Raises StoreError when something of somebody else has such a name, rests on a view whose
    columns have to change, or reads for too long; nothing of theirs is touched.
    """
    patiently(connection, partial(_switch, connection, build, names))


def _switch(connection: sa.Connection, build: BuildId, names: Iterable[str]) -> None:
    for name in names:
        view, table = f'metrics."{name}"', f'"{schema_of(build)}"."{name}"'
        ours = connection.execute(sa.text(FOUND), {"name": view}).scalars().first()
        if ours is False:
            raise StoreError(
                f"There is something else called metrics.{name} in the database.",
                "Rename it or drop it, then build again; it was left as it is.",
            )
        _show(connection, name, f"SELECT * FROM {table}")  # noqa: S608  names of our own
        _describe(connection, view, table)


def _show(connection: sa.Connection, name: str, select: str) -> None:
    try:
        with connection.begin_nested():
            execute(connection, f'CREATE OR REPLACE VIEW metrics."{name}" AS {select}')
    except sa.exc.ProgrammingError:  # columns went, or changed their places
        drop_view(connection, name)
        execute(connection, f'CREATE VIEW metrics."{name}" AS {select}')


def _describe(connection: sa.Connection, view: str, table: str) -> None:
    """Give a view the comments of its table, which it does not take over by itself.

    Only what differs is written: readers wait while a view is locked.
    """
    wanted, known = _comments(connection, table), _comments(connection, view)
    for column, text in wanted.items():
        if known.get(column) != text:
            what = f'COLUMN {view}."{column}"' if column else f"VIEW {view}"
            execute(connection, f"COMMENT ON {what} IS {quoted(text)}")


def _comments(connection: sa.Connection, name: str) -> dict[str, str]:
    """Comments of a table or view by column; its own under the empty name."""
    rows = connection.execute(sa.text(COMMENTS), {"name": name})
    return {row.column_name: row.text for row in rows if row.text}
