"""A warehouse of somebody else: from its URL to a build; and what doctor says on the way."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from metrics.cli.choices import (
    complete_dimension,
    complete_domain,
    complete_metric,
    complete_place,
    complete_selection,
)
from metrics.demo.copy import copy_to_postgresql
from metrics.lineage.impact import without
from metrics.settings import load_settings
from metrics.sources.warehouse import Inspected, inspect_warehouse
from tests.cli.conftest import Run
from tests.published.test_sql import publish

ENGINES = [
    pytest.param("duckdb", marks=pytest.mark.slow),
    pytest.param("postgresql", marks=pytest.mark.postgres),
]
MOVED = {
    "app_database_accounts": "crm.Companies",
    "app_database_users": "public.stg_users",
    "hubspot_deals": "Sales.opportunities",
    "app_database_subscriptions": "billing.subscription",
    "app_database_tap_events": "iot.TapEvents",
}
"""Where another company keeps these tables of the demo."""


@pytest.fixture(params=ENGINES)
def foreign(request: pytest.FixtureRequest, built: Path, tmp_path: Path) -> str:
    """URL of the demo company's warehouse with other names, a twin, and a table missing."""
    demo = next(built.glob("demo-*.duckdb"))
    url = f"duckdb:///{tmp_path / 'foreign.duckdb'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
        engine = sa.create_engine(url)
        copy_to_postgresql(demo, engine)
    else:
        with duckdb.connect(str(tmp_path / "foreign.duckdb")) as copy:
            copy.execute(f"ATTACH '{demo}' AS demo (READ_ONLY)")
            copy.execute("CREATE SCHEMA raw")
            names = copy.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'")
            for (name,) in names.fetchall():
                copy.execute(f"CREATE TABLE raw.{name} AS SELECT * FROM demo.raw.{name}")
        engine = sa.create_engine(url)
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        for schema in {place.partition(".")[0] for place in MOVED.values()} - {"public"}:
            run(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        run("CREATE SCHEMA IF NOT EXISTS public")
        for name, place in MOVED.items():
            schema, _, table = place.partition(".")
            run(f'CREATE TABLE "{schema}"."{table}" AS SELECT * FROM raw.{name}')
            run(f"DROP TABLE raw.{name}")
        run("CREATE TABLE billing.invoices_eu AS SELECT * FROM raw.stripe_invoices")
        run("CREATE TABLE public.invoices AS SELECT * FROM raw.stripe_invoices")
        run("CREATE TABLE billing.invoices AS SELECT * FROM raw.stripe_invoices")
        run("DROP TABLE raw.stripe_invoices")
        run("DROP TABLE raw.hubspot_tickets")
    engine.dispose()
    return url


def test_init_leads_to_a_build(
    foreign: str, empty: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "metrics.toml"
    monkeypatch.setenv("METRICS_CONFIG", str(file))
    monkeypatch.setenv("METRICS_AS_OF", "2026-10-31")
    monkeypatch.setenv("METRICS_PUBLISHED_DAYS", "0")
    shown = run("init", foreign).output
    assert "stripe_invoices" in next(line for line in shown.splitlines() if "  choose  " in line)
    [tickets] = [line for line in shown.splitlines() if line.startswith("hubspot_tickets ")]
    assert "missing" in tickets
    text = file.read_text()
    assert tomllib.loads(text)["sources"] == {
        name.removeprefix("app_database_"): place for name, place in MOVED.items()
    }
    assert '# stripe_invoices = "billing.invoices"' in text
    assert '# stripe_invoices = "public.invoices"' in text
    assert "invoices_eu" not in text
    # Nothing is overwritten by accident; by intent it is, and says the same again.
    assert "--force" in run("init", foreign, code=1).stderr
    data = json.loads(run("init", foreign, "--force", "--json").stdout)
    assert file.read_text() == text
    assert data["choose"] == {"stripe_invoices": ["billing.invoices", "public.invoices"]}
    assert "hubspot_tickets" in data["missing"]
    choice = 'stripe_invoices = "billing.invoices"'
    file.write_text(text.replace(f"# {choice}", choice))
    doctor = run("doctor", code=12).output
    assert "settings: warehouse_url from metrics.toml" in doctor
    assert "raw.hubspot_tickets" in doctor
    run("build")
    listed = {one["name"]: one for one in json.loads(run("list", "--json").stdout)}
    live = {name for name, one in listed.items() if one["status"] == "live"}
    assert {"total_mrr", "win_rate", "invoiced_revenue"} <= live
    waiting = set(data["metrics"]["waiting"]) - {"invoiced_revenue"}
    assert "support_tickets_open" in waiting - live
    assert listed["total_mrr"]["sources"][-1] == "billing.subscription"
    # The counts of init, which saw no invoices and no targets, are those of the build without them.
    invoices = {name for name in live if "billing.invoices" in listed[name]["sources"]}
    assert live - invoices <= {name for name in listed if name not in waiting}


def test_a_password_is_never_written(pg_url: str, run: Run, empty: Path, tmp_path: Path) -> None:
    url = sa.make_url(pg_url).set(password="canary").render_as_string(hide_password=False)
    file = tmp_path / "x.toml"
    shown = run("init", url, "--file", str(file)).output
    assert "canary" not in file.read_text() + shown
    assert "PGPASSWORD" in file.read_text()
    assert load_settings(env={}, file=file).warehouse_url


def findings(run: Run, code: int) -> dict[str, tuple[str, str]]:
    """Level and text by subject."""
    listed = json.loads(run("doctor", "--json", code=code).stdout)
    return {one["about"]: (one["level"], one["text"] + " " + one["way_out"]) for one in listed}


def test_doctor_before_anything_is_there(empty: Path, run: Run) -> None:
    found = findings(run, 10)
    assert found["warehouse"][0] == "fail"
    assert "metrics demo" in found["warehouse"][1]
    assert found["build"] == ("warn", "There are no figures yet. Run `metrics build` first.")


def test_doctor_on_the_demo(home: Path, run: Run) -> None:
    found = findings(run, 12)
    assert {about for about, (level, _) in found.items() if level != "ok"} == {"tables"}
    assert "38 source tables can be read" in found["sources"][1]
    assert "hubspot to 2026-10-31" in found["watermarks"][1]


def test_doctor_sees_broken_definitions_and_settings(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.yml").write_text("metrics: {x: {label: X}}")
    monkeypatch.setenv("METRICS_DEFINITIONS", str(tmp_path))
    assert findings(run, 10)["definitions"][0] == "fail"
    assert "problems in the definitions" in run("check", code=4).stderr
    monkeypatch.setenv("METRICS_WEEK_START", "9")
    assert "week_start" in run("doctor", code=3).stderr


def test_doctor_sees_a_stale_build_and_a_full_disk(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_AS_OF", "2026-11-05")
    monkeypatch.setattr("metrics.doctor.shutil.disk_usage", lambda path: _Usage())
    found = findings(run, 10)
    assert found["build"][0] == "warn"
    assert "metrics build" in found["build"][1]
    assert found["disk"][0] == "fail"


class _Usage:
    free = 1 << 20


def test_check_tells_what_the_next_build_would_lose(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*arguments: Any) -> Inspected:
        return without(inspect_warehouse(*arguments), "raw.hubspot_deals")

    monkeypatch.setattr("metrics.sources.warehouse.inspect_warehouse", gone)
    data = json.loads(run("check", "--warehouse", "--json", code=10).stdout)
    assert any(line.startswith("win_rate: raw.hubspot_deals") for line in data["would_be_lost"])


def test_completion_offers_names_and_never_an_error(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dict(complete_metric("total_m"))["total_mrr"] == "MRR"
    assert [name for name, _ in complete_metric("stickin")] == ["stickiness", "stickiness_pct"]
    assert "plan" in dict(complete_dimension("pl"))
    assert [name for name, _ in complete_domain("sa")] == ["sales"]
    assert complete_selection("tier:1,+domain:sal") == ["tier:1,+domain:sales"]
    assert "raw.hubspot_deals" in list(complete_place("raw.hubspot_d"))
    monkeypatch.setenv("METRICS_WEEK_START", "monday")
    assert list(complete_place("raw.hubspot_d")) == []


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of two builds with small published models."""
    monkeypatch.setenv("METRICS_HOME", str(tmp_path))
    monkeypatch.setenv("METRICS_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", f"duckdb:///{tmp_path / 'w.duckdb'}")
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    return [publish(load_settings()), publish(load_settings())]


def test_history_and_rollback(small: list[str], run: Run) -> None:
    older, newer = small
    assert run("history").stdout.splitlines()[1].startswith(f"{newer}  current")
    assert f"Build {older} is the current one; it was {newer}." in run("rollback").stderr
    listed = json.loads(run("rollback", "--list", "--json").stdout)
    states = {one["build"]: one["state"] for one in listed}
    assert states == {newer: "undone", older: "current"}
    assert "no build before" in run("rollback", code=9).stderr
    assert json.loads(run("rollback", "--to", newer, "--json").stdout)["build"] == newer
    assert "Did you mean" in run("rollback", "--to", f"{older[:-1]}x", code=5).stderr


def test_sql_in_every_format(small: list[str], run: Run, tmp_path: Path) -> None:
    text = "SELECT customer_id, current_mrr FROM metrics_revenue ORDER BY metric_date LIMIT 2"
    shown = run("sql", text).stdout.splitlines()
    assert shown == ["customer_id  current_mrr", "c0           0.0000", "c1           10.0000"]
    assert run("sql", "-", text=text).stdout == run("sql", text).stdout
    data = json.loads(run("sql", text, "-f", "json").stdout)
    assert data["rows"] == [
        {"customer_id": "c0", "current_mrr": 0.0},
        {"customer_id": "c1", "current_mrr": 10.0},
    ]
    assert data["stamp"] == {"build_id": small[1]}
    run("sql", text, "-f", "parquet", "-o", str(tmp_path / "x.parquet"))
    assert duckdb.sql(f"SELECT SUM(current_mrr) FROM '{tmp_path}/x.parquet'").fetchall() == [(10,)]
    formula = run("sql", "SELECT '=1+1' AS \"=x\"", "-f", "csv").stdout
    assert formula == '"\'=x"\n"\'=1+1"\n'
    assert "Cut after 3 rows" in run("sql", "SELECT * FROM metrics_revenue", "--limit", "3").stderr
    assert Path(run("sql", "--path").stdout.strip()).name == f"build-{small[1]}.duckdb"
    assert run("sql", "DROP TABLE metrics_revenue", code=11).stdout == ""
    assert "cannot be run" in run("sql", "SELECT x FROM metrics_revenue", code=5).stderr
    run("sql", code=2)


def test_a_name_in_the_data_cannot_move_the_cursor(small: list[str], run: Run) -> None:
    shown = run("sql", "SELECT 'a\x1b[2Jb\nc\td' AS word").stdout
    assert shown == "word\na [2Jb c d\n"
