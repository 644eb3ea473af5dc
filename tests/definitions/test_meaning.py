"""Metrics that cannot mean what they say are refused with file, line and the reason."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from metrics.definitions.model import Unit
from metrics.parts.formulas import Formulas
from metrics.parts.model import load_model
from metrics.settings import load_settings
from tests.definitions.bad import TEXTS, loaded, metric, problems

BY_CUSTOMER = "\nrollups:\n  stays: [[customer_id]]"
HELD = "needs one window, but"
REFUSED = {
    # units
    "money and a count": (
        metric("expression: revenue + sale_rows", "currency"),
        ["a.yml:2: it: 'revenue + sale_rows' adds currency and a count"],
    ),
    "money and a count inside": (
        metric("expression: (sold - guests) / sale_rows", "currency"),
        ["a.yml:2: it: 'sold - guests' subtracts currency and a count"],
    ),
    "money times money": (
        metric("expression: sold * revenue", "currency"),
        ["a.yml:2: it: 'sold * revenue' multiplies currency by currency"],
    ),
    "a share and a count": (
        f"metrics:\n  share: {{{TEXTS.replace('count', 'percentage')}, share_of_total: sold}}\n"
        f"  it: {{{TEXTS}, expression: guests - share}}",
        ["a.yml:3: it: 'guests - share' subtracts a count and a percentage"],
    ),
    "hours and days": (
        f"measures:\n  nights: {{fact: stays, kind: flow, value: days, at: end}}\n"
        f"metrics:\n  hours_away: {{{TEXTS.replace('count', 'duration')}, display_unit: hours, "
        f"expression: 24 * nights}}\n"
        f"  it: {{{TEXTS.replace('count', 'duration')}, expression: hours_away + nights}}",
        ["a.yml:5: it: 'hours_away + nights' adds a duration in hours and a duration in days"],
    ),
    "a count that is money": (
        metric("measure: sold"),
        ["a.yml:2: it: its unit is count, but 'sold' gives currency"],
    ),
    "money that is a count": (
        metric("measure: sale_rows", "currency"),
        ["a.yml:2: it: its unit is currency, but 'sale_rows' gives a count"],
    ),
    "a mean that is no count": (
        metric("ratio: {numerator: sale_rows, denominator: guests}"),
        ["a.yml:2: it: its unit is count, but 'sale_rows / guests' gives a ratio"],
    ),
    "a mean amount that is no ratio": (
        metric("ratio: {numerator: sold, denominator: guests}", "ratio"),
        ["a.yml:2: it: its unit is ratio, but 'sold / guests' gives currency"],
    ),
    "a score of 0 to 1": (
        metric("expression: sold / revenue", "score"),
        ["a.yml:2: it: its unit is score, but 'sold / revenue' gives a ratio of two amounts"],
    ),
    "a class of money": (
        metric("movement: {measure: guest_mrr, take: new}"),
        ["a.yml:2: it: its unit is count, but movement gives currency"],
    ),
    "a class of customers": (
        metric("movement: {measure: guest_mrr, take: new_count}", "currency"),
        ["a.yml:2: it: its unit is currency, but movement gives a count"],
    ),
    "a change of money": (
        metric("change: {of: revenue, over: 1 month}"),
        ["a.yml:2: it: its unit is count, but change gives currency"],
    ),
    "an earlier amount": (
        metric("offset: {of: revenue, by: 1 month}"),
        ["a.yml:2: it: its unit is count, but offset gives currency"],
    ),
    "keys are counted": (
        metric("key_days: {measure: buyers}", "percentage"),
        ["a.yml:2: it: its unit is percentage, but key_days gives a count"],
    ),
    "seconds for hours": (
        "measures:\n  outages: {fact: outages, kind: flow}\n"
        "  down: {fact: outages, kind: flow, value: seconds, at: end}\n"
        f"metrics:\n  it: {{{TEXTS.replace('count', 'duration')}, display_unit: hours, "
        "expression: down / outages / 60}",
        [
            "a.yml:5: it: its unit is duration in hours, "
            "but 'down / outages / 60' gives a duration in minutes"
        ],
    ),
    "a duration in bottles": (
        metric("since_last: {measure: buyers}, display_unit: bottles", "duration"),
        ["a.yml:2: it: is a duration, and 'bottles' is no length of time"],
    ),
    "a sum of dates": (
        "measures:\n  starts: {fact: stays, kind: stock, value: start_day}\n"
        f"metrics:\n  it: {{{TEXTS}, measure: starts}}",
        ["a.yml:4: it: its unit is count, but 'starts' gives a sum of dates"],
    ),
    "money against keys": (
        metric(
            "entities: {measures: [sold, guests], by: [customer_id], "
            "aggregate: differ_by, number: 1}"
        )
        + BY_CUSTOMER,
        ["a.yml:2: it: compares currency and a count"],
    ),
    "a scale in percent for a share": (
        f"metrics:\n  share: {{{TEXTS.replace('count', 'percentage')}, maximum: 1, "
        "share_of_total: sold}\n"
        f"  it: {{{TEXTS.replace('count', 'score')}, composite: {{parts: {{"
        "one: {metric: share, scale: [[0, 0], [80, 100]], weight: 1}, "
        "two: {metric: share, scale: [[0, 0], [1, 100]], weight: 1}}}}",
        ["a.yml:3: it: one: its scale goes to 80, but 'share' is at most 1"],
    ),
    "an identity of money and customers": (
        "identities:\n  same: {description: D, left: revenue, relation: '=', right: heads}\n"
        f"metrics:\n  heads: {{{TEXTS}, measure: buyers}}",
        ["a.yml:2: identities.same: holds currency and a count against each other"],
    ),
    # windows
    "sums of different days": (
        f"metrics:\n  monthly: {{{TEXTS}, measure: sale_rows, window: 30 days}}\n"
        f"  it: {{{TEXTS.replace('count', 'currency')}, "
        "ratio: {numerator: sold, denominator: monthly}}",
        [
            f"a.yml:3: it: 'sold / monthly' {HELD} 'sold' is over the asked period "
            "and 'monthly' over 30 days"
        ],
    ),
    "a sum for keys of other days": (
        f"metrics:\n  monthly: {{{TEXTS}, measure: buyers, window: 1 month}}\n"
        f"  it: {{{TEXTS.replace('count', 'ratio')}, window: 7 days, "
        "ratio: {numerator: sale_rows, denominator: monthly}}",
        [
            f"a.yml:3: it: 'sale_rows / monthly' {HELD} 'sale_rows' is over 7 days "
            "and 'monthly' over 1 month"
        ],
    ),
    "losses of a month by the opening of a year": (
        "metrics:\n"
        f"  lost: {{{TEXTS.replace('count', 'currency')}, window: 1 month, "
        "movement: {measure: guest_mrr, take: churned}}\n"
        f"  base: {{{TEXTS.replace('count', 'currency')}, window: 12 months, "
        "movement: {measure: guest_mrr, take: opening}}\n"
        f"  it: {{{TEXTS.replace('count', 'percentage')}, "
        "ratio: {numerator: lost, denominator: base}}",
        [f"a.yml:4: it: 'lost / base' {HELD} 'lost' is over 1 month and 'base' over 12 months"],
    ),
    "a month to date less a period": (
        f"metrics:\n  so_far: {{{TEXTS}, measure: sale_rows, window: mtd}}\n"
        f"  it: {{{TEXTS}, expression: so_far - sale_rows}}",
        [
            f"a.yml:3: it: 'so_far - sale_rows' {HELD} 'so_far' is over the month to date "
            "and 'sale_rows' over the asked period"
        ],
    ),
    "a month by the days of the period": (
        f"metrics:\n  monthly: {{{TEXTS}, measure: sale_rows, window: 30 days}}\n"
        f"  it: {{{TEXTS.replace('count', 'ratio')}, expression: monthly / days}}",
        [
            f"a.yml:3: it: 'monthly / days' {HELD} 'monthly' is over 30 days "
            "and 'days' over the asked period"
        ],
    ),
    "a window that changes nothing": (
        metric("expression: 2 * revenue, window: 30 days", "currency"),
        [
            "a.yml:2: it: window '30 days' changes nothing: "
            "what it is made of has windows of its own"
        ],
    ),
    "a filter that reaches nothing": (
        metric("expression: 2 * revenue, where: {shop: north}", "currency"),
        [
            "a.yml:2: it: `where` does not reach 'sold': filter what the formula is made of",
        ],
    ),
    "plans of two days": (
        "metrics:\n"
        f"  lost: {{{TEXTS.replace('count', 'currency')}, "
        "movement: {measure: guest_mrr, take: churned}}\n"
        f"  base: {{{TEXTS.replace('count', 'currency')}, "
        "movement: {measure: guest_mrr, take: opening, segment: opening}}\n"
        f"  it: {{{TEXTS.replace('count', 'percentage')}, dimensions: [plan], "
        "ratio: {numerator: lost, denominator: base}}",
        [
            "a.yml:4: it: by plan, one side goes by the opening "
            "and the other by the closing `segment`"
        ],
    ),
    # break-downs
    "an operand without the column": (
        metric("ratio: {numerator: sale_rows, denominator: guests}, dimensions: [shop]", "ratio"),
        [
            "a.yml:2: it: cannot be split by 'shop': "
            "fact 'stays' of 'guests' leads to no such column"
        ],
    ),
    "an operand of an operand": (
        f"metrics:\n  mean: {{{TEXTS.replace('count', 'ratio')}, "
        "ratio: {numerator: sale_rows, denominator: guests}}\n"
        f"  it: {{{TEXTS.replace('count', 'ratio')}, expression: mean / 2, dimensions: [shop]}}",
        [
            "a.yml:3: it: cannot be split by 'shop': by way of 'mean', "
            "fact 'stays' of 'guests' leads to no such column"
        ],
    ),
    "a column nobody keeps": (
        "dimensions:\n  is_paid: {label: Paid}\n"
        f"metrics:\n  it: {{{TEXTS}, measure: sale_rows, dimensions: [is_paid]}}",
        ["a.yml:4: it: cannot be split by 'is_paid': no roll-up keeps 'sale_rows' by is_paid"],
    ),
    "a column kept apart from the filter": (
        metric("measure: sale_rows, where: {shop: north}, dimensions: [region]"),
        [
            "a.yml:2: it: cannot be split by 'region': "
            "no roll-up keeps 'sale_rows' by region and shop"
        ],
    ),
    "keys without a total": (
        "measures:\n  callers: {fact: sales, kind: distinct, key: [customer_id], within: [shop]}\n"
        "rollups:\n  callers: [[customer_id, shop]]\n"
        f"metrics:\n  it: {{{TEXTS}, measure: callers, dimensions: [shop]}}",
        ["a.yml:6: it: no roll-up keeps 'callers' by nothing"],
    ),
    "keys that fan out": (
        "dimensions:\n  is_paid: {label: Paid}\n"
        f"metrics:\n  it: {{{TEXTS}, measure: buyers, dimensions: [is_paid]}}",
        [
            "a.yml:4: it: cannot be split by 'is_paid': 'buyers' counts each customer_id once, "
            "and one may have several; keep it in `within`"
        ],
    ),
    "a weekday of a state": (
        "dimensions:\n  weekday: {label: Weekday, calendar: weekday}\n"
        f"metrics:\n  it: {{{TEXTS}, measure: guests, dimensions: [weekday]}}",
        ["a.yml:4: it: cannot be split by 'weekday': 'guests' does not belong to single days"],
    ),
    "an identity by what its metrics do not offer": (
        "identities:\n  same: {description: D, left: revenue, relation: '<=', right: 2 * revenue, "
        "dimensions: [shop]}",
        ["a.yml:2: identities.same: 'revenue' does not offer the dimension 'shop'"],
    ),
    "nobody is left to split": (
        metric(
            "ratio: {numerator: sale_rows, denominator: buyers}, "
            "across: {sale_rows: all, buyers: [shop]}, dimensions: [shop]",
            "ratio",
        ),
        ["a.yml:2: it: cannot be split by 'shop': every operand is asked `across` it"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    assert problems(tmp_path, text) == expected


FINE = {
    "money per head": metric("ratio: {numerator: sold, denominator: guests}", "currency"),
    "money of a share": metric("expression: sold * 0.3 - 2 * revenue", "currency"),
    "months of money": metric("expression: revenue / sold", "duration"),
    "a mean number of things": metric(
        "ratio: {numerator: sale_rows, denominator: guests}, display_unit: sales"
    ),
    "one less a share": metric("expression: 1 - sold / revenue", "percentage"),
    "points of a hundred": metric("expression: 100 * sold / revenue", "score"),
    "a price from a setting": metric("expression: sale_rows * setting.price_per_litre", "currency"),
    "a rate of what happened to what there is": metric(
        "ratio: {numerator: sale_rows, denominator: guests}, window: 30 days, dimensions: [region]",
        "ratio",
    )
    + BY_CUSTOMER,
    "per day of its own window": metric("expression: sale_rows / days, window: 30 days", "ratio"),
    "a filter of the measure": metric("measure: sale_rows, where: {shop: north}"),
    "keys of a day among keys of a month": (
        f"metrics:\n  daily: {{{TEXTS}, measure: buyers, window: end, dimensions: [shop]}}\n"
        f"  monthly: {{{TEXTS}, measure: buyers, window: 30 days}}\n"
        f"  it: {{{TEXTS.replace('count', 'percentage')}, dimensions: [shop, region, plan], "
        "ratio: {numerator: daily, denominator: monthly}}"
    ),
    "a short window of a measure in a long one": (
        f"metrics:\n  week: {{{TEXTS}, measure: sale_rows, window: 7 days}}\n"
        f"  month: {{{TEXTS}, measure: sale_rows, window: 28 days}}\n"
        f"  before: {{{TEXTS}, expression: month - week}}\n"
        f"  it: {{{TEXTS.replace('count', 'ratio')}, expression: 4 * week / month}}"
    ),
    "rates of different windows": (
        f"metrics:\n  paid: {{{TEXTS.replace('count', 'currency')}, "
        "ratio: {numerator: sold, denominator: sale_rows}}\n"
        f"  yearly: {{{TEXTS.replace('count', 'currency')}, window: 12 months, "
        "ratio: {numerator: sold, denominator: sale_rows}}\n"
        f"  it: {{{TEXTS.replace('count', 'ratio')}, expression: paid / yearly}}"
    ),
    "keys of what the filter leaves": (
        "dimensions:\n  store: {label: Store, column: shop}\n"
        "measures:\n  callers: {fact: sales, kind: distinct, key: [customer_id], within: [shop]}\n"
        "rollups:\n  callers: [[customer_id, shop]]\n"
        f"metrics:\n  it: {{{TEXTS}, measure: callers, where: {{shop: north}}, "
        "dimensions: [region, store]}"
    ),
    "a share of everybody": metric(
        "ratio: {numerator: sale_rows, denominator: guests}, "
        "across: {guests: [shop]}, dimensions: [shop, region]",
        "ratio",
    )
    + BY_CUSTOMER,
}


@pytest.mark.parametrize("name", FINE)
def test_what_may_be_meant_is_not_refused(name: str, tmp_path: Path) -> None:
    assert "it" in loaded(tmp_path, FINE[name]).trees


def test_all_of_it_comes_at_once_and_beside_the_rest(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        REFUSED["money and a count"][0],
        REFUSED["keys that fan out"][0].replace("  it:", "  fans:"),
        metric("measure: sould").replace("  it:", "  unknown:"),
        REFUSED["sums of different days"][0].replace("  it:", "  days_apart:"),
        metric("expression: round + 1").replace("  it:", "  round:"),
    )
    assert [line.split(": ")[:2] for line in found] == [
        ["a.yml:2", "it"],
        ["b.yml:4", "fans"],
        ["c.yml:2", "unknown"],
        ["d.yml:3", "days_apart"],
        ["e.yml:2", "round"],
    ]


def test_most_wrong_units_of_the_shipped_metrics_would_be_refused() -> None:
    model = load_model(load_settings(env={}))
    formulas = Formulas(model.definitions, model.queries)
    refused = [
        bool([*formulas.problems(metric.model_copy(update={"unit": unit, "display_unit": ""}))])
        for metric in model.definitions.metrics.values()
        for unit in get_args(Unit)
        if unit != metric.unit
    ]
    assert sum(refused) > 0.7 * len(refused)
