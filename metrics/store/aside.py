"""Tables of the build before that lie in the new build's own file, to be renamed or dropped."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from metrics.store.base import LAST, tables_of


def put_aside(connection: sa.Connection, wanted: Collection[str], models: str) -> frozenset[str]:
    """Give the wanted tables of a copied file a name aside; which these are.

    All others are dropped, and the schema of the published models.
    """
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {models} CASCADE")
    tables = tables_of(connection, schema="main")
    for name in sorted(tables):
        if name in wanted:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" RENAME TO "{LAST}{name}"')
        else:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    connection.commit()
    return tables & frozenset(wanted)


def drop_rest(connection: sa.Connection) -> None:
    """Drop what the build did not take."""
    for name in sorted(tables_of(connection, schema="main")):
        if name.startswith(LAST):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
