"""What breaks without a table or a column, and that builds without it agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics import Catalog
from metrics.errors import UnknownNameError
from metrics.lineage.impact import without
from metrics.lineage.map import Lineage
from metrics.lineage.text import impact_lines
from tests.lineage.shop import built, shop

TABLES = {
    "deals": "DROP TABLE raw.deals",
    "visits": "DROP TABLE raw.visits",
    "browsers": "DROP TABLE raw.browsers",
    "seats": "DROP TABLE raw.seats",
    "customers": "DROP TABLE raw.customers",
    "deals.price": "ALTER TABLE raw.deals DROP COLUMN price",
    "rooms": "DROP TABLE raw.rooms",
    "customers.region": "ALTER TABLE raw.customers DROP COLUMN region",
    "browsers.name": "ALTER TABLE raw.browsers DROP COLUMN name",
}


def test_what_waits_and_what_only_loses(small: Lineage) -> None:
    impact = small.of_place("raw.deals")
    assert impact.read_by == ("facts/deals.sql",)
    assert set(impact.waits) == {
        *["deals_won", "deals_closed", "win_rate", "deal_value", "value_per_seat", "deals_west"],
        *["deals_big", "bought_in_a_week", "customer_health"],
    }
    assert impact.made_of == impact.waits
    assert impact.loses == {
        "customer_pulse": ("score pulse without its input buying",),
        "selling": ("selling without its part winning",),
    }


def test_an_alternative_file_stands_in_and_empties_a_column(small: Lineage) -> None:
    impact = small.of_place("RAW.Browsers")
    stands_in = "made with facts/plain_visits.sql instead of facts/visits.sql"
    assert impact.waits == ("visits_firefox",)
    assert impact.loses == {
        "visits": (stands_in, "no longer by browser"),
        "customer_health": (stands_in,),
        "customer_pulse": (stands_in,),
        "customer_chatter": (stands_in,),
        "selling": (stands_in,),
    }


def test_an_entity_is_needed_by_conditions_and_break_downs(small: Lineage) -> None:
    impact = small.of_place("raw.customers")
    assert "deals_west" in impact.waits
    assert impact.loses["deals_won"] == ("no longer by industry, region",)
    assert "deal_value" not in impact.loses


def test_an_input_is_lost_with_the_way_to_its_entity(
    small: Lineage, tmp_path: Path, url: str | None
) -> None:
    """Calls of rooms nobody owns are no calls of a customer, which is not the same as none."""
    impact = small.of_place("raw.rooms")
    assert impact.waits == ()
    assert impact.loses == {"customer_chatter": ("score chatter without its input calling",)}
    with built(shop(), tmp_path / "whole", url=url) as layer:
        assert layer.query("customer_chatter").value() == pytest.approx(0.75 * 50 + 0.25 * 100)
    with built(shop(), tmp_path / "without", "DROP TABLE raw.rooms", url=url) as layer:
        assert layer.query("customer_chatter").value() == pytest.approx(50)


@pytest.mark.parametrize(
    ("statement", "place", "value"),
    [
        ("SELECT 1", "", (2 * 50 + 3 * 25) / 5),
        ("DROP TABLE raw.deals", "raw.deals", 25),
        ("DELETE FROM raw.deals", "rows in deals", 25),
        ("DROP TABLE raw.visits", "raw.visits", None),
        ("DELETE FROM raw.visits", "rows in visits", None),
    ],
)
def test_a_composite_goes_on_without_a_part_while_enough_weight_is_left(
    tmp_path: Path, url: str | None, statement: str, place: str, value: float | None
) -> None:
    with built(shop(), tmp_path, statement, url=url) as layer:
        info, told = layer.catalog.metrics["selling"], layer.catalog.quality.without("selling")
        if value is None:
            assert (info.status != "live", info.waits_on) == (True, (place,))
            return
        assert (info.status, str(info.as_of)) == ("live", "2024-05-30")
        assert layer.query("selling").value() == pytest.approx(value)
        assert told == ([f"selling goes without winning, which needs {place}"] if place else [])
        assert "deals" not in info.facts or not place


def test_a_column_tells_what_is_made_of_it_from_what_shares_its_query(small: Lineage) -> None:
    impact = small.of_place("raw.deals.price")
    assert {"deals_won", "deal_value", "deals_big"} <= set(impact.waits)
    assert set(impact.made_of) == {"deal_value", "value_per_seat", "deals_big"}
    text = "\n".join(impact_lines(impact, {"deal_value": "Value of deals"}))
    assert "3 metrics would wait\n  deal_value      Value of deals" in text
    assert "would wait, because a query they need reads it" in text


def test_what_nothing_reads_changes_nothing(tmp_path: Path) -> None:
    spec = shop()
    spec["facts"]["visits"]["raw"]["unread"] = "text"
    spec["facts"]["visits"]["rows"] = []
    with built(spec, tmp_path) as layer:
        impact = layer.catalog.without("raw.visits.unread")
    assert list(impact_lines(impact, {})) == [
        "No query reads raw.visits.unread: nothing would change."
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("raw.deal", "'raw.deals'"),
        ("raw.deals.prices", "'raw.deals.price'"),
        ("win_rates", "'win_rate'"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(small: Lineage, name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError, match=f"Did you mean {hint}"):
        Catalog(small.model, None).lineage(name)


def test_names_of_metrics_lead_down_and_of_tables_up(small: Lineage) -> None:
    catalog = Catalog(small.model, None)
    assert catalog.lineage("company.win_rate") == small.of_metric("win_rate")
    assert catalog.lineage("raw.deals.price") == small.of_place("raw.deals.price")


@pytest.mark.parametrize("place", TABLES)
def test_a_build_without_it_agrees(
    small: Lineage, place: str, tmp_path: Path, url: str | None
) -> None:
    """The table or column really goes, and the catalog shows just what was foretold."""
    impact = small.of_place(f"raw.{place}")
    with built(shop(), tmp_path, TABLES[place], url=url) as layer:
        metrics = layer.catalog.metrics
        waiting = {name for name, info in metrics.items() if info.status != "live"}
        assert waiting == set(impact.waits)
        assert {metrics[name].status for name in waiting} <= {"waiting"}
        table = f"raw.{place.partition('.')[0]}"
        for name in waiting:
            assert [lack.place for lack in metrics[name].lacks] == [table]
        for name in metrics.keys() - waiting:
            lost = [text for text in impact.loses.get(name, ()) if text.startswith("no longer")]
            gone = ", ".join(sorted(metrics[name].lost_dimensions))
            assert lost == ([f"no longer by {gone}"] if gone else [])
        again = layer.catalog.without(f"raw.{place}")
        assert set(again.already) == waiting
        assert (again.waits, again.loses) == ((), {})


def test_every_table_of_the_company_can_go(everything: Lineage) -> None:
    """Each shipped metric either rests on a table and says so, or goes on without it."""
    for table in everything.tables:
        impact = everything.of_place(table)
        resting = set(everything.chains.resting[table])
        assert set(impact.waits) <= resting, table
        assert not impact.already
        with_less = {
            name
            for name, changes in impact.loses.items()
            if any(not change.startswith("no longer by") for change in changes)
        }
        assert resting == set(impact.waits) | with_less, table


def test_a_warehouse_loses_a_name_in_any_case() -> None:
    inspected = {"raw.Deals": {"ID": "text", "Price": "number"}, "raw.seats": {"id": "text"}}
    assert without(inspected, "RAW.DEALS") == {"raw.seats": {"id": "text"}}
    assert without(inspected, "raw.deals", "price") == {
        "raw.Deals": {"ID": "text"},
        "raw.seats": {"id": "text"},
    }
