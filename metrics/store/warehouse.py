"""A look at the warehouse outside a build: a connection that only reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from metrics.engines.engine import DUCKDB, engine_of
from metrics.errors import WarehouseError
from metrics.store.embedded import NO_EXTENSIONS
from metrics.store.failures import connected, looking

OPTIONS = "-c default_transaction_read_only=on -c timezone=UTC -c statement_timeout="
LOOK = 60.0  # longest statement of a look, in seconds


@contextmanager
def open_warehouse(url: str, longest: float = LOOK) -> Iterator[sa.Connection]:
    """A read-only connection to a warehouse, for one transaction that sees it as it is now.

    `longest` seconds for a statement, 0 for no limit. Raises WarehouseError or RightsError.
    """
    if engine_of(url) is DUCKDB:
        database = sa.make_url(url).database
        if not database or not Path(database).exists():
            raise WarehouseError(
                f"The warehouse file '{Path(database or '').name}' does not exist.",
                "Run `metrics demo` to make the demo warehouse, or set METRICS_WAREHOUSE_URL.",
            )
        arguments = {"read_only": True, "config": NO_EXTENSIONS}
    else:
        arguments = {
            "options": f"{OPTIONS}{int(longest * 1000)}",
            "application_name": "metrics look",
            "connect_timeout": 5,
        }
    more = {} if engine_of(url) is DUCKDB else {"isolation_level": "REPEATABLE READ"}
    engine = sa.create_engine(
        url, connect_args=arguments, poolclass=sa.NullPool, hide_parameters=True, **more
    )
    try:
        with looking(), connected(engine) as connection:
            yield connection
    finally:
        engine.dispose()
