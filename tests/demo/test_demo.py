"""The demo warehouse: repeatable, complete, and as untidy as real copies."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from metrics.demo import SCALES, DemoSummary, write_demo
from metrics.demo.dirt import DIRT, Dirt, parameters_for
from metrics.errors import UnknownNameError
from tests.demo.conftest import END
from tests.demo.reading import number, one

END_DAY = (END - date(1970, 1, 1)).days
COLUMNS = Path(__file__).with_name("columns.txt")


def checksums(path: Path) -> dict[str, object]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw'"
            ).fetchall()
        ]
        return {
            name: connection.execute(
                f"SELECT count(*), sum(hash(t::VARCHAR)::HUGEINT) FROM raw.{name} t"
            ).fetchone()
            for name in tables
        }


def test_same_arguments_give_the_same_rows(summary: DemoSummary, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again.duckdb", "tiny", end_date=END)
    assert checksums(again.path) == checksums(summary.path)


def test_another_seed_gives_other_rows(summary: DemoSummary, tmp_path: Path) -> None:
    other = write_demo(tmp_path / "other.duckdb", "tiny", seed=8, end_date=END)
    assert checksums(other.path) != checksums(summary.path)


@pytest.mark.parametrize("end", [date(2024, 2, 29), date(2025, 1, 31), date(2026, 3, 1)])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_seed_and_end_date_work(tmp_path: Path, end: date, seed: int) -> None:
    found = write_demo(tmp_path / "demo.duckdb", "tiny", seed=seed, end_date=end)
    assert all(found.rows.values())


def test_a_failed_run_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.duckdb"
    path.write_text("old")

    def stop(stage: str, share: float) -> None:
        if share > 0:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_demo(path, "tiny", progress=stop)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_scale_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="tiny"):
        write_demo(tmp_path / "demo.duckdb", "tinny")


def test_progress_runs_from_start_to_end(tmp_path: Path) -> None:
    shares: list[float] = []
    write_demo(tmp_path / "demo.duckdb", "tiny", progress=lambda stage, share: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_tables_and_columns_are_those_of_the_sources(raw: duckdb.DuckDBPyConnection) -> None:
    found: dict[str, list[str]] = {}
    for table, column, kind in raw.execute(
        """SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'raw' ORDER BY table_name, ordinal_position"""
    ).fetchall():
        found.setdefault(table, []).append(f"{column} {kind}")
    expected = {}
    for line in COLUMNS.read_text().splitlines():
        table, columns = line.split(": ")
        expected[table] = re.split(r", (?=\w+ )", columns)
    assert found == expected


def test_row_counts_are_near_their_targets(summary: DemoSummary) -> None:
    rows, scale = summary.rows, SCALES["tiny"]
    assert rows["app_database_accounts"] == scale.customers
    assert rows["app_database_locations"] == scale.locations
    assert rows["app_database_users"] == scale.users
    assert rows["app_database_devices"] == scale.devices + 1  # one of them is yet to come
    for table, target in {
        "app_database_user_sessions": scale.sessions,
        "app_database_page_views": scale.page_views,
        "app_database_feature_usage": scale.feature_uses,
        "app_database_tap_events": scale.pours,
    }.items():
        assert rows[table] == pytest.approx(target, rel=0.12), table
    assert summary.total_rows == pytest.approx(20_000, rel=0.1)


REACH = {
    "app_database_accounts": "created_date",
    "app_database_subscriptions": "start_date",
    "app_database_subscription_changes": "effective_date",
    "app_database_users": "created_date",
    "app_database_user_sessions": "start_time",
    "app_database_page_views": '"timestamp"',
    "app_database_feature_usage": '"timestamp"',
    "app_database_tap_events": '"timestamp"',
    "app_database_device_status_events": '"at"',
    "app_database_device_maintenance": "started_at",
    "device_telemetry": '"timestamp"',
    "stripe_invoices": "created",
    "stripe_charges": "created",
    "hubspot_deals": '"createdAt"',
    "hubspot_deal_stage_history": "entered_at",
    "hubspot_engagements": '"createdAt"',
    "hubspot_tickets": "createdate",
    "marketing_qualified_leads": "mql_date",
    "attribution_touchpoints": "touchpoint_date",
    "ad_performance_daily": '"date"',
    "google_analytics_sessions": '"date"',
    "iterable_campaigns": "start_at",
}


@pytest.mark.parametrize("table", REACH)
def test_every_source_reaches_the_last_day(raw: duckdb.DuckDBPyConnection, table: str) -> None:
    column = REACH[table]
    last = one(raw, f"SELECT max({column})::DATE FROM {table} WHERE {column} < DATE '2030-01-01'")
    assert last == END


@pytest.mark.parametrize("dirt", DIRT, ids=lambda dirt: dirt.name)
def test_the_dirt_is_there(raw: duckdb.DuckDBPyConnection, dirt: Dirt) -> None:
    found = raw.execute(dirt.count, parameters_for(dirt.count, END_DAY)).fetchone()
    assert found is not None
    assert found[0] > 0


def test_columns_that_are_empty_or_constant_in_real_copies(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    assert one(raw, "SELECT count(last_login_at) FROM app_database_users") == 0
    assert one(raw, "SELECT count(monthly_amount) FROM app_database_subscriptions") == 0
    assert one(raw, "SELECT bool_and(is_online) FROM app_database_devices") is True
    assert one(raw, "SELECT bool_or(delinquent) FROM stripe_customers") is False
    assert number(raw, "SELECT count(*) FROM app_database_user_sessions WHERE user_id = '0'") > 0
