"""A partial warehouse is normal: without any one table just the metrics that need it wait.

Which these are is read off the files by `by_hand`. Every table is taken away from what a build saw
of the warehouse; from the warehouse itself, with a build and a look at the app, two by default and
each of them in the slow run.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
import streamlit as st
import yaml
from streamlit.testing.v1 import AppTest

from app import data
from metrics import Layer, Query, open_layer
from metrics.demo import write_demo
from metrics.demo.write import table_statements
from metrics.pipeline import run_build
from metrics.query.catalog import Catalog
from metrics.settings import ROOT, Settings, load_settings
from metrics.sources.contract import check
from metrics.store.info import BuildInfo, FactState
from tests.quality.by_hand import Files

END = date(2026, 10, 31)
START = date(2026, 8, 1)
FILE = "targets"
"""The source that is a small file beside the warehouse, not a table of it."""
TABLES: dict[str, str] = {
    name: source["table"]
    for name, source in yaml.safe_load((ROOT / "queries/sources.yml").read_text("utf-8"))[
        "sources"
    ].items()
    if name == FILE or source["table"].removeprefix("raw.") in table_statements()
}
"""Sources the demo warehouse has; the others are absent from every test here."""
BUILT = ("user_sessions",)
"""Taken away for real by default: one that scores and alternatives hang on."""
LOOKED_AT = {"locations": "operations", "user_sessions": "engagement", "subscriptions": "revenue"}
"""Sources without which the overview and a domain page are looked at."""


@dataclass(frozen=True)
class Whole:
    """The tiny demo warehouse with its build, and what it answers."""

    file: Path
    layer: Layer
    info: BuildInfo
    absent: set[str]
    files: Files
    numbers: dict[str, list[float]]

    def states(self, layer: Layer | None = None) -> dict[str, str]:
        """State of each metric."""
        catalog = (layer or self.layer).catalog
        return {name: info.status for name, info in catalog.metrics.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    file = folder / "warehouse.duckdb"
    write_demo(file, scale="tiny", end_date=END)
    settings = settings_of(file)
    info = run_build(settings)
    layer = open_layer(settings)
    files = Files(settings.queries, settings.definitions)
    absent = {name for name in files.sources if name not in TABLES}
    yield Whole(file, layer, info, absent, files, numbers_of(layer))
    layer.close()


def settings_of(file: Path) -> Settings:
    return load_settings(
        env={},
        file=file.parent / "none.toml",
        home=file.parent,
        warehouse_url=f"duckdb:///{file}",
        as_of=END,
        published_days=2,
        published_months=0,
    )


def numbers_of(layer: Layer) -> dict[str, list[float]]:
    """By live metric its value over three months, then in each of them."""
    with layer.hold() as pinned:
        names = [info.name for info in pinned.catalog.metrics.values() if info.status == "live"]
        asked = [Query.of(names, start=START, end=END, grain=grain) for grain in (None, "month")]
        answers = pinned.query_many(asked)
    found: dict[str, list[float]] = {name: [] for name in names}
    for answer in answers:
        for name, value in zip(answer.frame["metric"], answer.frame["value"], strict=True):
            found[name].append(float(value))
    return found


def test_the_whole_warehouse_is_judged_alike(whole: Whole) -> None:
    waiting = {name for name, state in whole.states().items() if state == "waiting"}
    assert waiting == whole.files.waiting(whole.absent)


@pytest.mark.parametrize("source", TABLES)
def test_without_a_source_just_its_metrics_wait(whole: Whole, source: str) -> None:
    info = without(whole, source)
    waiting = {
        metric.name: metric.waits_on
        for metric in Catalog(whole.layer.model, info).metrics.values()
        if metric.status == "waiting"
    }
    assert set(waiting) == whole.files.waiting([*whole.absent, source])
    before = {name for name, state in whole.states().items() if state == "waiting"}
    new = set(waiting) - before
    assert all(TABLES[source] in waiting[name] for name in new), "by name"


def without(whole: Whole, source: str) -> BuildInfo:
    """What the build would have said of itself in a warehouse without a source."""
    model, table = whole.layer.model, TABLES[source]
    left = {name: seen for name, seen in whole.info.warehouse_tables.items() if name != table}
    contract = check(model.queries, left)
    facts = {
        name: state
        if contract.answers[f"fact.{name}"].file
        else FactState(missing=contract.missing(f"fact.{name}"))
        for name, state in whole.info.facts.items()
    }
    checks = tuple(one for one in whole.info.checks if one.about in contract.possible)
    return whole.info.model_copy(
        update={"warehouse_tables": left, "facts": facts, "checks": checks}
    )


@pytest.mark.parametrize(
    "source",
    # Each takes a copy, a build and a look; together they take minutes.
    [name if name in BUILT else pytest.param(name, marks=pytest.mark.slow) for name in TABLES],
)
def test_without_a_table_the_rest_stays_as_it_was(
    whole: Whole, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "warehouse.duckdb")
    shutil.copy(whole.file, tmp_path / "warehouse.duckdb")
    if source != FILE:
        shutil.copy(settings_of(whole.file).targets_file, settings.targets_file)
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute(f"DROP TABLE {TABLES[source]}")
    run_build(settings)
    layer = open_layer(settings)
    try:
        check_what_is_left(whole, layer, source)
        if source in LOOKED_AT:
            monkeypatch.setattr(data, "open_layer", lambda: layer)
            for page in ("overview", LOOKED_AT[source], "quality"):
                check_page(page)
    finally:
        layer.close()


def check_what_is_left(whole: Whole, layer: Layer, source: str) -> None:
    expected = whole.files.waiting([*whole.absent, source])
    states = whole.states(layer)
    assert {name for name, state in states.items() if state == "waiting"} == expected
    numbers, touched = numbers_of(layer), whole.files.touched(source)
    for name, before in whole.numbers.items():
        if name not in touched:
            assert states[name] == "live", name
            assert same(numbers[name], before), (name, before, numbers[name])
        elif states[name] == "live" and not same(numbers[name], before):
            told = layer.catalog.quality.without(name)
            assert any(TABLES[source] in text for text in told), f"{name}: silently another number"


def same(left: list[float], right: list[float]) -> bool:
    return len(left) == len(right) and all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(left, right, strict=True)
    )


def check_page(page: str) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60)
    if page != "overview":
        at.switch_page(f"app_pages/{page}.py")
    at.run()
    assert not at.exception
    assert "could not read" not in "\n".join(element.value for element in at.markdown)
    assert at.metric
