"""Going back to an earlier build inside PostgreSQL: the pointer and the published views, at once.

Everything happens in the transaction of the connection given; the caller commits.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from metrics.errors import StoreError
from metrics.store.base import BuildId, BuildState, KeptBuild
from metrics.store.info import BuildInfo
from metrics.store.patience import patiently

UNDONE = "rolled back"
"""Comment of a build's schema the store was rolled back from; the next build removes it."""

BUILDS = """
    SELECT SUBSTR(nspname, 4) AS build,
        COALESCE(OBJ_DESCRIPTION(oid, 'pg_namespace') = :undone, false) AS undone,
        TO_REGCLASS(QUOTE_IDENT(nspname) || '.build_info') IS NOT NULL AS described
    FROM pg_namespace WHERE nspname ~ '^mb_[0-9]{20}$' ORDER BY 1 DESC
"""
VIEWS = """
    SELECT c.oid::bigint AS oid, c.relname AS name, PG_GET_VIEWDEF(c.oid) AS text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'metrics' AND c.relkind = 'v'
"""
TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind = 'r'
"""
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = CAST(:oid AS oid) AND attnum > 0 AND NOT attisdropped
"""


OURS = {"only_row", "build", "info"}


def refuse_foreign(connection: sa.Connection) -> None:
    """Raise StoreError where another program has a table of the pointer's name."""
    found = connection.exec_driver_sql("SELECT to_regclass('metrics.current')::oid::bigint")
    oid = found.scalar_one()
    if oid is None:
        return
    columns = set(connection.execute(sa.text(COLUMNS), {"oid": oid}).scalars())
    if not columns >= OURS:
        raise StoreError(
            "metrics.current is not a table of this program.",
            "Rename it: builds are published in schema metrics and need that name.",
        )


def schema_of(build: BuildId) -> str:
    """Name of a build's schema."""
    return f"mb_{build}"


def builds_of(connection: sa.Connection) -> list[tuple[BuildId, bool, bool]]:
    """Id of every build, whether it was rolled back from, whether it describes itself."""
    rows = connection.execute(sa.text(BUILDS), {"undone": UNDONE})
    return [(row.build, row.undone, row.described) for row in rows]


def kept_builds(connection: sa.Connection, current: BuildId | None) -> list[KeptBuild]:
    """Every build with what it says about itself, newest first."""
    found = []
    for build, undone, described in builds_of(connection):
        state: BuildState = "current" if build == current else "undone" if undone else "kept"
        found.append(KeptBuild(build, state, _info(connection, build) if described else None))
    return found


def _info(connection: sa.Connection, build: BuildId) -> BuildInfo | None:
    text = connection.execute(sa.select(_described(build).c.info)).scalar()
    with suppress(ValueError):
        return BuildInfo.model_validate_json(text or "")
    return None


def describe(connection: sa.Connection, build: BuildId, info: BuildInfo) -> None:
    """Keep what a build says about itself beside its tables."""
    connection.exec_driver_sql(f'CREATE TABLE "{schema_of(build)}".build_info (info text NOT NULL)')
    connection.execute(sa.insert(_described(build)).values(info=info.model_dump_json()))


def _described(build: BuildId) -> sa.TableClause:
    return sa.table("build_info", sa.column("info"), schema=schema_of(build))


def drop_build(connection: sa.Connection, build: BuildId) -> None:
    """Drop a build with the views of ours that still show it, and nothing of anybody else.

    Raises DBAPIError where something else rests on its tables: then all of it stays.
    """
    schema = schema_of(build)
    for view in connection.exec_driver_sql(VIEWS).all():
        if schema in view.text:
            execute(connection, f'DROP VIEW metrics."{view.name}"')
    tables = list(connection.execute(sa.text(TABLES), {"schema": schema}).scalars())
    if tables:
        execute(connection, f"DROP TABLE {', '.join(tables)}")
    execute(connection, f'DROP SCHEMA "{schema}"')


def go_back(connection: sa.Connection, current: BuildId, target: KeptBuild) -> None:
    """Make another build the current one: its views, the pointer, and which ones are undone."""
    assert target.info is not None
    patiently(connection, partial(_repoint_views, connection, current, target.id))
    connection.execute(
        sa.text("UPDATE metrics.current SET build = :build, info = :info"),
        {"build": target.id, "info": target.info.model_dump_json()},
    )
    for build, _, _ in builds_of(connection):
        mark = f"'{UNDONE}'" if build > target.id else "NULL"
        connection.exec_driver_sql(f'COMMENT ON SCHEMA "{schema_of(build)}" IS {mark}')


def _repoint_views(connection: sa.Connection, old: BuildId, new: BuildId) -> None:
    """Let every view of schema `metrics` over one build show another; no other view is touched."""
    for view in connection.exec_driver_sql(VIEWS).all():
        if schema_of(old) not in view.text:
            continue
        try:
            with connection.begin_nested():
                text = view.text.replace(old, new).rstrip().rstrip(";")
                execute(connection, f'CREATE OR REPLACE VIEW metrics."{view.name}" AS {text}')
        except sa.exc.ProgrammingError:  # the other build has other columns, or lacks the table
            _make_again(connection, view.oid, view.name, new)


def _make_again(connection: sa.Connection, oid: int, name: str, build: BuildId) -> None:
    columns = set(connection.execute(sa.text(COLUMNS), {"oid": oid}).scalars())
    drop_view(connection, name)
    table = f'"{schema_of(build)}"."{name}"'
    found = sa.text("SELECT CAST(TO_REGCLASS(:table) AS oid)::bigint")
    there = connection.execute(found, {"table": table}).scalar_one()
    if there is not None:
        own = set(connection.execute(sa.text(COLUMNS), {"oid": there}).scalars())
        extra = f", '{build}'::text AS build_id" if "build_id" in columns - own else ""
        select = f"SELECT t.*{extra} FROM {table} t"  # noqa: S608  names of our own
        execute(connection, f'CREATE VIEW metrics."{name}" AS {select}')


def drop_view(connection: sa.Connection, name: str) -> None:
    """Drop a published view whose columns change. Raises StoreError where something rests on it."""
    try:
        with connection.begin_nested():
            execute(connection, f'DROP VIEW metrics."{name}"')
    except sa.exc.InternalError as error:
        raise StoreError(
            f"Something of yours rests on the view metrics.{name}, whose columns change.",
            "Drop or change it first, and make it anew after; nothing was changed.",
        ) from error


def execute(connection: sa.Connection, sql: str) -> None:
    """Run SQL of ours that holds no value to bind."""
    connection.exec_driver_sql(sql.replace("%", "%%"))
