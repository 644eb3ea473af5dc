"""Picks the store that fits the settings: inside the warehouse where it can be, else files."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from metrics.engines.engine import POSTGRESQL, engine_of
from metrics.settings import Settings
from metrics.store.base import Store
from metrics.store.embedded import EmbeddedStore
from metrics.store.postgresql import PostgresqlStore


def open_store(settings: Settings) -> Store:
    """The store of a warehouse: its own database on PostgreSQL, a folder for embedded files."""
    if engine_of(settings.warehouse) is POSTGRESQL:
        return PostgresqlStore(settings.warehouse, settings.keep_builds)
    path = sa.make_url(settings.warehouse).database
    warehouse = Path(path) if path else None
    return EmbeddedStore(settings.store_folder, warehouse, settings.keep_builds)
