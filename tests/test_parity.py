"""The parity command: both engines give the same values, and a difference does not slip through."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from metrics import Layer, open_layer
from metrics.demo import write_demo
from metrics.demo.copy import copy_to_postgresql
from metrics.parity import Difference, compare, run_parity
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings
from tests.support.mini import opened, prepare

LAST_DAY = date(2026, 10, 31)


def settings_of(folder: Path, url: str) -> Settings:
    targets = folder / "demo.targets.yml"
    return load_settings(
        env={},
        home=folder,
        warehouse_url=url,
        targets=targets,
        as_of=LAST_DAY,
        published_days=0,
    )


def both_engines(folder: Path, pg_url: str, scale: str) -> tuple[Settings, Settings]:
    """The demo warehouse in a DuckDB file and the same rows in PostgreSQL."""
    file = folder / "demo.duckdb"
    write_demo(file, scale=scale, end_date=LAST_DAY)
    engine = sa.create_engine(pg_url)
    copy_to_postgresql(file, engine)
    engine.dispose()
    return settings_of(folder, f"duckdb:///{file}"), settings_of(folder, pg_url)


def test_both_engines_give_the_same_values(tmp_path: Path, pg_url: str) -> None:
    """One metric of three; the second road asks PostgreSQL about each of them."""
    told: list[float] = []
    layers = []
    for settings in both_engines(tmp_path, pg_url, "tiny"):
        run_build(settings)
        layers.append(open_layer(settings))
    live = sorted(name for name, one in layers[0].catalog.metrics.items() if one.answerable)
    found = compare(*layers, metrics=live[::3], progress=lambda step, done: told.append(done))
    for layer in layers:
        layer.close()
    assert found.lines()[2:] == []
    assert found.equal
    assert found.metrics == len(live[::3]) > 120
    assert found.values > 40_000
    assert told[-1] == 1


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["tiny", "demo"])
def test_both_engines_give_the_same_values_of_every_metric(
    scale: str, tmp_path: Path, pg_url: str
) -> None:
    found = run_parity(*both_engines(tmp_path, pg_url, scale))
    assert found.lines()[2:] == []
    assert found.metrics > 360
    assert found.values > 100_000


SHOP: dict[str, Any] = {
    "as_of": date(2024, 3, 31),
    "facts": {
        "sales": {
            "key": ["id"],
            "time": "sold_on",
            "columns": {"id": "integer", "sold_on": "date", "town": "text", "amount": "number"},
            "rows": [
                [1, "2024-01-10", "Ghent", 10],
                [2, "2024-02-10", "Bruges", 0.1],
                [3, "2024-03-31", "Ghent", 0.2],
            ],
        },
        "visits": {
            "system": "door",
            "key": ["id"],
            "time": "came_on",
            "columns": {"id": "integer", "came_on": "date"},
            "rows": [[1, "2024-01-10"], [2, "2024-03-31"]],
        },
    },
    "dimensions": {"town": {"label": "Town"}},
    "rollups": {"sales": [["town"]]},
    "measures": {
        "sold": {"fact": "sales", "kind": "flow", "value": "amount"},
        "came": {"fact": "visits", "kind": "flow"},
    },
    "metrics": {
        "revenue": {"measure": "sold", "dimensions": ["town"]},
        "visits": {"measure": "came"},
        "revenue_per_visit": {"ratio": {"numerator": "sold", "denominator": "came"}},
    },
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Layer]:
    with opened(SHOP, tmp_path / "left") as layer:
        yield layer


def differences(shop: Layer, other: dict[str, Any], folder: Path) -> tuple[Difference, ...]:
    with opened(other, folder / "right") as layer:
        return compare(shop, layer).differences


def test_the_same_data_differ_in_nothing(shop: Layer, tmp_path: Path) -> None:
    other = deepcopy(SHOP)
    other["facts"]["sales"]["rows"][2][3] = 0.2 + 1e-13  # a sum's last digits
    assert differences(shop, other, tmp_path) == ()


def test_what_has_no_build_is_built_first(tmp_path: Path) -> None:
    found = run_parity(*(prepare(SHOP, tmp_path / side) for side in ("left", "right")))
    assert (found.equal, found.metrics) == (True, 3)


def test_a_changed_value_is_found_wherever_it_counts(shop: Layer, tmp_path: Path) -> None:
    other = deepcopy(SHOP)
    other["facts"]["sales"]["rows"][0][3] = 10.000001
    found = differences(shop, other, tmp_path)
    assert {difference.metric for difference in found} == {"revenue", "revenue_per_visit"}
    assert (
        Difference("revenue", "by month, 2024-01-01 to 2024-01-31, town 'Ghent'", 10.0, 10.000001)
        in found
    )
    assert not [one for one in found if "Bruges" in one.question]
    assert not [one for one in found if one.question.startswith("by day")], "January is long ago"


def test_a_member_of_one_side_is_found(shop: Layer, tmp_path: Path) -> None:
    other = deepcopy(SHOP)
    other["facts"]["sales"]["rows"][1][2] = None
    lines = [str(difference) for difference in differences(shop, other, tmp_path)]
    assert "revenue total, 2023-04-01 to 2024-03-31, town 'Bruges': 0.1 against absent" in lines
    assert "revenue total, 2023-04-01 to 2024-03-31, town (none): absent against 0.1" in lines


def test_a_value_of_one_side_is_found(shop: Layer, tmp_path: Path) -> None:
    other = deepcopy(SHOP)
    other["facts"]["visits"]["rows"][1] = [2, "2024-03-30"]
    lines = [str(difference) for difference in differences(shop, other, tmp_path)]
    assert "visits by day, 2024-03-31 to 2024-03-31: 1 against no value" in lines


def test_a_metric_of_one_side_is_listed(shop: Layer, tmp_path: Path) -> None:
    other = deepcopy(SHOP)
    del other["facts"]["visits"]["rows"]
    other["facts"]["visits"]["sql"] = "SELECT id, came_on FROM source.gone"
    right = prepare(other, tmp_path / "right")
    sources = tmp_path / "right/queries/sources.yml"
    text = sources.read_text().removesuffix("}}")
    columns = '{"id": "integer", "came_on": "date"}'
    gone = f'"gone": {{"table": "raw.gone", "system": "door", "columns": {columns}}}'
    sources.write_text(f"{text}, {gone}}}}}")
    run_build(right)
    layer = open_layer(right)
    found = compare(shop, layer)
    layer.close()
    assert (found.metrics, found.only_left, found.only_right) == (
        1,
        ("visits", "revenue_per_visit"),
        (),
    )
    assert not found.equal
    assert found.lines()[-1].endswith("only: visits, revenue_per_visit")
