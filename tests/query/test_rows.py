"""Rows behind a number make that number, whatever its kind, dates and filters."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from metrics import Layer
from metrics.errors import QueryError, UnknownNameError, UnsafeAggregationError, WarehouseError
from tests.soundness.company import AS_OF
from tests.soundness.definitions import company
from tests.support.mini import opened

ASKED = [
    {"start": "2024-03-01", "end": "2024-04-08"},
    {"start": "2024-02-01", "end": "2024-02-29"},
    {"start": "2024-04-01", "end": str(AS_OF)},
]
FILTERS: dict[str, list[str | None]] = {
    "industry": ["Bar", None],
    "plan": ["small"],
    "platform": ["phone"],
    "role": ["admin", None],
    "weekday": ["1", "6"],
}


def walk(layer: Layer, filters: int) -> tuple[Counter[str], set[str]]:
    """Ask for the rows of every operand; what had some, and what was refused, by take."""
    shown: Counter[str] = Counter()
    refused: set[str] = set()
    seen = set()
    with layer.hold() as pinned:
        for name, info in layer.catalog.metrics.items():
            for operand in pinned.operands(name):
                if operand.refused or operand.leaf in seen:
                    refused |= {operand.leaf.take} if operand.refused else set()
                    continue
                seen.add(operand.leaf)
                known = [{d: FILTERS[d]} for d in reversed(info.dimensions) if d in FILTERS]
                for number, where in enumerate([*known[:filters], {}]):
                    asked = ASKED[(number + len(seen)) % len(ASKED)]
                    found = pinned.rows(name, of=operand.name, where=where, size=5, **asked)
                    assert found.agrees, (name, operand.name, where, found.total, found.number)
                    assert len(found.frame) == min(5, found.rows)
                    shown[operand.leaf.take] += bool(found.rows)
    return shown, refused


def test_rows_make_the_number_whatever_its_kind(layer: Layer) -> None:
    """Counted in the warehouse at one side, from daily parts of the build at the other."""
    shown, refused = walk(layer, filters=1)
    assert set(shown) == {"sum", "level", "time_days", "keys", "key_days", "quantile"}
    assert min(shown.values()) >= 1
    assert {"reached", "median", "opening", "time_seconds"} <= refused


@pytest.mark.slow
def test_rows_make_the_number_under_every_filter_on_postgresql(pg_url: str, tmp_path: Path) -> None:
    with opened(company(2), tmp_path, pg_url) as layer:
        shown, _ = walk(layer, filters=9)
    assert min(shown.values()) >= 2


def test_pages_hold_every_row_once_and_the_newest_first(layer: Layer) -> None:
    asked = {"start": "2024-03-01", "end": "2024-03-31"}
    pages = [layer.rows("pages", page=number, size=7, **asked) for number in (1, 2, 3)]
    first = pages[0]
    assert first.pages == -(-first.rows // 7)
    ids = [one for page in pages for one in page.frame["visit_id"]]
    assert len(ids) == len(set(ids)) == min(21, first.rows)
    whole = layer.rows("pages", size=500, **asked)
    assert sum(whole.frame["pages"]) == whole.number == layer.query("pages", **asked).value()
    times = list(whole.frame["came_at"])
    assert times == sorted(times, reverse=True)
    assert first.columns["pages"]
    assert first.together == "added up"
    assert "LIMIT 7" in first.sql


def test_what_has_no_rows_says_why(layer: Layer) -> None:
    with pytest.raises(UnsafeAggregationError, match="one number for each entity, not at rows"):
        layer.rows("median_mrr")
    with pytest.raises(UnsafeAggregationError, match="who came back later"):
        layer.rows("returned_so_far")
    with pytest.raises(UnsafeAggregationError, match="cannot be split or filtered by role"):
        layer.rows("pages", where={"role": ["admin"]})
    with pytest.raises(UnknownNameError, match="There is no operand 'page'"):
        layer.rows("pages_per_visit", of="page")
    with pytest.raises(QueryError, match="no such page"):
        layer.rows("pages", page=0)
    with pytest.raises(QueryError, match="at most 500 rows"):
        layer.rows("pages", size=10_000)


def test_a_warehouse_that_is_gone_is_said(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = layer.settings.model_copy(update={"warehouse_url": "duckdb:////nowhere/at/all.duckdb"})
    monkeypatch.setattr(layer, "settings", gone)
    with pytest.raises(WarehouseError, match="does not exist"):
        layer.rows("pages")
    assert layer.query("pages").value() is not None, "numbers are the build's"


def test_rows_that_came_since_are_told_by_disagreement(layer: Layer) -> None:
    found = layer.rows("visits", start="2024-03-01", end="2024-03-31")
    assert found.agrees
    assert not math.isnan(found.number)
    changed = type(found)(**{**found.__dict__, "total": found.total + 1})
    assert not changed.agrees
