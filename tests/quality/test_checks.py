"""What a build finds out about its rows, counted by hand on a small untidy shop."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from metrics import CheckInfo, Layer, open_layer
from metrics.errors import MetricWaitingError
from metrics.pipeline import run_build
from tests.support.mini import opened, prepare

# Customers: c2 stands there twice, one has no id. Orders: o2 twice; o4 without a day, o5 of
# tomorrow; nobody knows c9; "lost?" is no status; o6 and o7 cost nothing.
# Contracts: k2 ends before it starts, k3 starts tomorrow.
SHOP: dict[str, Any] = {
    "as_of": date(2024, 3, 31),
    "entities": {
        "customers": {
            "key": "customer_id",
            "columns": {"customer_id": "text", "region": "text", "size": "text"},
            "tests": [{"accepted": {"size": ["small", "big"]}}],
            "rows": [
                ["c1", "West", "small"],
                ["c2", "East", "big"],
                ["c2", "North", "big"],
                [None, "West", "small"],
                ["c3", "West", "BIG"],
            ],
        },
    },
    "facts": {
        "orders": {
            "key": ["order_id"],
            "time": "placed_on",
            "references": {"customer_id": "customers"},
            "tests": [
                {"not_null": "customer_id"},
                {"positive": "amount"},
                {"accepted": {"status": ["paid", "open"]}},
            ],
            "columns": {
                "order_id": "text",
                "customer_id": "text",
                "placed_on": "date",
                "amount": "money",
                "status": "text",
                "discount": "money",
            },
            "rows": [
                ["o1", "c1", "2024-03-01", 10, "paid", None],
                ["o2", "c1", "2024-03-02", 20, "paid", None],
                ["o2", "c1", "2024-03-09", 20, "paid", None],
                ["o3", "c9", "2024-03-03", 30, "lost?", None],
                ["o4", "c1", None, 40, "paid", None],
                ["o5", "c1", "2024-04-01", 50, "paid", None],
                ["o6", None, "2024-03-04", 0, None, None],
                ["o7", "c2", "2024-03-05", -1, "open", None],
            ],
        },
        "contracts": {
            "key": ["contract_id"],
            "interval": {"from": "valid_from", "to": "valid_to"},
            "columns": {"contract_id": "text", "valid_from": "date", "valid_to": "date"},
            "rows": [
                ["k1", "2024-01-01", None],
                ["k2", "2024-02-05", "2024-02-01"],
                ["k3", "2024-05-01", "2024-06-01"],
                ["k4", "2024-02-05", "2024-02-05"],
            ],
        },
    },
    "dimensions": {"region": {"label": "Region"}, "status": {"label": "Status"}},
    "rollups": {"orders": [[], ["region"], ["status"]]},
    "measures": {
        "order_rows": {"fact": "orders", "kind": "flow"},
        "order_amount": {"fact": "orders", "kind": "flow", "value": "amount"},
        "order_discount": {"fact": "orders", "kind": "flow", "value": "discount"},
        "western": {"fact": "orders", "kind": "flow", "where": {"region": "West"}},
        "contract_rows": {"fact": "contracts", "kind": "stock"},
    },
    "metrics": {
        "orders": {"measure": "order_rows", "dimensions": ["region", "status"]},
        "sales": {"measure": "order_amount", "unit": "currency"},
        "discounts": {"measure": "order_discount", "unit": "currency"},
        "discount_rate": {
            "ratio": {"numerator": "order_discount", "denominator": "order_amount"},
            "unit": "percentage",
        },
        "western_orders": {"measure": "western"},
        "contracts": {"measure": "contract_rows"},
    },
}


@pytest.fixture
def shop(tmp_path: Path, url: str | None) -> Iterator[Layer]:
    with opened(SHOP, tmp_path, url) as layer:
        yield layer


def checks_of(layer: Layer) -> dict[tuple[str, str, str], CheckInfo]:
    """Checks of the current build by query, kind and column."""
    with layer.hold() as pinned:
        return {(one.about, one.kind, one.column): one for one in pinned.build.checks}


def test_every_promise_is_counted(shop: Layer) -> None:
    checks = checks_of(shop)
    counted = {key: (one.failing, one.rows, one.examples) for key, one in checks.items()}
    orders, contracts, customers = "fact.orders", "fact.contracts", "entity.customers"
    assert counted == {
        (customers, "not_null", "customer_id"): (1, 5, ()),
        (customers, "unique", "customer_id"): (1, 4, ("c2",)),
        (customers, "accepted", "size"): (1, 3, ("BIG",)),
        (customers, "filled", "region"): (0, 3, ()),
        (orders, "not_null", "placed_on"): (1, 8, ("o4",)),
        (orders, "not_future", "placed_on"): (1, 7, ("2024-04-01",)),
        (orders, "unique", "order_id"): (1, 6, ("o2",)),
        (orders, "not_null", "customer_id"): (1, 5, ("o6",)),
        (orders, "positive", "amount"): (2, 5, ("-1.0000", "0.0000")),
        (orders, "accepted", "status"): (1, 4, ("lost?",)),
        (orders, "references", "customer_id"): (1, 4, ("c9",)),
        (orders, "filled", "order_id"): (0, 5, ()),
        (orders, "filled", "amount"): (0, 5, ()),
        (orders, "filled", "customer_id"): (0, 5, ()),
        (orders, "filled", "status"): (0, 5, ()),
        (orders, "filled", "discount"): (5, 5, ()),
        (contracts, "not_null", "valid_from"): (0, 4, ()),
        (contracts, "not_future", "valid_from"): (1, 4, ("2024-05-01",)),
        (contracts, "forward", "valid_to"): (1, 2, ("2024-02-05 to 2024-02-01",)),
        (contracts, "unique", "contract_id"): (0, 2, ()),
        (contracts, "filled", "contract_id"): (0, 2, ()),
    }


def test_a_check_says_what_it_costs_and_where_it_comes_from(shop: Layer) -> None:
    checks = checks_of(shop)
    lost = checks["fact.orders", "not_future", "placed_on"]
    assert (lost.severity, lost.sources) == ("error", ("raw.orders",))
    assert lost.found == "placed_on is after the last full day"
    assert lost.effect == "left out of every number"
    orphan = checks["fact.orders", "references", "customer_id"]
    assert orphan.severity == "warning"
    assert orphan.found == "customer_id is not among the customers"


def test_checks_change_no_number(shop: Layer) -> None:
    assert shop.query("orders", start="2024-03-01").frame["value"].tolist() == [5]
    assert shop.query("sales", start="2024-03-01").frame["value"].tolist() == [59]


def test_a_column_without_any_value_gives_no_number_instead_of_zero(shop: Layer) -> None:
    for name in ("discounts", "discount_rate"):
        info = shop.catalog.resolve(name)
        assert (info.status, info.waiting_for) == ("blocked", ("values in orders.discount",))
        with pytest.raises(MetricWaitingError, match=r"orders\.discount"):
            shop.query(name)
    assert shop.catalog.resolve("sales").status == "live"


def test_each_check_names_the_metrics_it_touches(shop: Layer) -> None:
    quality, checks = shop.catalog.quality, checks_of(shop)
    everything = {"orders", "sales", "discounts", "discount_rate", "western_orders"}
    assert set(quality.touched(checks["fact.orders", "unique", "order_id"])) == everything
    by_customer = quality.touched(checks["fact.orders", "references", "customer_id"])
    assert set(by_customer) == {"orders", "western_orders"}
    assert quality.touched(checks["fact.orders", "accepted", "status"]) == ("orders",)
    assert [check.about for check in quality.of("contracts")] == ["fact.contracts"] * 2


def test_each_source_sums_up_its_checks(shop: Layer) -> None:
    sources = {source.table: source for source in shop.catalog.quality.sources}
    orders = sources["raw.orders"]
    assert (orders.status, orders.queries) == ("read", ("fact.orders",))
    assert (orders.checks, orders.failing, orders.set_aside) == (12, 8, 3)
    assert set(sources["raw.customers"].metrics) == {"orders", "western_orders"}


def test_a_reference_that_never_joins_is_no_zero(tmp_path: Path, url: str | None) -> None:
    company = deepcopy(SHOP)
    for row in company["facts"]["orders"]["rows"]:
        row[1] = 7
    company["facts"]["orders"]["raw"] = {
        **company["facts"]["orders"]["columns"],
        "customer_id": "integer",
    }
    with opened(company, tmp_path, url) as layer:
        western = layer.catalog.resolve("western_orders")
        assert western.status == "blocked"
        assert western.waiting_for == ("values in orders.customer_id that customers have",)
        assert layer.catalog.resolve("orders").status == "live"


def test_without_the_table_of_an_entity_its_conditions_wait(
    tmp_path: Path, url: str | None
) -> None:
    settings = prepare(SHOP, tmp_path, url)
    engine = sa.create_engine(settings.warehouse, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE raw.customers")
    run_build(settings)
    layer = open_layer(settings)
    catalog = layer.catalog
    layer.close()
    western = catalog.resolve("western_orders")
    assert (western.status, western.waits_on) == ("waiting", ("raw.customers",))
    assert catalog.resolve("orders").status == "live"
    [customers] = [one for one in catalog.quality.sources if one.name == "customers"]
    assert (customers.status, customers.checks) == ("missing", 0)


def test_examples_are_few_short_and_printable(tmp_path: Path, url: str | None) -> None:
    company = deepcopy(SHOP)
    hostile = ["\x1b[2J\x07", "<script>alert(1)</script>" * 9, "[link](http://x)", "'; --", "5% :x"]
    company["facts"]["orders"]["rows"] = [
        [f"o{index}", "c1", "2024-03-01", 1, word, 1] for index, word in enumerate(hostile * 2)
    ]
    with opened(company, tmp_path, url) as layer:
        check = checks_of(layer)["fact.orders", "accepted", "status"]
    assert check.failing == 10
    assert len(check.examples) == 3
    assert all(len(text) <= 60 and text.isprintable() for text in check.examples)
