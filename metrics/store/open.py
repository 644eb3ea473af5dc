"""Picks the store of the settings: the configured one, else the warehouse itself or files."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from metrics.engines.engine import POSTGRESQL, engine_of
from metrics.settings import Settings
from metrics.store.base import Store
from metrics.store.embedded import EmbeddedStore
from metrics.store.postgresql import PostgresqlStore


def open_store(settings: Settings) -> Store:
    """The store of a warehouse: its own database on PostgreSQL, a folder for embedded files.

    A store elsewhere (`store_url`) is not given the warehouse: its rows cross to it.
    """
    if engine_of(settings.store) is POSTGRESQL:
        return PostgresqlStore(settings.store, settings.keep_builds)
    path = None if settings.store_url else sa.make_url(settings.warehouse).database
    warehouse = Path(path) if path else None
    return EmbeddedStore(
        settings.store_folder, warehouse, settings.keep_builds, settings.build_memory_gb
    )
