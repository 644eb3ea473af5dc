"""The `metrics` command as a terminal user meets it, on the tiny demo warehouse."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metrics.cli import app

runner = CliRunner()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a demo warehouse and a build, made by the commands themselves."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METRICS_HOME", str(folder))
        patch.setenv("METRICS_DEMO_SCALE", "tiny")
        patch.delenv("METRICS_WAREHOUSE_URL", raising=False)
        made = runner.invoke(app, ["demo", "--end-date", "2026-10-31"])
        assert made.exit_code == 0, made.output
        assert "18," in made.output
        built = runner.invoke(app, ["build"])
        assert built.exit_code == 0, built.output
        assert "data to 2026-10-31" in " ".join(built.output.split())
        yield folder


def test_demo_is_kept_unless_forced(home: Path) -> None:
    again = runner.invoke(app, ["demo"])
    assert again.exit_code == 0
    assert "--force" in again.output


def test_query_prints_csv_with_the_asked_members(home: Path) -> None:
    asked = ["query", "total_mrr", "--by", "tier", "--start", "2026-10-01", "--csv"]
    result = runner.invoke(app, asked)
    assert result.exit_code == 0, result.output
    lines = result.stdout.strip().splitlines()
    assert lines[0].startswith("metric,start,end,complete")
    assert len(lines) > 2


def test_query_prints_sql(home: Path) -> None:
    result = runner.invoke(app, ["query", "total_mrr", "--sql"])
    assert "SELECT" in result.stdout
    assert "stock__subscription_periods" in result.stdout


def test_unknown_metric_suggests_the_nearest_and_exits_1(home: Path) -> None:
    result = runner.invoke(app, ["query", "total_mmr"])
    assert result.exit_code == 1
    assert "E_UNKNOWN_NAME" in result.output
    assert "total_mrr" in result.output
    assert "Traceback" not in result.output


def test_list_as_json_has_one_object_per_metric(home: Path) -> None:
    listed = json.loads(runner.invoke(app, ["list", "--json"]).stdout)
    by_name = {item["name"]: item for item in listed}
    assert by_name["total_mrr"]["status"] == "live"
    assert by_name["nps_score"]["status"] == "waiting"
    assert by_name["nps_score"]["waiting_for"]
    assert set(by_name["total_mrr"]) == {
        "name",
        "aliases",
        "label",
        "domains",
        "unit",
        "tier",
        "kind",
        "status",
        "waiting_for",
        "direction",
        "owner",
        "tags",
        "dimensions",
    }


def test_status_tells_coverage_and_what_was_set_aside(home: Path) -> None:
    shown = runner.invoke(app, ["status"]).stdout
    assert "data to 2026-10-31" in shown
    future = r"sessions: started_at is after the last full day in 2 of [\d,]+ rows \(2036-.*\)"
    assert re.search(future + ", left out of every number", shown)
    assert "identities checked" in shown


def test_without_a_build_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_HOME", str(tmp_path))
    result = runner.invoke(app, ["query", "total_mrr"])
    assert result.exit_code == 1
    assert "metrics build" in result.output


def test_build_without_a_warehouse_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_HOME", str(tmp_path))
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", f"duckdb:///{tmp_path}/nowhere.duckdb")
    result = runner.invoke(app, ["build"])
    assert result.exit_code == 1
    assert "nowhere.duckdb" in result.output
    assert str(tmp_path) not in result.output


def test_a_taken_port_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_HOME", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = runner.invoke(app, ["run", "--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.output
    assert not list(tmp_path.iterdir())


def test_a_bad_setting_is_named_and_never_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", "oracle://user:password@host/db")
    result = runner.invoke(app, ["build"])
    assert result.exit_code == 1
    assert "warehouse_url" in result.output
    assert "password" not in result.output


def test_the_server_answers_only_to_the_names_it_was_given(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("metrics.cli.os.execv", lambda path, arguments: started.append(arguments))
    monkeypatch.chdir(home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    result = runner.invoke(app, ["run", "--port", port, "--allow", "metrics.example.org"])
    assert result.exit_code == 0, result.output
    pairs = list(zip(started[0], started[0][1:], strict=False))
    names = [name for option, name in pairs if option == "--server.allowedHosts"]
    assert names == ["localhost", "127.0.0.1", "metrics.example.org"]
    assert f"http://localhost:{port}" in result.output
