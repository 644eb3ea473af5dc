"""The demo warehouse copied to PostgreSQL: the same rows in the same columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import create_engine, inspect, text

from metrics.demo import write_demo
from metrics.demo.copy import copy_to_postgresql


def test_copy_keeps_rows_names_and_values(tmp_path: Path, pg_url: str) -> None:
    demo = write_demo(tmp_path / "demo.duckdb", "tiny", end_date=date(2025, 6, 30))
    engine = create_engine(pg_url)
    try:
        for _ in range(2):  # a second copy replaces the first
            assert copy_to_postgresql(demo.path, engine) == demo.rows
        deals = [column["name"] for column in inspect(engine).get_columns("hubspot_deals", "raw")]
        assert "createdAt" in deals
        with engine.connect() as connection:
            found = connection.execute(
                text(
                    """SELECT count(*), sum((metrics->>'volume_ml')::numeric), max("timestamp")
                    FROM raw.app_database_tap_events WHERE event_type = 'pour'"""
                )
            ).one()
            nothing = connection.execute(
                text("SELECT count(last_login_at) FROM raw.app_database_users")
            ).scalar_one()
        assert found[0] > 3_000
        assert 200 < found[1] / found[0] < 600
        assert found[2].date() == date(2025, 6, 30)
        assert nothing == 0
    finally:
        engine.dispose()
