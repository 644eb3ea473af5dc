"""The tools tests lean on: a PostgreSQL of their own, a browser, and honest skips."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.support import postgres
from tests.support.missing import POSTGRESQL, missing

pytest_plugins = ["pytester"]


def value(url: str, sql: str) -> object:
    with psycopg.connect(postgres.plain(url)) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_database_is_new_and_writable(pg_url: str) -> None:
    assert value(pg_url, "select count(*) from pg_tables where schemaname = 'public'") == 0
    with psycopg.connect(postgres.plain(pg_url)) as connection:
        connection.execute("create table kept (n int)")
    assert value(pg_url, "select count(*) from kept") == 0


def test_a_database_is_dropped_even_while_connected(pg_server: str) -> None:
    with postgres.new_database(pg_server) as url:
        name = url.split("?")[0].rsplit("/", 1)[1]
        lingering = psycopg.connect(postgres.plain(url))
    assert value(pg_server, f"select count(*) from pg_database where datname = '{name}'") == 0
    lingering.close()


def test_databases_of_a_test_and_of_its_module_differ(pg_url: str, pg_module_url: str) -> None:
    assert pg_url != pg_module_url


def test_text_is_unicode_on_the_server(pg_url: str) -> None:
    assert value(pg_url, "select lower('ÉTÉ')") == "été"


def test_a_killed_run_leaves_no_server_and_no_files(pg_server: str) -> None:
    if os.environ.get("TEST_PG_URL"):
        pytest.skip("the server is not ours")
    code = (
        "import time; from tests.support import postgres\n"
        "with postgres.private_server(postgres.installed_package()) as url:\n"
        "    print(url, flush=True); time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    home = Path(run.stdout.readline().strip().split("host=")[1].replace("%2F", "/"))
    assert (home / "data").is_dir()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 20
    while home.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not home.exists()


def test_the_browser_opens_a_page(browser: Browser, axe_js: str) -> None:
    page = browser.new_page()
    page.set_content("<html lang=en><title>t</title><main><h1>Hello</h1></main></html>")
    page.evaluate(axe_js)
    found = page.evaluate("axe.run()")
    page.close()
    assert found["violations"] == []


def test_a_named_browser_must_exist(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/nowhere/chromium")
    pytester.makeconftest("pytest_plugins = ['tests.support.browser']")
    pytester.makepyfile("def test_one(chromium_path): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*CHROMIUM_PATH=/nowhere/chromium is no program*"])


def test_a_missing_tool_is_named_once_with_the_way_to_get_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    pytester.makeconftest("pytest_plugins = ['tests.support.missing']")
    pytester.makepyfile(
        "from tests.support.missing import CHROMIUM, missing\n"
        "def test_one(): missing(CHROMIUM)\n"
        "def test_two(): missing(CHROMIUM)\n"
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*not run here*", "2 test(s) need Chromium: not found.*install*"])


def test_a_missing_tool_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_PG", "1")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL: not found"):
        missing(POSTGRESQL)
    monkeypatch.delenv("REQUIRE_PG")
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL: not found"):
        missing(POSTGRESQL)
