"""A column that is empty in every row makes no number 0: what rests on it has none.

Columns are emptied a round at a time, one of each table, so that all that any query reads are
through in a dozen builds. A metric that was not 0 and is 0 then, though it says it is live, is a
silent zero unless `EXPLAINED` says why it is the right answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from metrics import Layer, Query, open_layer
from metrics.demo import write_demo
from metrics.demo.write import table_statements
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings

END = date(2026, 10, 31)
STARTS = (date(2026, 8, 1), date(2026, 10, 1))
ROUNDS = 13

EXPLAINED = {
    "subscriptions.end_date": "nothing has an end, so nobody left",
    "subscription_changes.effective_date": "no change has a day, so none is known",
    "device_status_events.device_id": "the source refuses it empty",
    "user_sessions.user_id": "the source refuses it empty",
    "feature_usage.user_id": "the source refuses it empty",
}
"""Columns whose loss may bring zeros, and why."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    file = tmp_path_factory.mktemp("whole") / "warehouse.duckdb"
    write_demo(file, scale="tiny", end_date=END)
    settings = settings_of(file)
    run_build(settings)
    layer = open_layer(settings)
    yield layer
    layer.close()


def settings_of(file: Path) -> Settings:
    return load_settings(
        env={},
        file=file.parent / "none.toml",
        home=file.parent,
        warehouse_url=f"duckdb:///{file}",
        as_of=END,
        published_days=0,
    )


def columns_read(layer: Layer) -> dict[str, list[str]]:
    """By source the columns that any query reads."""
    queries = layer.model.queries
    found: dict[str, set[str]] = {}
    for reads in queries.reads.values():
        for source, columns in reads.sources.items():
            if queries.sources[source].table.removeprefix("raw.") in table_statements():
                found.setdefault(source, set()).update(columns)
    return {source: sorted(columns) for source, columns in found.items()}


def numbers_of(layer: Layer) -> dict[str, list[float]]:
    with layer.hold() as pinned:
        names = [info.name for info in pinned.catalog.metrics.values() if info.status == "live"]
        answers = pinned.query_many([Query.of(names, start=start, end=END) for start in STARTS])
    found: dict[str, list[float]] = {name: [] for name in names}
    for answer in answers:
        for name, value in zip(answer.frame["metric"], answer.frame["value"], strict=True):
            found[name].append(float(value))
    return found


def test_a_round_for_every_column(whole: Layer) -> None:
    assert max(map(len, columns_read(whole).values())) == ROUNDS


# A build each: minutes together.
@pytest.mark.slow
@pytest.mark.parametrize("number", range(ROUNDS))
def test_no_empty_column_is_a_silent_zero(whole: Layer, number: int, tmp_path: Path) -> None:
    emptied = [
        (source, columns[number])
        for source, columns in columns_read(whole).items()
        if number < len(columns)
    ]
    file = tmp_path / "warehouse.duckdb"
    before = Path(whole.settings.warehouse.removeprefix("duckdb:///"))
    shutil.copy(before, file)
    shutil.copy(whole.settings.targets_file, settings_of(file).targets_file)
    with duckdb.connect(str(file)) as connection:
        for source, column in emptied:
            table = whole.model.queries.sources[source].table
            connection.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL')
            connection.execute(f'UPDATE {table} SET "{column}" = NULL')
    run_build(settings_of(file))
    layer = open_layer(settings_of(file))
    now = numbers_of(layer)
    layer.close()
    silent = {
        name: reasons(whole, name, emptied)
        for name, values in numbers_of(whole).items()
        for value, left in zip(values, now.get(name, ()), strict=False)
        if left == 0 and abs(value) > 0
    }
    assert {
        name: columns for name, columns in silent.items() if not EXPLAINED.keys() & columns
    } == {}


def reasons(layer: Layer, name: str, emptied: list[tuple[str, str]]) -> set[str]:
    """Emptied columns of tables that a metric rests on."""
    tables = set(layer.catalog.metrics[name].sources)
    queries = layer.model.queries
    return {f"{s}.{column}" for s, column in emptied if queries.sources[s].table in tables}
