"""Selections: the words dbt users know, on the shipped graph by hand and on any graph by rule."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.errors import MetricsError, QueryError, UnknownNameError
from metrics.parts.model import Model, load_model
from metrics.selection import Graph, Node, Selection, graph_of, parts_of, select
from metrics.settings import load_settings


@pytest.fixture(scope="module")
def model() -> Model:
    """The shipped definitions."""
    return load_model(load_settings(env={}))


@pytest.fixture(scope="module")
def graph(model: Model) -> Graph:
    """Their graph."""
    return graph_of(model)


def test_a_name_is_the_metric_alone(graph: Graph) -> None:
    assert select(["win_rate"], graph) == select(["metric:win_rate"], graph)
    assert select(["win_rate"], graph) == Selection(
        frozenset({"win_rate"}), frozenset(), frozenset(), frozenset()
    )
    assert select(["stickiness"], graph).metrics == {"dau_mau_ratio"}, "an alias"


def test_behind_a_metric_stands_what_is_built_on_it(graph: Graph) -> None:
    built = select(["new_mrr+"], graph)
    assert {"new_mrr", "quick_ratio"} <= built.metrics
    assert "total_arr" not in built.metrics
    assert built.facts == frozenset()
    assert {"metrics_revenue", "metrics_api", "metrics_unified_domains"} <= built.models
    assert "metrics_marketing" not in built.models


def test_before_a_metric_stands_what_it_needs(graph: Graph) -> None:
    needed = select(["+quick_ratio"], graph)
    assert {"quick_ratio", "new_mrr", "churned_mrr"} <= needed.metrics
    assert needed.facts == {"subscription_periods"}
    assert needed.models == frozenset()
    assert {"subscriptions", "subscription_changes"} <= needed.sources


def test_sources_and_facts_lead_up(graph: Graph) -> None:
    above = select(["source:tap_events+"], graph)
    assert "tap_events" in above.facts
    assert "tap_events_30d" in above.metrics
    assert "metrics_operations" in above.models
    assert "tap_events_30d" in select(["fact:tap_events+"], graph).metrics


def test_labels_select_metrics_and_models(graph: Graph, model: Model) -> None:
    sales = select(["domain:sales"], graph)
    declared = model.definitions.metrics
    assert sales.metrics == {name for name, one in declared.items() if "sales" in one.domains}
    assert sales.models == {"metrics_sales"}
    assert "metrics_unified" in select(["tag:unified"], graph).models
    assert "total_mrr" in select(["+model:metrics_unified"], graph).metrics
    first = select(["tier:1"], graph).metrics
    assert first == {n for n, one in declared.items() if 1 in (one.tier, *one.tiers.values())}


def test_several_add_up_and_a_comma_means_both(graph: Graph) -> None:
    sales, first = select(["domain:sales"], graph), select(["tier:1"], graph)
    both = select(["domain:sales,tier:1"], graph)
    assert both.metrics == sales.metrics & first.metrics
    assert select(["domain:sales", "tier:1"], graph).metrics == sales.metrics | first.metrics
    assert select(["domain:sales tier:1"], graph) == select(["tier:1", "domain:sales"], graph)


def test_parts_of_a_selection_are_all_parts_of_its_facts(graph: Graph, model: Model) -> None:
    parts = parts_of(select(["quick_ratio"], graph), model, graph)
    wanted = {
        p.name for p in model.parts if "subscription_periods" in model.facts_of(p.measures[0])
    }
    assert parts == wanted != set()
    assert parts_of(select(["model:metrics_api"], graph), model, graph) == frozenset()
    assert parts_of(select(["+model:metrics_api"], graph), model, graph) == {
        part.name for part in model.parts
    }


@pytest.mark.parametrize(
    ("term", "kind", "near"),
    [
        ("metric:win_rat", UnknownNameError, "win_rate"),
        ("win_rat+", UnknownNameError, "win_rate"),
        ("domain:sale", UnknownNameError, "sales"),
        ("modle:metrics_api", UnknownNameError, "model"),
        ("model:metrics_apis", UnknownNameError, "metrics_api"),
        ("fact:deal", UnknownNameError, "deals"),
        ("tier:9", UnknownNameError, "no tier '9'"),
        ("metric:", QueryError, "metric:win_rate"),
        ("++win_rate", QueryError, "no selection"),
        ("tier:1,,tier:2", QueryError, "no selection"),
        ("+", QueryError, "no selection"),
    ],
)
def test_a_bad_term_names_the_way_out(
    graph: Graph, term: str, kind: type[MetricsError], near: str
) -> None:
    with pytest.raises(kind, match=near):
        select([term], graph)


def test_it_takes_no_time(model: Model) -> None:
    began = time.perf_counter()
    select(["+model:metrics_api,tier:1"], graph_of(model))
    assert time.perf_counter() - began < 1


NAMES = [f"n{at}" for at in range(9)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph in which later metrics need earlier ones."""
    needs = {
        Node("metric", name): frozenset(
            Node("metric", other) for other in draw(st.sets(st.sampled_from(NAMES[:at])))
        )
        if at
        else frozenset()
        for at, name in enumerate(NAMES)
    }
    tags = {node: frozenset({f"tag:{draw(st.sampled_from('ab'))}"}) for node in needs}
    tags[Node("metric", NAMES[0])] = frozenset({"tag:a", "tag:b"})
    return Graph(needs, tags, {})


TERMS = st.sampled_from([*NAMES, "tag:a", "tag:b"]).flatmap(
    lambda name: st.sampled_from([name, f"+{name}", f"{name}+", f"+{name}+"])
)


@settings(max_examples=80, deadline=None)
@given(graphs(), TERMS, TERMS)
def test_selections_obey_the_rules_of_sets(graph: Graph, one: str, other: str) -> None:
    a, b = select([one], graph).metrics, select([other], graph).metrics
    assert select([one, other], graph).metrics == a | b
    assert select([f"{one},{other}"], graph).metrics == a & b
    assert select([f"{one},{one}"], graph).metrics == a


@settings(max_examples=80, deadline=None)
@given(graphs(), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_up_and_down_are_one_relation(graph: Graph, one: str, other: str) -> None:
    """What needs one is what one is needed by, and both are closed."""
    up = {name: select([f"{name}+"], graph).metrics for name in NAMES}
    down = {name: select([f"+{name}"], graph).metrics for name in NAMES}
    assert (other in up[one]) == (one in down[other])
    assert all(up[name] <= up[one] for name in up[one])
    assert all(down[name] <= down[one] for name in down[one])
    assert one in up[one] & down[one]
    direct = {node.name for node in graph.needs[Node("metric", one)]}
    assert direct <= down[one]
    assert down[one] == {one}.union(*(down[name] for name in direct))
    assert select([f"+{one}+"], graph).metrics == up[one] | down[one]
