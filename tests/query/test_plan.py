"""The planner takes the smallest part that is exact, and refuses with a way out what none holds."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.definitions.expressions import Leaf
from metrics.errors import UnsafeAggregationError
from metrics.parts.model import Model, load_model
from metrics.query.compile import Split, rule_of
from metrics.query.plan import Planned, Planner
from metrics.settings import load_settings
from tests.support.mini import declare

VISITS: dict[str, Any] = {
    "as_of": "2024-01-31",
    "entities": {
        "customers": {
            "key": "customer_id",
            "columns": {"customer_id": "text", "industry": "text", "size": "text"},
            "rows": [],
        },
        "plans": {
            "key": "customer_id",
            "valid_from": "since",
            "columns": {"customer_id": "text", "since": "date", "plan": "text"},
            "rows": [],
        },
    },
    "facts": {
        "visits": {
            "key": ["id"],
            "time": "came_at",
            "columns": {
                "id": "integer",
                "customer_id": "text",
                "platform": "text",
                "person": "text",
                "came_at": "instant",
            },
            "rows": [],
        },
        "stays": {
            "key": ["id"],
            "interval": {"from": "from_day", "to": "to_day"},
            "columns": {
                "id": "integer",
                "customer_id": "text",
                "from_day": "date",
                "to_day": "date",
                "price": "money",
            },
            "rows": [],
        },
    },
    "dimensions": {
        "industry": {"label": "Industry"},
        "size": {"label": "Size"},
        "platform": {"label": "Platform"},
        "hour": {"label": "Hour"},
        "weekday": {"label": "Weekday", "calendar": "weekday"},
        "plan": {"label": "Plan", "as_of": "plans"},
        "customer": {"label": "Customer", "column": "customer_id"},
    },
    "rollups": {
        "visits": [[], ["industry"], ["customer_id"], ["customer_id", "platform"], ["hour"]],
        "visitors": [[], ["customer_id"], ["platform"]],
        "stays": [["industry"], ["customer_id"]],
    },
    "measures": {
        "came": {"fact": "visits", "kind": "flow"},
        "visitors": {
            "fact": "visits",
            "kind": "distinct",
            "key": ["customer_id"],
            "within": ["platform"],
        },
        "guests": {"fact": "stays", "kind": "stock"},
        "spent": {"fact": "stays", "kind": "movement", "value": "price"},
        "came_back": {
            "fact": "visits",
            "kind": "cohort",
            "key": ["customer_id"],
            "anchor": {"fact": "stays", "key": "customer_id"},
        },
        "prices": {"fact": "stays", "kind": "rows", "value": "price"},
    },
    "metrics": {"visits": {"measure": "came"}},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(declare(VISITS, tmp_path_factory.mktemp("visits")))


@pytest.fixture(scope="module")
def planner(model: Model) -> Planner:
    return Planner(model.definitions, model.joins, model.parts)


def split(*by: str, **where: object) -> Split:
    return Split(by, tuple(where.items()))


def can_split(planner: Planner, leaf: Leaf, dimension: str) -> bool:
    try:
        planner.plan(leaf, split(dimension))
    except UnsafeAggregationError:
        return False
    return True


CAME, VISITORS = Leaf("came", "sum"), Leaf("visitors", "keys")


@pytest.mark.parametrize(
    ("leaf", "asked", "kept"),
    [
        (CAME, split(), ()),
        (CAME, split("weekday"), ()),
        (CAME, split("industry"), ("industry",)),
        (CAME, split(industry=("Bar",)), ("industry",)),
        (CAME, split("industry", "weekday"), ("industry",)),
        (CAME, split("size"), ("customer_id",)),
        (CAME, split("plan"), ("customer_id",)),
        (CAME, split("customer"), ("customer_id",)),
        (CAME, split("industry", plan=("large",)), ("customer_id",)),
        (CAME, split("platform"), ("customer_id", "platform")),
        (CAME, split("industry", platform=("phone",)), ("customer_id", "platform")),
        (CAME, split("hour"), ("hour",)),
        (VISITORS, split(), ()),
        (VISITORS, split("plan"), ("customer_id",)),
        (VISITORS, split("platform"), ("platform",)),
        (VISITORS, split(platform=("phone",)), ("platform",)),
        (VISITORS, split(platform="phone"), ("platform",)),
        (VISITORS, split("platform", platform=("phone", "desktop")), ("platform",)),
        (Leaf("guests", "level"), split(), ("industry",)),
        (Leaf("spent", "new"), split(), ("customer_id",)),
        (Leaf("spent", "new"), split("plan", "industry"), ("customer_id",)),
    ],
    ids=str,
)
def test_the_smallest_exact_part_answers(
    planner: Planner, leaf: Leaf, asked: Split, kept: tuple[str, ...]
) -> None:
    assert planner.plan(leaf, asked).parts[0].dimensions == kept


@pytest.mark.parametrize(
    ("leaf", "asked", "message"),
    [
        (CAME, split("hour", "industry"), "'came' is not kept by hour, industry together."),
        (
            CAME,
            split("hour", platform=("phone",)),
            "'came' is not kept by hour, platform together.",
        ),
        # members of a kept-apart dimension are never added up: somebody may be in several
        (VISITORS, split(platform=("phone", "desktop")), "'visitors' is not kept by platform"),
        (VISITORS, split("platform", "plan"), "'visitors' is not kept by platform, plan together."),
        (VISITORS, split("hour"), "'visitors' is not kept by hour together."),
        (Leaf("guests", "level"), split("platform"), "'guests' is not kept by platform together."),
    ],
    ids=str,
)
def test_what_no_part_holds_is_refused_with_a_way_out(
    planner: Planner, leaf: Leaf, asked: Split, message: str
) -> None:
    with pytest.raises(UnsafeAggregationError) as caught:
        planner.plan(leaf, asked)
    assert caught.value.message.startswith(message)
    assert caught.value.way_out == (
        "Ask for fewer dimensions at once, or declare a roll-up for them."
    )
    assert caught.value.code == "E_UNSAFE_AGGREGATION"


def test_the_whole_of_a_share_is_not_split_but_filtered(planner: Planner) -> None:
    whole = Leaf("visitors", "keys", whole=True)
    assert planner.plan(whole, split("platform")).group.split == Split()
    filtered = planner.plan(whole, split("platform", plan=("large",))).group.split
    assert filtered == Split((), (("plan", ("large",)),))


def test_a_metric_brings_its_own_filter(planner: Planner) -> None:
    planned = planner.plan(Leaf("came", "sum", where=(("platform", "phone"),)), split("industry"))
    assert planned.parts[0].dimensions == ("customer_id", "platform")
    assert planned.group.split.where == (("platform", "phone"),)


def test_leaves_of_one_part_rule_and_split_share_a_statement(planner: Planner) -> None:
    groups = {
        planner.plan(Leaf("spent", take), split("plan")).group
        for take in ("opening", "new", "churned", "net")
    }
    assert len(groups) == 1
    at_opening = Leaf("spent", "churned", segment="opening")
    assert planner.plan(at_opening, split("plan")).group not in groups


def test_entities_need_their_key_beside_the_split(planner: Planner) -> None:
    leaf = Leaf("came", "max", by=("hour",))
    assert planner.plan(leaf, split()).parts[0].dimensions == ("hour",)
    assert not can_split(planner, leaf, "industry")
    per_customer = Leaf("came", "share_at_least", others=("guests",), by=("customer_id",))
    planned: Planned = planner.plan(per_customer, split("plan"))
    assert [part.about for part in planned.parts] == ["visits", "stays"]
    assert planned.takes == ("sum", "time_days")


def test_a_dimension_can_be_offered_where_a_part_holds_it(planner: Planner) -> None:
    offered = [name for name in VISITS["dimensions"] if can_split(planner, VISITORS, name)]
    assert offered == ["industry", "size", "platform", "plan", "customer"]


def test_what_the_shipped_metrics_offer_is_what_parts_hold() -> None:
    shipped = load_model(load_settings(env={}))
    planner = Planner(shipped.definitions, shipped.joins, shipped.parts)
    refused = [
        (name, dimension, leaf.measure)
        for name, tree in shipped.trees.items()
        for dimension in shipped.definitions.metrics[name].dimensions
        for leaf in dict.fromkeys(tree.leaves())
        if not can_split(planner, leaf, dimension)
    ]
    assert refused == []


def test_only_what_happens_on_a_day_has_a_weekday(planner: Planner) -> None:
    leaves = [
        CAME,
        Leaf("visitors", "key_days"),
        Leaf("came_back", "size"),
        Leaf("prices", "quantile"),
        Leaf("came", "max", by=("customer_id",)),
        VISITORS,
        Leaf("visitors", "known_keys"),
        Leaf("guests", "level"),
        Leaf("guests", "time_days"),
        Leaf("guests", "median", by=("customer_id",)),
        Leaf("spent", "new"),
    ]
    offered = [leaf.take for leaf in leaves if can_split(planner, leaf, "weekday")]
    assert offered == ["sum", "key_days", "size", "quantile", "max"]
    with pytest.raises(UnsafeAggregationError, match="does not belong to single days"):
        planner.plan(VISITORS, split(weekday=("1",)))


@pytest.mark.parametrize(
    ("measure", "take", "rule"),
    [
        ("came", "sum", "between"),
        ("visitors", "keys", "keys"),
        ("visitors", "key_days", "between"),
        ("visitors", "last_days", "until"),
        ("guests", "level", "until"),
        ("guests", "time_days", "until"),
        ("spent", "level", "until"),
        ("spent", "retained", "movement"),
        ("came_back", "reached", "cohort"),
        ("prices", "quantile", "rows"),
    ],
)
def test_each_take_has_its_rule(model: Model, measure: str, take: str, rule: str) -> None:
    part = next(part for part in model.parts if measure in part.measures)
    assert rule_of(Leaf(measure, take), part) == rule
