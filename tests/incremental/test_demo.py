"""The whole catalogue: an incremental build of the demo company has the tables of a full one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from metrics.demo import write_demo
from metrics.pipeline import run_build
from metrics.settings import load_settings
from tests.incremental.contents import contents, differences, said_differently
from tests.incremental.steps import full_beside

END = date(2026, 10, 31)
LATE = END - timedelta(days=40)
HAPPENS = f"""
INSERT INTO raw.app_database_tap_events SELECT * REPLACE ('late' || id AS id)
    FROM raw.app_database_tap_events WHERE CAST("timestamp" AS DATE) = DATE '{LATE}' LIMIT 30;
UPDATE raw.app_database_user_sessions SET page_views = page_views + 1
    WHERE CAST(start_time AS DATE) = DATE '{LATE}';
DELETE FROM raw.app_database_page_views
    WHERE CAST("timestamp" AS DATE) = DATE '{LATE + timedelta(days=3)}';
UPDATE raw.app_database_accounts SET industry = 'Corrected'
    WHERE id = (SELECT MIN(id) FROM raw.app_database_accounts);
UPDATE raw.app_database_subscriptions SET status = 'canceled', end_date = DATE '{END}'
    WHERE id = (SELECT MIN(id) FROM raw.app_database_subscriptions WHERE end_date IS NULL);
"""


@pytest.mark.slow
def test_after_a_day_with_late_rows_and_corrections(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    write_demo(file, scale="tiny", end_date=END)
    before = load_settings(
        env={}, home=tmp_path, warehouse_url=f"duckdb:///{file}", as_of=END - timedelta(days=1)
    )
    run_build(before)
    with duckdb.connect(str(file)) as connection:
        connection.execute(HAPPENS)
    settings = before.model_copy(update={"as_of": END})
    info = run_build(settings)
    assert not info.changes.full
    assert info.changes.facts["tap_events"].rows_since == LATE
    full, wanted = full_beside(settings)
    assert differences(contents(settings), wanted) == []
    assert said_differently(info, full) == []
