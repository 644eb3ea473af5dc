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
    table = "CREATE TABLE raw.survey_responses (Respondent_ID VARCHAR, survey_type VARCHAR)"
    info, _ = state(warehouse, table, "nps_score")
    assert info.status == "waiting"
    assert "raw.survey_responses.score" in info.waiting_for
    assert not {"raw.survey_responses.respondent_id", "raw.survey_responses.survey_type"} & set(
        info.waiting_for
    )


def test_a_placeholder_whose_data_arrives_is_ready_and_falls_back_without_it(
    warehouse: Path,
) -> None:
    names = [
        column.rpartition(".")[2]
        for column in state(warehouse, "SELECT 1", "nps_score")[0].waiting_for
    ]
    columns = ", ".join(f"{name} VARCHAR" for name in names)
    info, settings = state(warehouse, f"CREATE TABLE raw.survey_responses ({columns})", "nps_score")
    assert info.status == "ready"
    with pytest.raises(MetricWaitingError, match="formula"):
        open_layer(settings).query("nps_score")
    info, _ = state(warehouse, "ALTER TABLE raw.survey_responses DROP COLUMN score", "nps_score")
    assert info.status == "waiting"
    assert info.waiting_for == ("raw.survey_responses.score",)


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
