"""The `metrics` command as a terminal user meets it, on the tiny demo warehouse."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def listed(*arguments: str) -> list[dict[str, Any]]:
    """What `list --json` prints."""
    found: list[dict[str, Any]] = json.loads(
        runner.invoke(app, ["list", "--json", *arguments]).stdout
    )
    return found


def test_list_as_json_has_one_object_per_metric(home: Path) -> None:
    by_name = {item["name"]: item for item in listed()}
    names = (
        "name aliases label description formula unit display_unit kind window tier tiers domains "
        "status waiting_for since as_of direction owner tags dimensions related facts sources "
        "definition proof caveats differs settles_days"
    )
    assert {tuple(sorted(item)) for item in by_name.values()} == {tuple(sorted(names.split()))}
    mrr = by_name["total_mrr"]
    assert mrr["status"] == "live"
    assert mrr["waiting_for"] == []
    assert mrr["since"] < mrr["as_of"] == "2026-10-31"
    assert mrr["sources"] == [
        "raw.app_database_subscription_changes",
        "raw.app_database_subscriptions",
    ]
    assert re.fullmatch("[0-9a-f]{8}", mrr["definition"])
    assert by_name["nps_score"]["status"] == "waiting"
    assert "raw.survey_responses" in by_name["nps_score"]["waiting_for"][0]
    assert by_name["nps_score"]["since"] is None


def test_every_live_metric_tells_since_when_it_has_data(home: Path) -> None:
    live = [item for item in listed() if item["status"] == "live"]
    assert live
    assert [item["name"] for item in live if not (item["since"] and item["as_of"])] == []


def test_list_shows_one_readable_line_per_metric(home: Path) -> None:
    lines = runner.invoke(app, ["list", "--domain", "revenue"]).stdout.splitlines()
    [mrr] = [line for line in lines if " total_mrr " in line]
    assert " MRR " in mrr
    assert " live " in mrr
    assert len([line for line in lines if line.startswith("│ ")]) == len(
        listed("--domain", "revenue")
    )


def test_list_ranks_wanted_data(home: Path) -> None:
    wanted = listed("--wanted")
    assert [item["wanted"] for item in wanted]
    unlocked = [len(item["unlocks"]) for item in wanted]
    assert unlocked == sorted(unlocked, reverse=True)
    survey = next(item for item in wanted if item["place"] == "raw.survey_responses")
    assert "nps_score" in survey["unlocks"]
    assert "score" in survey["columns"]
    shown = runner.invoke(app, ["list", "--wanted"]).stdout
    assert "raw.survey_responses" in shown
    assert "wait for something else" in shown


def test_lineage_leads_down_from_a_metric(home: Path) -> None:
    shown = runner.invoke(app, ["lineage", "quick_ratio"])
    assert shown.exit_code == 0, shown.output
    assert "├─ new_mrr  (New MRR)" in shown.stdout
    assert "queries/facts/subscription_periods.sql" in shown.stdout
    assert re.search(r"raw\.app_database_subscriptions  \(\d+ metrics rest on it\)", shown.stdout)
    data = json.loads(runner.invoke(app, ["lineage", "quick_ratio", "--json"]).stdout)
    assert data["root"]["below"][0]["name"] == "new_mrr"
    assert data["sources"][0]["table"] == "raw.app_database_subscription_changes"


def test_lineage_leads_up_from_a_table_and_a_column(home: Path) -> None:
    shown = runner.invoke(app, ["lineage", "raw.app_database_tap_events"]).stdout
    assert shown.startswith("raw.app_database_tap_events is read by facts/tap_events.sql\n")
    assert re.search(r"\n\d+ metrics would wait\n", shown)
    assert re.search(r"\n  tap_events_30d +Pours, 30 days\n", shown)
    data = json.loads(runner.invoke(app, ["lineage", "raw.hubspot_tickets", "--json"]).stdout)
    assert "support_tickets_open" in data["waits"]
    column = runner.invoke(app, ["lineage", "raw.app_database_tap_events.metrics"]).stdout
    assert "metrics would wait, because a query they need reads it" in column


def test_lineage_of_an_unknown_name_suggests_the_nearest(home: Path) -> None:
    for name, near in (("quick_rato", "quick_ratio"), ("raw.hubspot_ticket", "hubspot_tickets")):
        result = runner.invoke(app, ["lineage", name])
        assert result.exit_code == 1
        assert "E_UNKNOWN_NAME" in result.output
        assert near in " ".join(result.output.split())


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
