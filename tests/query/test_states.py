"""The state of a metric is what the warehouse says, never what somebody typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from metrics import MetricInfo, open_layer
from metrics.demo import write_demo
from metrics.errors import MetricWaitingError
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings

END = date(2026, 10, 31)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A tiny demo warehouse that a test may change."""
    path = tmp_path / "warehouse.duckdb"
    write_demo(path, scale="tiny", end_date=END)
    return path


def state(path: Path, statement: str, metric: str) -> tuple[MetricInfo, Settings]:
    """The metric after running a statement on the warehouse and building."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    url = f"duckdb:///{path}"
    settings = load_settings(env={}, home=path.parent, warehouse_url=url, as_of=END)
    run_build(settings)
    return open_layer(settings).catalog.resolve(metric), settings


def test_a_placeholder_names_the_column_that_is_still_missing(warehouse: Path) -> None:
    info, settings = state(warehouse, "SELECT 1", "nps_score")
    assert (info.status, info.waiting_for) == ("waiting", ("raw.survey_responses",))
    with pytest.raises(MetricWaitingError, match="raw.survey_responses"):
        open_layer(settings).query("nps_score")
    table = "CREATE TABLE raw.survey_responses (Respondent_ID VARCHAR, survey_type VARCHAR)"
    info, _ = state(warehouse, table, "nps_score")
    assert info.status == "waiting"
    assert "raw.survey_responses.score (missing)" in info.waiting_for
    assert not [lack for lack in info.waiting_for if "respondent_id" in lack or "type" in lack]


def test_a_placeholder_whose_data_arrives_is_live_and_falls_back_without_it(
    warehouse: Path,
) -> None:
    table = """
        CREATE TABLE raw.survey_responses (response_id VARCHAR, respondent_id VARCHAR,
            customer_id VARCHAR, survey_type VARCHAR, score INTEGER, responded_at TIMESTAMP);
        INSERT INTO raw.survey_responses VALUES ('1', 'a', NULL, 'NPS', 9, '2026-10-31 10:00:00'),
            ('2', 'b', NULL, 'NPS', 8, '2026-10-31 10:00:00')
    """
    info, settings = state(warehouse, table, "nps_score")
    assert info.status == "live"
    assert open_layer(settings).query("nps_score", end=END).frame["value"].tolist() == [50]
    info, _ = state(warehouse, "ALTER TABLE raw.survey_responses DROP COLUMN score", "nps_score")
    assert info.status == "waiting"
    assert info.waiting_for == ("raw.survey_responses.score (missing)",)


def test_a_live_metric_falls_back_and_names_the_column(warehouse: Path) -> None:
    drop = "ALTER TABLE raw.app_database_user_sessions DROP COLUMN browser"
    info, settings = state(warehouse, drop, "total_sessions_30d")
    assert info.status == "waiting"
    assert info.waiting_for == ("raw.app_database_user_sessions.browser (missing)",)
    assert open_layer(settings).catalog.resolve("total_mrr").status == "live"


def test_a_source_without_rows_blocks_its_metrics(warehouse: Path) -> None:
    info, _ = state(warehouse, "DELETE FROM raw.device_telemetry", "device_cpu_usage_pct")
    assert info.status == "blocked"
    assert info.waiting_for == ("rows in device_telemetry",)
