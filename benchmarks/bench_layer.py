"""How long a build and the answers of a page take; medians, and ratios within one run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from rich.console import Console
from rich.table import Table

from metrics import Layer, Query, open_layer
from metrics.demo import write_demo
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings

SCALE = os.environ.get("BENCH_SCALE", "tiny")
END = date(2026, 10, 31)
RUNS = 5
SCAN = """
SELECT (SELECT sum(hash(device_id) % 7) + count("timestamp") FROM raw.app_database_tap_events),
       (SELECT sum(hash(user_id) % 7) + count(start_time) FROM raw.app_database_user_sessions),
       (SELECT sum(hash(user_id) % 7) + count("timestamp") FROM raw.app_database_page_views),
       (SELECT sum(hash(user_id) % 7) + count("timestamp") FROM raw.app_database_feature_usage)
"""
QUESTIONS: dict[str, dict[str, object]] = {
    "one KPI, two years by month, compared": {
        "metrics": "total_mrr",
        "start": "2024-11-01",
        "grain": "month",
        "compare": "previous_year",
    },
    "by one breakdown": {"metrics": "total_mrr", "grain": "month", "by": "tier"},
    "rolling 30 days, a year by day": {"metrics": "monthly_active_users", "grain": "day"},
    "distinct by a changing dimension": {
        "metrics": "monthly_active_users",
        "grain": "month",
        "by": "tier",
    },
    "retention by month and plan": {
        "metrics": "net_revenue_retention",
        "grain": "month",
        "by": "plan",
    },
    "top customers": {"metrics": "total_mrr", "by": "customer"},
}

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A demo warehouse of the scale asked for."""
    folder = tmp_path_factory.mktemp("bench")
    path = folder / f"{SCALE}.duckdb"
    write_demo(path, scale=SCALE, end_date=END)
    return load_settings(env={}, home=folder, warehouse_url=f"duckdb:///{path}", as_of=END)


@pytest.fixture(scope="module")
def layer(settings: Settings) -> Layer:
    """The layer over one build of it."""
    run_build(settings)
    return open_layer(settings)


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median milliseconds of several runs after one that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def show(title: str, rows: list[tuple[str, ...]], *columns: str) -> None:
    """Print a table of figures."""
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def test_build(settings: Settings) -> None:
    path = Path(settings.warehouse.removeprefix("duckdb:///"))

    def scan() -> None:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute(SCAN).fetchall()

    limit = median_ms(scan)
    steps: dict[str, float] = {}
    last = ["", time.perf_counter()]

    def progress(step: str, done: float) -> None:
        now = time.perf_counter()
        steps[str(last[0])] = steps.get(str(last[0]), 0.0) + (now - float(last[1])) * 1000
        last[:] = [step, now]

    total = median_ms(lambda: run_build(settings, progress, full=True), runs=3)
    runs = 4
    slowest = sorted(steps.items(), key=lambda item: -item[1])[:12]
    rows = [("whole build", f"{total:,.0f}", f"{total / limit:,.0f}x")]
    rows += [(name, f"{ms / runs:,.0f}", f"{ms / runs / limit:,.1f}x") for name, ms in slowest]
    rows += [("plain scan of the four largest facts", f"{limit:,.0f}", "1x")]
    show(f"Build, {SCALE} scale", rows, "step", "ms", "of the scan")


def test_answers(layer: Layer) -> None:
    rows = []
    with layer.hold() as pinned:
        for title, question in QUESTIONS.items():
            query = Query.of(**question)  # type: ignore[arg-type]
            rows.append((title, f"{median_ms(lambda q=query: pinned.query_many([q])):,.1f}"))
        for domain in ("company", "revenue", "operations", "engagement"):
            live = [i.name for i in pinned.catalog.domain(domain) if i.status == "live"]
            page = [
                Query.of(live, grain="month", compare="previous_year"),
                Query.of(live, compare="previous_year"),
            ]
            title = f"whole page: {domain}, {len(live)} metrics"
            rows.append((title, f"{median_ms(lambda p=page: pinned.query_many(p)):,.1f}"))
    show(f"Answers, {SCALE} scale", rows, "question", "ms")
