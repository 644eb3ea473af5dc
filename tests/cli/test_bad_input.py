"""What goes wrong outside: each has a clear message and a code of its own, and costs nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from metrics.demo.copy import copy_to_postgresql
from tests.cli.conftest import Run
from tests.support.postgres import plain

ENGINES = ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
PASSWORD = "canary" + "-word"
PROGRAM = "import sys; sys.argv[0] = 'metrics'; from metrics.cli import main; main()"


@pytest.fixture(scope="module")
def pg_company(pg_module_url: str, built: Path) -> str:
    """The tiny demo company in PostgreSQL."""
    engine = sa.create_engine(pg_module_url)
    copy_to_postgresql(next(built.glob("demo-*.duckdb")), engine)
    engine.dispose()
    return pg_module_url


@pytest.fixture
def role(pg_company: str) -> Iterator[str]:
    """A role that may connect, and nothing else."""
    name = f"reader_{os.getpid()}"
    with psycopg.connect(plain(pg_company), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN")
        yield name
        owner.execute(f"DROP OWNED BY {name} CASCADE")
        owner.execute(f"DROP ROLE {name}")


def as_role(url: str, role: str) -> str:
    return sa.make_url(url).set(username=role).render_as_string(hide_password=False)


def raw_rows(url: str) -> list[tuple[str, int, str]]:
    """Every raw table with its rows and a digest of them."""
    with psycopg.connect(plain(url)) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw' ORDER BY 1"
        ).fetchall()
        digest = "SELECT count(*), sum(hashtext(t::text))::text FROM raw.{} AS t"
        return [(name, *connection.execute(digest.format(name)).fetchone()) for (name,) in names]


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("oracle://u:{p}@host/db", 3, "engine 'oracle' is not one of"),
        ("no url at all {p}", 3, "not a database URL"),
        ("postgresql://u:{p}@127.0.0.1:1/db", 6, "does not answer"),
        ("postgresql://u:{p}@no-such-host.invalid/db", 6, "host name is unknown|does not answer"),
        ("postgresql://u:{p}@x@127.0.0.1:1/db", 6, "does not answer|host name is unknown"),
        ("duckdb:///nowhere/{p}x.duckdb", 6, "does not exist"),
    ],
)
@pytest.mark.parametrize("command", ["build", "doctor", "init"])
def test_a_wrong_url(
    empty: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    code: int,
    says: str,
    command: str,
) -> None:
    word = "" if url.startswith("duckdb") else PASSWORD
    address = url.format(p=word)
    arguments = [address, "--file", str(empty / "metrics.toml")] if command == "init" else []
    if command != "init":
        monkeypatch.setenv("METRICS_WAREHOUSE_URL", address)
    ends = 10 if command == "doctor" and code == 6 else code
    result = run(command, *arguments, code=ends)
    assert any(word in result.output for word in says.split("|"))
    assert PASSWORD not in result.output
    assert not list(empty.glob("*.toml"))


def test_a_role_without_rights(
    pg_company: str, role: str, empty: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", as_role(pg_company, role))
    before = raw_rows(pg_company)
    shown = run("build", code=7)
    assert "E_RIGHTS" in shown.stderr
    assert "permission denied for database" in shown.stderr
    assert "docs/publishing.md" in shown.stderr
    told = run("doctor", code=10).output
    assert "fail  rights: the role may not read raw.ad_performance_daily, raw.app_data" in told
    with psycopg.connect(plain(pg_company), autocommit=True) as owner:
        owner.execute(f"GRANT USAGE ON SCHEMA raw TO {role}")
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA raw TO {role}")
        owner.execute(f"REVOKE SELECT ON raw.hubspot_deals FROM {role}")
        told = run("doctor", code=10).output
        assert "the role may not read raw.hubspot_deals\n" in told.replace("  GRANT", "\n")
        assert "the role may not create schemas" in told
        owner.execute(f"GRANT SELECT ON raw.hubspot_deals TO {role}")
        told = run("doctor", code=12).output
        assert "ok    rights: the role reads the source tables and cannot write them" in told
        owner.execute(f"GRANT INSERT ON raw.hubspot_deals TO {role}")
        assert "may also write 1 of the source tables" in run("doctor", code=12).output
    assert raw_rows(pg_company) == before


def test_a_schema_of_somebody_else_is_left_alone(
    pg_company: str, role: str, empty: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`metrics` exists, belongs to another, and holds their things."""
    monkeypatch.setenv("METRICS_WAREHOUSE_URL", as_role(pg_company, role))
    database = sa.make_url(pg_company).database
    with psycopg.connect(plain(pg_company), autocommit=True) as owner:
        owner.execute("CREATE SCHEMA metrics")
        owner.execute("CREATE TABLE metrics.current AS SELECT 'theirs' AS note")
        owner.execute("CREATE VIEW metrics.board AS SELECT note FROM metrics.current")
        owner.execute(f"GRANT CREATE ON DATABASE {database} TO {role}")
        try:
            assert "permission denied for schema metrics" in run("build", code=7).stderr
            owner.execute(f"GRANT ALL ON SCHEMA metrics TO {role}")
            owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA metrics TO {role}")
            shown = run("build", code=8).stderr
            assert "metrics.current is not a table of this program" in shown
            assert owner.execute("SELECT note FROM metrics.board").fetchall() == [("theirs",)]
            kept = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mb%'"
            assert owner.execute(kept).fetchone() == (0,)
        finally:
            owner.execute("DROP SCHEMA metrics CASCADE")


