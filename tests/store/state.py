"""What a store holds, looked at from outside: the pointer, builds, and what should not be there."""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy as sa

from metrics.store.files import LOCK, POINTER, read_pointer
from tests.store.work import Company, Place, check
from tests.support.postgres import plain

BESIDES_BUILDS = {POINTER, LOCK, "snapshots.duckdb"}


def folder_of(place: Place | Company) -> Path:
    """Folder of an embedded store."""
    return place.folder if isinstance(place, Place) else place.settings().store_folder


def schemas_of(url: str) -> list[str]:
    """Builds in a database, newest first."""
    with psycopg.connect(plain(url)) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mb%'")
        return sorted((row[0] for row in rows), reverse=True)


def pointer_of(place: Place | Company) -> str | None:
    """Id of the build the pointer names."""
    if place.engine == "duckdb":
        published = read_pointer(folder_of(place))
        return published[0].build if published else None
    with psycopg.connect(plain(place.url)) as connection:
        found = connection.execute("SELECT to_regclass('metrics.current')").fetchone()
        if found == (None,):
            return None
        row = connection.execute("SELECT build FROM metrics.current").fetchone()
        return row[0] if row else None


def kept_in(place: Place | Company) -> list[str]:
    """Ids of the builds whose data is there, newest first."""
    if place.engine == "duckdb":
        files = folder_of(place).glob("build-*.duckdb")
        return sorted((file.stem.removeprefix("build-") for file in files), reverse=True)
    return [schema.removeprefix("mb_") for schema in schemas_of(place.url)]


def strays(place: Place | Company, keep: int = 3) -> list[str]:
    """What a finished build should have removed: rests of killed ones, builds beyond `keep`."""
    if place.engine == "postgresql":
        return schemas_of(place.url)[keep:]
    folder = folder_of(place)
    published = {item.file for item in read_pointer(folder)}
    return sorted(
        path.name for path in folder.iterdir() if path.name not in published | BESIDES_BUILDS
    )


def read_current(place: Place) -> str:
    """Read the current small build as another process would; its id, checked for mixtures."""
    store = place.open()
    try:
        with store.lease() as lease:
            assert check(lease) == []
            return lease.info.id
    finally:
        store.close()


def kept_days(company: Company) -> list[tuple[str, int, int]]:
    """Of every table and day of kept snapshots: the day, its rows, and its different rows."""
    url, schema = company.url, "metrics_snapshots"
    if company.engine == "duckdb":
        url, schema = f"duckdb:///{folder_of(company) / 'snapshots.duckdb'}", "main"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = connection.exec_driver_sql(
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'"
        ).scalars()
        found = []
        for name in list(names):
            rows = connection.exec_driver_sql(f'SELECT * FROM {schema}."{name}"').fetchall()
            for day in sorted({row[0] for row in rows}):
                of_day = [row for row in rows if row[0] == day]
                found.append((str(day), len(of_day), len(set(of_day))))
    engine.dispose()
    return found
