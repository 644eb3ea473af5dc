"""Wanted data is ranked by what it would bring to life, not by how often it is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metrics.query.wanted import Wanted, ranked
from metrics.sources.contract import Lack
from tests.lineage.shop import built, shop


@dataclass(frozen=True)
class Info:
    name: str
    lacks: tuple[Lack, ...]
    tier: int = 2


def table(name: str, *columns: str) -> Lack:
    return Lack("table", name, tuple((column, "text") for column in columns))


def column(place: str, name: str, note: str = "") -> Lack:
    return Lack("column", place, ((name, "date"),), note)


def told(found: tuple[Wanted, ...]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(str(one), one.unlocks, one.helps) for one in found]


def test_what_unlocks_most_comes_first_and_then_what_matters_more() -> None:
    found = ranked(
        [
            Info("a", (table("raw.one", "x"),)),
            Info("b", (table("raw.two", "y"),)),
            Info("c", (table("raw.two", "z"),), tier=3),
            Info("d", (table("raw.three"),), tier=1),
            Info("live", ()),
        ]
    )
    assert told(found) == [
        ("raw.two", ("b", "c"), ()),
        ("raw.three", ("d",), ()),
        ("raw.one", ("a",), ()),
    ]
    assert dict(found[0].columns) == {"y": "text", "z": "text"}


def test_a_table_alone_unlocks_only_what_waits_for_nothing_else() -> None:
    found = ranked(
        [
            Info("both", (table("raw.one"), table("raw.two"))),
            Info("one", (table("raw.one"),)),
            Info("important", (table("raw.two"), column("raw.three", "x")), tier=1),
        ]
    )
    assert told(found) == [
        ("raw.one", ("one",), ("both",)),
        ("raw.two", (), ("important", "both")),
        ("raw.three.x", (), ("important",)),
    ]


def test_columns_of_one_table_that_a_metric_needs_are_wanted_together() -> None:
    found = ranked(
        [
            Info("small", (column("raw.t", "a"),)),
            Info("large", (column("raw.t", "a"), column("raw.t", "b", "is text, needs date"))),
        ]
    )
    assert told(found) == [
        ("raw.t.a, raw.t.b b is text, needs date", ("large", "small"), ()),
        ("raw.t.a", ("small",), ("large",)),
    ]


def test_rows_are_wanted_and_builds_are_not() -> None:
    found = ranked(
        [
            Info("silent", (Lack("rows", "pours", note="(0 in the last 90 days)"),)),
            Info("ready", (Lack("build", note="a new build"),)),
            Info("half", (table("raw.one"), Lack("look", note="a new build"))),
        ]
    )
    assert told(found) == [
        ("rows in pours (0 in the last 90 days)", ("silent",), ()),
        ("raw.one", (), ("half",)),
    ]


def test_the_catalog_ranks_what_a_warehouse_lacks(tmp_path: Path) -> None:
    lacking = ("DROP TABLE raw.deals", "DROP TABLE raw.customers", "DELETE FROM raw.visits")
    with built(shop(), tmp_path, *lacking) as layer:
        found = layer.catalog.wanted()
        assert [str(one) for one in found] == ["raw.deals", "rows in visits", "raw.customers"]
        assert found[0].columns["closed"] == "date"
        assert "deals_won" in found[0].unlocks
        assert found[0].helps == ("deals_west",)
        assert layer.catalog.wanted({"visits"}) == (
            Wanted("rows", "visits", {}, "", ("visits",), ()),
        )
