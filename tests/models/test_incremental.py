"""Published tables of an incremental build are those of a full one; what was restated is listed."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from metrics.demo import write_demo
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings

FIRST = date(2026, 11, 10)
LATE = FIRST - timedelta(days=40)
EDITS = f"""
    -- pours that arrive forty days late
    INSERT INTO raw.app_database_tap_events
    SELECT * REPLACE (id || '-late' AS id) FROM raw.app_database_tap_events
    WHERE CAST("timestamp" AS DATE) = DATE '{LATE}';
    -- sessions that are removed
    DELETE FROM raw.app_database_user_sessions
    WHERE CAST(start_time AS DATE) = DATE '{FIRST - timedelta(days=20)}';
    -- a won deal that was worth more
    UPDATE raw.hubspot_deals SET amount = amount + 1000
    WHERE id = (SELECT min(id) FROM raw.hubspot_deals WHERE dealstage = 'closedwon'
        AND closedate < DATE '{FIRST - timedelta(days=5)}');
    -- an account that is told only now
    INSERT INTO raw.app_database_accounts
    SELECT * REPLACE ('acc_late' AS id, 'Late & Sons' AS name, DATE '{LATE}' AS created_date)
    FROM raw.app_database_accounts LIMIT 1;
"""


def build(
    settings: Settings, day: date, full: bool = False
) -> tuple[bool, dict[str, pd.DataFrame]]:
    """Whether all was made anew, and the published tables."""
    info = run_build(settings.model_copy(update={"as_of": day}), full=full)
    file = settings.store_folder / f"build-{info.id}.duckdb"
    with duckdb.connect(shutil.copy(file, settings.home / "read.duckdb"), read_only=True) as reader:
        tables = {
            name: reader.sql(f"SELECT * EXCLUDE (build_id) FROM metrics.{name} ORDER BY ALL").df()
            for name in info.models
        }
    return info.changes.full, tables


def differing(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Columns in which two tables differ; sums may differ in their last digits."""
    if one.shape != other.shape:
        return [f"{one.shape} against {other.shape}"]
    wrong = []
    for column in one:
        mine, theirs = one[column], other[column]
        if mine.dtype.kind == "f":
            same = np.isclose(mine, theirs, rtol=1e-9, atol=1e-6, equal_nan=True)
        else:
            same = ((mine == theirs) | (mine.isna() & theirs.isna())).to_numpy()
        if not same.all():
            wrong.append(f"{column}: {(~same).sum()} of {len(same)}")
    return wrong


def told_otherwise(before: pd.DataFrame, now: pd.DataFrame) -> set[tuple[date, str]]:
    """Days and names of the company's values that were told, and are others now."""
    keys = ["metric_date", "domain", "metric_name"]
    sides = [table[table["entity_type"] == "company"].set_index(keys) for table in (before, now)]
    both = sides[0].join(sides[1], lsuffix="_before", rsuffix="_now", how="inner")
    told = both["is_complete_before"] & both["metric_value_before"].notna()
    same = np.isclose(both["metric_value_before"], both["metric_value_now"], rtol=1e-9, atol=1e-9)
    return {(day.date(), name) for day, _, name in both[told & ~same].index}


def test_an_incremental_build_publishes_what_a_full_one_does(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    write_demo(warehouse, scale="tiny", end_date=FIRST + timedelta(days=1))
    settings = load_settings(
        env={},
        home=tmp_path,
        warehouse_url=f"duckdb:///{warehouse}",
        published_days=50,
        published_months=1,
    )
    full, before = build(settings, FIRST)
    assert full
    with duckdb.connect(str(warehouse)) as writer:
        writer.sql(EDITS)
    full, found = build(settings, FIRST + timedelta(days=1))
    assert not full
    log = found.pop("metrics_changes")
    full, wanted = build(settings, FIRST + timedelta(days=1), full=True)
    assert full
    wanted.pop("metrics_changes")
    assert {name: differing(found[name], wanted[name]) for name in found} == {
        name: [] for name in wanted
    }
    listed = {
        (day.date(), name) for day, name in zip(log["metric_date"], log["metric_name"], strict=True)
    }
    restated = told_otherwise(before["metrics_unified_domains"], found["metrics_unified_domains"])
    assert listed <= restated  # an alias of a metric is restated with it, and listed once
    assert {(day, name) for day, name in restated if name in set(log["metric_name"])} == listed
    assert {(LATE, "tap_events"), (LATE, "avg_volume_per_tap")} & restated <= listed
    assert {day for day, name in listed if name == "tap_events_30d"} == {
        LATE + timedelta(days=n) for n in range(30)
    }
    accounts = found["metrics_customer_success"]
    late = accounts[accounts["customer_id"] == "acc_late"]
    assert late["metric_date"].min().date() == LATE
    assert set(late["customer_name"]) == {"Late & Sons"}
