"""From a metric down to the columns it is made of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metrics.lineage.chain import SourceUse, Step
from metrics.lineage.map import Lineage
from metrics.lineage.text import chain_lines


def names(step: Step) -> Iterator[tuple[str, str]]:
    yield step.kind, step.name
    for below in step.below:
        yield from names(below)


def source(lineage: Lineage, metric: str, table: str) -> SourceUse:
    [found] = [one for one in lineage.of_metric(metric).sources if one.table == table]
    return found


def test_operands_are_named_in_their_order(small: Lineage) -> None:
    root = small.of_metric("win_rate").root
    assert [below.name for below in root.below] == ["deals_won", "deals_closed"]
    assert list(names(small.of_metric("value_per_seat").root)) == [
        ("metric", "value_per_seat"),
        ("metric", "deal_value"),
        ("measure", "deal_amount"),
        ("metric", "seats"),
        ("measure", "seats_taken"),
    ]


def test_a_score_names_its_population_and_inputs(small: Lineage) -> None:
    [score] = small.of_metric("customer_health").root.below
    assert (score.kind, score.name, score.text) == ("score", "health", "of customers, version 2")
    assert [below.name for below in score.below] == ["seats_taken", "visit_count", "won_deals"]


def test_columns_have_a_role(small: Lineage) -> None:
    won = source(small, "deals_won", "raw.deals")
    assert won.counted == ("closed", "stage")
    assert won.choosing == ("id", "is_test")
    assert won.read == ("customer", "note", "price")
    assert won.exact
    value = source(small, "deal_value", "raw.deals")
    assert value.counted == ("closed", "price")


def test_a_fact_made_of_a_fact_is_followed_further(small: Lineage) -> None:
    chain = small.of_metric("deals_big")
    assert [query.name for query in chain.queries] == ["fact.big_deals", "fact.deals"]
    big = source(small, "deals_big", "raw.deals")
    assert "price" in big.choosing
    assert "stage" in big.read


def test_an_entity_counts_where_a_condition_reads_it(small: Lineage) -> None:
    west = source(small, "deals_west", "raw.customers")
    assert (west.counted, west.choosing) == (("region",), ("customer_id",))
    assert small.of_metric("deals_west").splits == {}
    assert small.of_metric("deals_won").splits == {"customers": ("industry", "region")}
    assert {one.table for one in small.of_metric("deals_won").sources} == {"raw.deals"}


def test_a_cohort_rests_on_its_anchor(small: Lineage) -> None:
    tables = {one.table for one in small.of_metric("bought_in_a_week").sources}
    assert tables == {"raw.deals", "raw.seats"}


def test_tables_tell_how_many_metrics_rest_on_them(small: Lineage) -> None:
    on_deals = {
        *["deals_won", "deals_closed", "win_rate", "deal_value", "value_per_seat", "deals_west"],
        *["deals_big", "bought_in_a_week", "customer_health", "customer_pulse", "selling"],
    }
    assert set(small.chains.resting["raw.deals"]) == on_deals
    assert source(small, "deals_won", "raw.deals").metrics == len(on_deals)


def test_sql_that_cannot_be_followed_is_told(
    small: Lineage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.sources.trace.build_scope", lambda tree: None)
    blind = Lineage(small.model, small.inspected)
    deals = source(blind, "deals_won", "raw.deals")
    assert not deals.exact
    assert deals.read == ()
    assert set(deals.counted + deals.choosing) >= {"price", "note", "stage"}
    big = blind.of_metric("deals_big")
    assert [one.table for one in big.sources] == ["raw.deals"]
    assert any("cannot be followed" in line for line in chain_lines(big))


def test_the_text_names_every_step(small: Lineage) -> None:
    text = "\n".join(chain_lines(small.of_metric("win_rate")))
    for part in (
        "├─ deals_won  (Label)",
        "│  └─ won_deals  (measure: flow of deals where is_won)",
        "fact.deals  queries/facts/deals.sql",
        "raw.deals  (11 metrics rest on it)",
        "customers: industry",
    ):
        assert part in text


# The shipped definitions


def test_every_measure_of_a_metric_is_in_its_tree(everything: Lineage) -> None:
    for name, tree in everything.model.trees.items():
        found = {step for kind, step in names(everything.of_metric(name).root) if kind != "metric"}
        assert {one for leaf in tree.leaves() for one in leaf.measures} <= found, name


def test_every_metric_rests_on_columns_its_queries_read(everything: Lineage) -> None:
    queries = everything.model.queries
    declared = {one.table: set(one.columns) for one in queries.sources.values()}
    for name in everything.model.trees:
        chain = everything.of_metric(name)
        assert chain.sources, name
        assert {one.table for one in chain.sources} == set(everything.chains.tables(name))
        for one in chain.sources:
            assert one.exact, (name, one.table)
            assert {*one.counted, *one.choosing, *one.read} <= declared[one.table]
            assert name in everything.chains.resting[one.table]
        assert any(one.counted for one in chain.sources), name
