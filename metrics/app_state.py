"""What people keep in the app, in a database of its own: named views of pages.

The app never writes to the store. One small file serves a few replicas on one disk; replicas on
several machines share a PostgreSQL, schema `metrics_app`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from metrics.errors import AppStateError

SCHEMA = "metrics_app"
LONGEST_NAME = 60
LONGEST_STATE = 4000
MOST_VIEWS = 200

State = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class SavedView:
    """A page as somebody left it; `state` is what stood in its address."""

    id: str
    name: str
    page: str
    state: State = field(hash=False)
    maker: str = ""


class AppState:
    """Views kept in the database of a SQLAlchemy URL; its table is made when it is first needed.

    Every method raises AppStateError where the database cannot be reached or refuses.
    """

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        on_server = self._url.get_backend_name() != "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 2} if on_server else {}
        self._engine = sa.create_engine(self._url, **options)
        self._schema = SCHEMA if on_server else None
        self._views = sa.Table(
            "saved_views",
            sa.MetaData(schema=self._schema),
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
            sa.Column("page", sa.String(80), nullable=False),
            sa.Column("state", sa.Text(), nullable=False),
            sa.Column("maker", sa.String(320), nullable=False),
            sa.Column("saved_at", sa.DateTime(), nullable=False),
        )
        self._is_made = False

    def views(self) -> list[SavedView]:
        """Every view, by name."""
        columns = self._views.c
        wanted = sa.select(columns.id, columns.name, columns.page, columns.state, columns.maker)
        with self._connected() as connection:
            rows = connection.execute(wanted.order_by(sa.func.lower(columns.name))).all()
        return [SavedView(r.id, r.name, r.page, json.loads(r.state), r.maker) for r in rows]

    def save(self, name: str, page: str, state: State, maker: str) -> SavedView:
        """Keep a view; one of the same maker and name is replaced.

        Raises AppStateError for a name that is empty or long, and when there are too many.
        """
        name, text = " ".join(name.split()), json.dumps({k: list(v) for k, v in state.items()})
        if not 0 < len(name) <= LONGEST_NAME:
            raise AppStateError("A view needs a name.", f"Use up to {LONGEST_NAME} characters.")
        if len(text) > LONGEST_STATE:
            raise AppStateError("There is too much to keep in a view.", "Choose fewer filters.")
        view = SavedView(uuid.uuid4().hex, name, page, state, maker)
        columns = self._views.c
        with self._connected() as connection:
            mine = (columns.maker == maker) & (columns.name == name)
            connection.execute(sa.delete(self._views).where(mine))
            count = connection.execute(sa.select(sa.func.count()).select_from(self._views))
            if count.scalar_one() >= MOST_VIEWS:
                raise AppStateError(
                    f"There are {MOST_VIEWS} saved views already.", "Delete one first."
                )
            now = datetime.now(UTC).replace(tzinfo=None)
            row = {"id": view.id, "name": name, "page": page, "state": text}
            connection.execute(sa.insert(self._views), row | {"maker": maker, "saved_at": now})
        return view

    def delete(self, id: str, maker: str) -> bool:
        """Remove a view of its maker; False when nobody of that name made it."""
        own = (self._views.c.id == id) & (self._views.c.maker == maker)
        with self._connected() as connection:
            return bool(connection.execute(sa.delete(self._views).where(own)).rowcount)

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        try:
            if not self._schema and self._url.database:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            with self._engine.begin() as connection:
                if not self._is_made:
                    self._make(connection)
                yield connection
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise AppStateError(
                "The database of saved views cannot be used.", "Look at the setting app_state_url."
            ) from error

    def _make(self, connection: sa.Connection) -> None:
        if self._schema:
            connection.execute(sa.schema.CreateSchema(self._schema, if_not_exists=True))
        self._views.create(connection, checkfirst=True)
        self._is_made = True
