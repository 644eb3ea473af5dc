"""Definitions that do not fit together are refused with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions.bad import TEXTS, metric, problems


def measure(text: str) -> str:
    return f"measures:\n  it: {{{text}}}"


def score(text: str, inputs: str = "") -> str:
    about = f"description: D, version: 1, {text}, inputs: {{{inputs}}}"
    return f"scores:\n  health: {{{about}}}"


def blend(text: str) -> str:
    return f"spent: {{{text}, weight: 1}}"


def chain(**expressions: str) -> str:
    lines = [f"  {name}: {{{TEXTS}, expression: {text}}}" for name, text in expressions.items()]
    return "\n".join(["metrics:", *lines])


ONLY_ARITHMETIC = "may hold only names, numbers, + - * / and brackets"
GUESTS = "{fact: stays, key: customer_id}"
SEVENTY = " + ".join(["revenue"] * 70)
REFUSED = {
    # names
    "unknown measure": (
        metric("measure: sould"),
        ["a.yml:2: it: there is no measure 'sould'. Did you mean 'sold'?"],
    ),
    "unknown operand": (
        metric("ratio: {numerator: revenu, denominator: sale_rows}"),
        ["a.yml:2: it: there is no metric or measure 'revenu'. Did you mean 'revenue'?"],
    ),
    "unknown score": (
        metric("score: {score: health, take: mean}"),
        ["a.yml:2: it: there is no score 'health'."],
    ),
    "unknown share": (
        metric("share_of_total: nothing"),
        ["a.yml:2: it: there is no metric or measure 'nothing'."],
    ),
    "unknown dimension": (
        metric("measure: sale_rows, dimensions: [regoin]"),
        ["a.yml:2: it: there is no dimension 'regoin'. Did you mean 'region'?"],
    ),
    "unknown related": (
        metric("measure: sale_rows, related: [revenu]"),
        ["a.yml:2: it: there is no related metric 'revenu'. Did you mean 'revenue'?"],
    ),
    "unknown setting": (
        metric("expression: sold * setting.price_per_liter"),
        ["a.yml:2: it: there is no setting 'price_per_liter'. Did you mean 'price_per_litre'?"],
    ),
    "an alias that is taken": (
        metric("measure: sale_rows, domains: [company], aliases: [revenue]"),
        ["good.yml:16: revenue: 'revenue' in company is also a name of it"],
    ),
    # circles
    "itself": (chain(it="it + 1"), ["a.yml:2: it: refers to itself: it -> it"]),
    "a circle of two": (
        chain(one="two + 1", two="one * 2"),
        [
            "a.yml:2: one: refers to itself: one -> two -> one",
            "a.yml:3: two: refers to itself: two -> one -> two",
        ],
    ),
    "a circle of three": (
        chain(one="two + 1", two="three / sold", three="one - 1"),
        [
            "a.yml:2: one: refers to itself: one -> two -> three -> one",
            "a.yml:3: two: refers to itself: two -> three -> one -> two",
            "a.yml:4: three: refers to itself: three -> one -> two -> three",
        ],
    ),
    # expressions
    "a call": (
        metric('expression: "open(1)"'),
        [f"a.yml:2: it: 'open(1)' {ONLY_ARITHMETIC}"],
    ),
    "an attribute": (
        metric("expression: sold.real"),
        [f"a.yml:2: it: 'sold.real' {ONLY_ARITHMETIC}"],
    ),
    "an attribute of a setting": (
        metric("expression: setting.price_per_litre.real"),
        [f"a.yml:2: it: 'setting.price_per_litre.real' {ONLY_ARITHMETIC}"],
    ),
    "a power": (metric("expression: 9 ** 9"), [f"a.yml:2: it: '9 ** 9' {ONLY_ARITHMETIC}"]),
    "a comparison": (
        metric("expression: sold > 2"),
        [f"a.yml:2: it: 'sold > 2' {ONLY_ARITHMETIC}"],
    ),
    "a text": (
        metric("""expression: "sold + 'x'" """),
        [f"a.yml:2: it: 'sold + 'x'' {ONLY_ARITHMETIC}"],
    ),
    "half an expression": (
        metric("expression: sold +"),
        ["a.yml:2: it: 'sold +' is not arithmetic"],
    ),
    "a long expression": (
        metric(f"expression: {SEVENTY}"),
        ["a.yml:2: it: the expression is longer than 500 characters"],
    ),
    "a deep expression": (
        metric(f'expression: "{"(" * 240}sold{")" * 240}"'),
        [f"a.yml:2: it: '{'(' * 240}sold{')' * 240}' is not arithmetic"],
    ),
    # kinds
    "rows have no value of their own": (
        metric("expression: prices + 1"),
        ["a.yml:2: it: measure 'prices' is of kind rows: it has no plain value"],
    ),
    "movement of a stock": (
        metric("movement: {measure: guests, take: new}"),
        ["a.yml:2: it: measure 'guests' is of kind stock; this needs movement"],
    ),
    "quantile of a flow": (
        metric("quantile: {measure: sold, q: 0.5}"),
        ["a.yml:2: it: measure 'sold' is of kind flow; this needs rows"],
    ),
    "last day of a flow": (
        metric("since_last: {measure: sold}"),
        ["a.yml:2: it: measure 'sold' is of kind flow; this needs distinct"],
    ),
    "a period of who comes ever after": (
        measure(f"fact: sales, kind: cohort, key: [customer_id], anchor: {GUESTS}")
        + f"\nmetrics:\n  later: {{{TEXTS}, cohort: {{measure: it, reached: after, days: 7}}}}",
        ["a.yml:4: later: who comes back later than any day is never final for a period"],
    ),
    "cohort of distinct keys": (
        metric("cohort: {measure: buyers, reached: so_far}"),
        ["a.yml:2: it: measure 'buyers' is of kind distinct; this needs cohort"],
    ),
    "hours of whole days": (
        metric("time_in: {measure: guests, unit: hours}"),
        ["a.yml:2: it: measure 'guests' keeps whole days; hours need `clock: true`"],
    ),
    "a lifecycle by calendar months": (
        metric("lifecycle: {measure: buyers, take: dormant}, window: 1 month"),
        ["a.yml:2: it: a lifecycle needs a window of so many days, such as '30 days'"],
    ),
    "growth that is no percentage": (
        metric("growth: {of: revenue, over: 1 month}"),
        ["a.yml:2: it: its unit is count, but growth gives a percentage"],
    ),
    # what is kept
    "entities nobody keeps": (
        metric("entities: {measures: [sale_rows], by: [waiter], aggregate: max}"),
        ["a.yml:2: it: no roll-up keeps 'sale_rows' by waiter"],
    ),
    "a filter nobody keeps": (
        metric("measure: sale_rows, where: {is_paid: true}"),
        ["a.yml:2: it: no roll-up keeps 'sale_rows' by is_paid"],
    ),
    "filters kept apart": (
        metric("measure: sale_rows, where: {shop: north, region: West}"),
        ["a.yml:2: it: no roll-up keeps 'sale_rows' by region and shop"],
    ),
    # measures
    "unknown fact": (
        measure("fact: sale, kind: flow"),
        ["a.yml:2: it: there is no fact 'sale'. Did you mean 'sales'?"],
    ),
    "unknown column": (
        measure("fact: sales, kind: flow, value: amout"),
        ["a.yml:2: it: fact 'sales' reaches no column 'amout'. Did you mean 'amount'?"],
    ),
    "a sum of texts": (
        measure("fact: sales, kind: flow, value: shop"),
        ["a.yml:2: it: 'shop' is text; only numbers can be summed"],
    ),
    "text for a truth": (
        measure("fact: sales, kind: flow, where: {is_paid: yes}"),
        ["a.yml:2: it: where: 'is_paid' is boolean, which 'yes' is not"],
    ),
    "text for a number": (
        measure("fact: sales, kind: flow, where: {amount: [1, high]}"),
        ["a.yml:2: it: where: 'amount' is money, which (1, 'high') is not"],
    ),
    "bounds of a text": (
        measure("fact: sales, kind: flow, where: {region: {min: 1}}"),
        ["a.yml:2: it: where: 'region' is text, which Bounds(min=1.0, max=None) is not"],
    ),
    "a filter on what changes": (
        measure("fact: sales, kind: flow, where: {plan: large}"),
        ["a.yml:2: it: fact 'sales' reaches no column 'plan'."],
    ),
    "a stock of events": (
        measure("fact: sales, kind: stock"),
        ["a.yml:2: it: a stock measure needs a fact with an interval"],
    ),
    "the end of an event": (
        measure("fact: sales, kind: flow, at: end"),
        ["a.yml:2: it: a flow measure needs a fact with an interval"],
    ),
    "a snapshot of events": (
        measure("fact: sales, kind: snapshot"),
        ["a.yml:2: it: a snapshot measure needs a snapshot fact"],
    ),
    "a movement of rooms": (
        measure("fact: rooms, kind: movement, value: beds"),
        ["a.yml:2: it: a movement measure needs a fact with a customer_id"],
    ),
    "the clock of a date": (
        measure("fact: stays, kind: stock, clock: true"),
        ["a.yml:2: it: clock needs an interval of instants"],
    ),
    "an anchor nobody knows": (
        measure("fact: sales, kind: cohort, key: [customer_id], anchor: {fact: stay, key: a1}"),
        ["a.yml:2: it: there is no fact 'stay'. Did you mean 'stays'?"],
    ),
    "an anchor without its key": (
        measure("fact: sales, kind: cohort, key: [customer_id], anchor: {fact: rooms, key: a1}"),
        ["a.yml:2: it: fact 'rooms' has no column 'a1' to anchor the cohort"],
    ),
    "a cohort of two keys": (
        measure("fact: sales, kind: cohort, key: [shop, id], anchor: {fact: stays, key: id}"),
        ["a.yml:2: it: a cohort's key is one column of fact 'sales' itself"],
    ),
    # roll-ups, dimensions, identities, scores
    "a roll-up out of reach": (
        "rollups:\n  stays: [[colour], [customer_id, colour]]",
        ["a.yml:2: rollups.stays: column 'colour' cannot be reached from stays"],
    ),
    "a roll-up of what changes": (
        "rollups:\n  stays: [[plan]]",
        ["a.yml:2: rollups.stays: 'plan' changes over time; keep customer_id instead"],
    ),
    "a roll-up of nothing": (
        "rollups:\n  stay: [[customer_id]]",
        ["a.yml:2: rollups.stay: is neither a fact, nor a measure, nor a score"],
    ),
    "a distinct roll-up beside its key": (
        "measures:\n  it: {fact: sales, kind: distinct, key: [customer_id]}\n"
        "rollups:\n  it: [[is_paid]]",
        ["a.yml:4: rollups.it: column 'is_paid' cannot be reached from it"],
    ),
    "a history that is none": (
        "dimensions:\n  level: {label: L, as_of: customers}",
        ["a.yml:2: dimensions.level: as_of needs an entity with valid_from, which 'customers'"],
    ),
    "a history nobody knows": (
        "dimensions:\n  level: {label: L, as_of: prices}",
        ["a.yml:2: dimensions.level: as_of needs an entity with valid_from, which 'prices' is not"],
    ),
    "an identity of unknown things": (
        "identities:\n  same: {description: D, left: revenue, relation: '=', right: revenu + 1, "
        "dimensions: [shpo]}",
        [
            "a.yml:2: identities.same: there is no dimension 'shpo'. Did you mean 'shop'?",
            "a.yml:2: identities.same: there is no metric 'revenu'. Did you mean 'revenue'?",
        ],
    ),
    "an identity that is no arithmetic": (
        "identities:\n  same: {description: D, left: revenue ** 2, relation: '=', right: revenue}",
        [f"a.yml:2: identities.same: 'revenue ** 2' {ONLY_ARITHMETIC}"],
    ),
    "a score of nobody": (
        score("entity: customer, population: guest"),
        [
            "a.yml:2: health: there is no entity 'customer'. Did you mean 'customers'?",
            "a.yml:2: health: there is no measure 'guest'. Did you mean 'guests' or 'guest_mrr'?",
        ],
    ),
    "a population that is no stock": (
        score("entity: customers, population: sold"),
        ["a.yml:2: health: its population 'sold' is of kind flow, not stock"],
    ),
    "an input of unknown things": (
        score(
            "entity: customers, population: guests",
            blend("take: sum, measure: sould, window: 1 month, scale: [[5, 0], [1, 100]]"),
        ),
        [
            "a.yml:2: health: spent: its window is a number of days, not '1 month'",
            "a.yml:2: health: spent: the values of its scale must rise",
            "a.yml:2: health: spent: there is no measure 'sould'. Did you mean 'sold'?",
        ],
    ),
    "a score of itself": (
        score(
            "entity: customers, population: guests",
            blend("take: score, score: health, scale: [[0, 0], [1, 100]]"),
        ),
        ["a.yml:2: health: spent: 'health' rests on 'health' itself"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    found = problems(tmp_path, text)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), line


def test_all_that_does_not_fit_comes_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        metric("measure: sould"),
        measure("fact: sale, kind: flow").replace("it:", "that:"),
        chain(one="two", two="one"),
        "rollups:\n  stays: [[colour]]",
    )
    assert [line.partition(": ")[0] for line in found] == [
        "a.yml:2",
        "b.yml:2",
        "c.yml:2",
        "c.yml:3",
        "d.yml:2",
    ]