def test_a_full_disk_keeps_the_last_build(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads(run("history", "--json").stdout)
    monkeypatch.setenv("METRICS_FAULT", "fail:started")
    shown = run("build", code=8).stderr
    assert "could not be written: No space left on device" in shown
    assert "The last build stays" in shown
    monkeypatch.delenv("METRICS_FAULT")
    assert json.loads(run("history", "--json").stdout) == before


def test_a_second_build_is_told_to_wait(home: Path, run: Run) -> None:
    from contextlib import closing

    from metrics.settings import load_settings
    from metrics.store.open import open_store

    with closing(open_store(load_settings())) as store, store.write():
        for command in ("build", "rollback"):
            assert f"process {os.getpid()}" in run(command, code=75).stderr


def process(url: str, home: Path) -> subprocess.Popen[str]:
    """A build in a process of its own, as a terminal starts it."""
    env = {**os.environ, "METRICS_WAREHOUSE_URL": url, "METRICS_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "build"],
        env=env | {"METRICS_AS_OF": "2026-10-31", "METRICS_PUBLISHED_DAYS": "0"},
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        # A shell that starts these tests in the background has them ignore it.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def stop_while_making(
    builder: subprocess.Popen[str], action: threading.Thread | None = None
) -> str:
    """Stop a build once it makes parts; gives what it said."""
    assert builder.stderr is not None
    said = ""
    for line in builder.stderr:
        said += line
        if "making" in line:
            break
    time.sleep(0.3)
    if action is None:
        builder.send_signal(signal.SIGINT)
    else:
        action.start()
    said += builder.stderr.read()
    builder.wait(timeout=60)
    return said


@pytest.mark.parametrize(
    "engine", ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_ctrl_c_in_a_build_costs_nothing(
    request: pytest.FixtureRequest, engine: str, home: Path, tmp_path: Path, run: Run
) -> None:
    url = f"duckdb:///{next(home.glob('demo-*.duckdb'))}"
    if engine == "postgresql":
        url = request.getfixturevalue("pg_company")
    with process(url, tmp_path) as builder:
        said = stop_while_making(builder)
    assert builder.returncode == 130, said
    assert said.endswith("Stopped. What was published before stays.\n"), said
    assert "Traceback" not in said
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METRICS_WAREHOUSE_URL", url)
        patch.setenv("METRICS_HOME", str(tmp_path))
        assert json.loads(run("history", "--json").stdout) == []
        assert "metrics build" in run("query", "total_mrr", code=9).stderr


def test_a_lost_connection_costs_nothing(pg_company: str, tmp_path: Path) -> None:
    def cut() -> None:
        with psycopg.connect(plain(pg_company), autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'metrics build%'"
            )

    before = raw_rows(pg_company)
    with process(pg_company, tmp_path) as builder:
        said = stop_while_making(builder, threading.Thread(target=cut))
    assert builder.returncode == 6, said
    assert "E_WAREHOUSE The connection to the warehouse was lost." in said
    assert "Traceback" not in said
    with psycopg.connect(plain(pg_company)) as owner:
        kept = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mb%'"
        assert owner.execute(kept).fetchone() == (0,)
    assert raw_rows(pg_company) == before
