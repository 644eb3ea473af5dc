"""The `metrics` command as a terminal user meets it, on the tiny demo warehouse."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from metrics.cli import COMMANDS
from metrics.cli.exits import EXITS
from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_exit_codes_are_documented_one_by_one() -> None:
    listed = re.findall(r"(?m)^\| (\d+) \| (.+?) \|$", DOCS.read_text(encoding="utf-8"))
    assert listed == [(str(one.code), one.meaning) for one in EXITS]
    assert len({one.code for one in EXITS}) == len(EXITS)


def test_every_command_has_help_with_examples(run: Run) -> None:
    overview = run("--help").output
    for name in COMMANDS:
        [line] = [one for one in overview.splitlines() if one.startswith(f"  {name} ")]
        assert "..." not in line, "the first sentence is too long for the overview"
        text = run(name, "--help").output
        assert f"Examples:\n    metrics {name}" in text
        assert not set(text) & set("│─╭╰"), "help is plain text"


def test_an_unknown_command_or_option_is_wrong_usage(run: Run) -> None:
    assert "No such command" in run("qeury", code=2).output
    assert "No such option" in run("query", "total_mrr", "--gain", "day", code=2).output
    run("list", "--tier", "9", code=2)


def test_demo_is_kept_unless_forced(home: Path, run: Run) -> None:
    assert "--force" in run("demo").output
    run("demo", "--end-date", "yesterday", "--force", code=2)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_query_prints_a_plain_table_where_nobody_looks(home: Path, run: Run) -> None:
    shown = run("query", "total_mrr", "--last", "3m", "--grain", "month").stdout.splitlines()
    assert shown[0].split() == ["metric", "start", "end", "value"]
    assert [line.split()[1] for line in shown[1:]] == ["2026-08-01", "2026-09-01", "2026-10-01"]
    assert {line.index("$") for line in shown[1:]} == {shown[0].index("value")}
    assert not set("".join(shown)) & set("│\t\x1b")


def test_every_format_says_the_same(home: Path, run: Run, tmp_path: Path) -> None:
    asked = ("query", "total_mrr", "--by", "tier", "--last", "2m", "--grain", "month")
    written = run(*asked, "--format", "csv").stdout_bytes
    lines = rows_of(written.decode())
    assert lines[0]["metric"] == "total_mrr"
    assert lines[0]["build_id"]
    assert lines[0]["definitions"].startswith("total_mrr@")
    data = json.loads(run(*asked, "--format", "json").stdout)
    table = pq.read_table(_file(run, tmp_path / "x.parquet", *asked, "--format", "parquet"))
    parquet = table.to_pylist()
    assert len(lines) == len(data["rows"]) == len(parquet) > 2
    for line, row, cell in zip(lines, data["rows"], parquet, strict=True):
        assert line["tier"] == (row["tier"] or "") == (cell["tier"] or "")
        assert line["start"] == row["start"] == str(cell["start"])
        assert float(line["value"]) == row["value"] == cell["value"]
        assert row["previous_value"] is None
    assert json.loads(table.schema.metadata[b"stamp"])["build_id"] == data["stamp"]["build_id"]
    kept = _file(run, tmp_path / "x.csv", *asked, "--format", "csv").read_bytes()
    assert kept == b"\xef\xbb\xbf" + written


def _file(run: Run, path: Path, *asked: str) -> Path:
    result = run(*asked, "-o", str(path))
    assert result.stdout == ""
    return path


def test_a_file_is_written_whole_or_not_at_all(home: Path, run: Run, tmp_path: Path) -> None:
    shown = run("query", "dau", "-o", str(tmp_path / "no" / "x.csv"), "-f", "csv", code=1).output
    assert "cannot be written: No such file or directory" in shown
    assert "needs --format" in run("query", "dau", "-o", str(tmp_path / "x"), code=2).output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("last", "start"),
    [
        ("1d", "2026-10-31"),
        ("30d", "2026-10-02"),
        ("2w", "2026-10-18"),
        ("1m", "2026-10-01"),
        ("1q", "2026-08-01"),
        ("1y", "2025-11-01"),
    ],
)
def test_last_ends_with_the_data(home: Path, run: Run, last: str, start: str) -> None:
    data = json.loads(run("query", "total_mrr", "--last", last, "-f", "json").stdout)
    [row] = data["rows"]
    assert (row["start"], row["end"]) == (start, "2026-10-31")


def test_last_can_end_earlier_and_excludes_start(home: Path, run: Run) -> None:
    asked = ("query", "total_mrr", "--last", "1m", "-f", "json")
    [row] = json.loads(run(*asked, "--end", "2026-02-28").stdout)["rows"]
    assert row["start"] == "2026-02-01"
    assert "both say" in run(*asked, "--start", "2026-01-01", code=5).output
    assert "no length of time" in run("query", "total_mrr", "--last", "soon", code=5).output
    assert "no length of time" in run("query", "total_mrr", "--last", "0d", code=5).output


def test_filters_name_members_that_exist(home: Path, run: Run) -> None:
    by = json.loads(run("query", "total_mrr", "--by", "plan", "-f", "json").stdout)["rows"]
    plan = by[0]["plan"]
    asked = ("query", "total_mrr", "--where", f"plan={plan}", "-f", "json")
    assert json.loads(run(*asked).stdout)["rows"][0]["value"] == by[0]["value"]
    both = run("query", "total_mrr", "--where", f"plan={plan},{by[1]['plan']}", "-f", "json").stdout
    assert json.loads(both)["rows"][0]["value"] == by[0]["value"] + by[1]["value"]
    assert (
        f"Did you mean '{plan}'" in run("query", "dau", "--where", f"plan={plan}x", code=5).output
    )
    assert "no filter" in run("query", "total_mrr", "--where", "plan", code=5).output
    assert "no dimension" in run("query", "total_mrr", "--where", "plam=x", code=5).output


def test_query_prints_sql(home: Path, run: Run) -> None:
    shown = run("query", "total_mrr", "--sql").stdout
    assert "SELECT" in shown
    assert "stock__subscription_periods" in shown


def test_unknown_metric_suggests_the_nearest(home: Path, run: Run) -> None:
    result = run("query", "total_mmr", code=5)
    assert result.stdout == ""
    assert "E_UNKNOWN_NAME" in result.stderr
    assert "total_mrr" in result.stderr


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    """What `list --json` prints."""
    found: list[dict[str, Any]] = json.loads(run("list", "--json", *arguments).stdout)
    return found


def test_list_as_json_has_one_object_per_metric(home: Path, run: Run) -> None:
    by_name = {item["name"]: item for item in listed(run)}
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


def test_every_live_metric_tells_since_when_it_has_data(home: Path, run: Run) -> None:
    live = [item for item in listed(run) if item["status"] == "live"]
    assert live
    assert [item["name"] for item in live if not (item["since"] and item["as_of"])] == []


def test_list_shows_one_readable_line_per_metric(home: Path, run: Run) -> None:
    lines = run("list", "--domain", "revenue").stdout.splitlines()
    [mrr] = [line for line in lines if line.startswith("total_mrr ")]
    assert " MRR " in mrr
    assert " live " in mrr
    assert len(lines) - 1 == len(listed(run, "--domain", "revenue"))


def test_list_is_narrowed_by_every_filter(home: Path, run: Run) -> None:
    everything = listed(run)
    for option, field, value in (
        ("--domain", "domains", "sales"),
        ("--unit", "unit", "currency"),
        ("--status", "status", "waiting"),
        ("--tag", "tags", "recurring"),
        ("--owner", "owner", "Finance"),
    ):
        wanted = {one["name"] for one in everything if value in one[field]}
        assert {one["name"] for one in listed(run, option, value)} == wanted != set()
    first = {one["name"] for one in everything if one["tier"] == 1}
    assert {one["name"] for one in listed(run, "--tier", "1")} == first
    both = listed(run, "--tier", "1", "--domain", "sales", "--domain", "revenue")
    assert {one["name"] for one in both} == {
        one["name"]
        for one in everything
        if one["tier"] == 1 and {"sales", "revenue"} & set(one["domains"])
    }
    assert {one["name"] for one in listed(run, "gross", "retention")} >= {"gross_revenue_retention"}
    assert "Did you mean 'waiting'" in run("list", "--status", "waitin", code=5).output


def test_show_has_the_whole_card(home: Path, run: Run) -> None:
    card = run("show", "gross_revenue_retention").stdout
    for word in ("formula", "unit", "status", "split by", "rests on", "proof", "related", "value"):
        assert re.search(rf"(?m)^{word} +\S", card), word
    data = json.loads(run("show", "total_mrr", "--json").stdout)
    asked = json.loads(run("query", "total_mrr", "--last", "30d", "-f", "json").stdout)
    assert data["last"]["value"] == asked["rows"][0]["value"]
    assert data["name"] == "total_mrr"
    waiting = run("show", "nps_score").stdout
    assert re.search(r"(?m)^waits for +raw\.survey_responses", waiting)
    assert not re.search(r"(?m)^value ", waiting)
    assert "E_UNKNOWN_NAME" in run("show", "total_mmr", code=5).stderr


def test_list_ranks_wanted_data(home: Path, run: Run) -> None:
    wanted = listed(run, "--wanted")
    assert [item["wanted"] for item in wanted]
    unlocked = [len(item["unlocks"]) for item in wanted]
    assert unlocked == sorted(unlocked, reverse=True)
    survey = next(item for item in wanted if item["place"] == "raw.survey_responses")
    assert "nps_score" in survey["unlocks"]
    assert "score" in survey["columns"]
    shown = run("list", "--wanted").output
    assert "raw.survey_responses" in shown
    assert "wait for something else" in shown


def test_lineage_leads_down_from_a_metric(home: Path, run: Run) -> None:
    shown = run("lineage", "quick_ratio")
    assert "├─ new_mrr  (New MRR)" in shown.stdout
    assert "queries/facts/subscription_periods.sql" in shown.stdout
    assert re.search(r"raw\.app_database_subscriptions  \(\d+ metrics rest on it\)", shown.stdout)
    data = json.loads(run("lineage", "quick_ratio", "--json").stdout)
    assert data["root"]["below"][0]["name"] == "new_mrr"
    assert data["sources"][0]["table"] == "raw.app_database_subscription_changes"


def test_lineage_leads_up_from_a_table_and_a_column(home: Path, run: Run) -> None:
    shown = run("lineage", "raw.app_database_tap_events").stdout
    assert shown.startswith("raw.app_database_tap_events is read by facts/tap_events.sql\n")
    assert re.search(r"\n\d+ metrics would wait\n", shown)
    assert re.search(r"\n  tap_events_30d +Pours, 30 days\n", shown)
    data = json.loads(run("lineage", "raw.hubspot_tickets", "--json").stdout)
    assert "support_tickets_open" in data["waits"]
    column = run("lineage", "raw.app_database_tap_events.metrics").stdout
    assert "metrics would wait, because a query they need reads it" in column


def test_lineage_of_an_unknown_name_suggests_the_nearest(home: Path, run: Run) -> None:
    for name, near in (("quick_rato", "quick_ratio"), ("raw.hubspot_ticket", "hubspot_tickets")):
        result = run("lineage", name, code=5)
        assert "E_UNKNOWN_NAME" in result.output
        assert near in " ".join(result.output.split())


def test_status_tells_coverage_and_what_was_set_aside(home: Path, run: Run) -> None:
    shown = run("status").stdout
    assert "data to 2026-10-31" in shown
    future = r"sessions: started_at is after the last full day in 2 of [\d,]+ rows \(2036-.*\)"
    assert re.search(future + ", left out of every number", shown)
    assert "identities checked" in shown


def test_without_a_build_the_way_out_is_named(empty: Path, run: Run) -> None:
    for command in (["query", "total_mrr"], ["check"], ["prove"], ["status"], ["rollback"]):
        shown = run(*command, code=9).stderr
        assert "metrics build" in shown or "metrics history" in shown
    assert "Nothing is built yet" in run("history").output
    assert not empty.exists(), "looking makes nothing"


def test_build_without_a_warehouse_names_the_way_out(
    empty: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", f"duckdb:///{tmp_path}/nowhere.duckdb")
    shown = run("build", code=6).output
    assert "nowhere.duckdb" in shown
    assert str(tmp_path) not in shown


def test_a_taken_port_is_refused_before_anything_is_made(empty: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = run("run", "--port", str(port), code=1).output
    assert f"Port {port} is taken" in shown
    assert not empty.exists()


def test_a_bad_setting_is_named_and_never_quoted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", "oracle://user:password@host/db")
    shown = run("build", code=3).output
    assert "warehouse_url" in shown
    assert "password" not in shown


@pytest.mark.parametrize("command", ["run", "app"])
def test_the_server_answers_only_to_the_names_it_was_given(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(
        "metrics.cli.serve.os.execv", lambda path, arguments: started.append(arguments)
    )
    monkeypatch.chdir(home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    result = run(command, "--port", port, "--allow", "metrics.example.org")
    pairs = list(zip(started[0], started[0][1:], strict=False))
    names = [name for option, name in pairs if option == "--server.allowedHosts"]
    assert names == ["localhost", "127.0.0.1", "metrics.example.org"]
    assert f"http://localhost:{port}" in result.output


@pytest.mark.postgres
def test_the_demo_is_copied_to_an_empty_database_only(home: Path, run: Run, pg_url: str) -> None:
    assert " rows of " in run("demo", "--copy-to", pg_url).output
    again = run("demo", "--copy-to", pg_url, code=6)
    assert "has a schema 'raw' already" in again.output
