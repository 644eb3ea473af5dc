"""Every promised name is in its domain and in the state that is expected of the demo warehouse."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from metrics import Catalog, MetricInfo
from tests.proof.roads import Roads

PROMISED = Path(__file__).parents[1] / "data/expected_metrics.csv"
LEAST_LIVE = {
    "company": 23,
    "revenue": 34,
    "operations": 35,
    "engagement": 20,
    "customer_success": 55,
    "sales": 44,
    "product": 48,
    "marketing": 66,
}
"""Names that are live on the page of each domain."""

LIVE_NAMES, NAMES = 295, 344
"""Distinct names over all domains: those that are live at least, and all of them."""


def promised() -> list[dict[str, str]]:
    """Rows of domain, name and expected state."""
    with PROMISED.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_as_many_names_are_live_as_were_promised() -> None:
    rows = promised()
    assert len({(row["domain"], row["name"]) for row in rows}) == len(rows)
    live = Counter(row["domain"] for row in rows if row["expected"] == "live")
    assert set(live) == set(LEAST_LIVE)
    assert {name: live[name] for name, least in LEAST_LIVE.items() if live[name] < least} == {}
    assert len({row["name"] for row in rows if row["expected"] == "live"}) >= LIVE_NAMES
    assert len({row["name"] for row in rows}) >= NAMES


def test_every_name_is_in_its_domain_and_in_the_expected_state(demo: Roads) -> None:
    wrong = []
    for row in promised():
        info = demo.layer.catalog.resolve(f"{row['domain']}.{row['name']}")
        if row["domain"] not in info.domains or info.status != row["expected"]:
            why = f"{info.name} is {info.status} in {', '.join(info.domains)}"
            wrong.append(f"{row['domain']}.{row['name']} ({row['expected']}): {why}")
    assert wrong == []


def lacks_of(info: MetricInfo, catalog: Catalog) -> list[str]:
    """What a metric does not say of itself."""
    said = {
        "label": info.label,
        "formula": info.formula and not info.formula.endswith("."),
        "kind": info.kind,
        "unit": info.unit,
        "direction": info.direction,
        "owner": info.owner,
        "domains": info.domains,
        "tags": info.tags,
        "caveats": info.caveats,
        "related": {*info.related} and {*info.related} <= {*catalog.metrics} - {info.name},
        "description": re.fullmatch(r"[A-Z][^!?]*[^.]\.", info.description)
        and ". " not in info.description,
        "tiers": set(info.tiers) == set(info.domains) and {*info.tiers.values()} <= {1, 2, 3},
        "dimensions": info.dimensions or "Not split:" in info.caveats,
        "first_day": info.first_day or info.status != "live",
    }
    return [name for name, value in said.items() if not value]


def test_every_metric_says_what_it_is(demo: Roads) -> None:
    catalog = demo.layer.catalog
    lacking = {name: lacks_of(info, catalog) for name, info in catalog.metrics.items()}
    assert {name: lacks for name, lacks in lacking.items() if lacks} == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("label", ""), ("formula", "Sum of prices."), ("owner", ""), ("tags", ())],
        *[("caveats", ""), ("related", ()), ("related", ("total_mrr",)), ("related", ("gone",))],
        *[("description", "What it is. And more."), ("description", "what it is")],
        *[("tiers", {"revenue": 1}), ("dimensions", ()), ("first_day", None), ("domains", ())],
    ],
)
def test_a_metric_that_does_not_is_found(demo: Roads, name: str, value: object) -> None:
    catalog = demo.layer.catalog
    without = replace(catalog.metrics["total_mrr"], **{name: value})
    assert name in lacks_of(without, catalog)
