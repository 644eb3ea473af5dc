"""Definition files as they are read: what each may say, and every problem with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.definitions.loader import load_definitions
from metrics.errors import DefinitionError
from tests.definitions.bad import TEXTS, loaded, metric, problems


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def score(inputs: str) -> str:
    return (
        "scores:\n  health: {description: D, version: 1, entity: customers, "
        f"population: guests, inputs: {{spent: {{{inputs}}}}}}}"
    )


LADDER = "scale: [[0, 0], [1, 100]], weight: 1"
REFUSED = {
    "a key nobody knows": (
        f"metrics:\n  it:\n    {TEXTS.replace(', ', chr(10) + '    ')}\n    mesure: sold",
        ["a.yml:8: metrics.it.mesure: 'mesure' is not known here. Did you mean"],
    ),
    "a section nobody knows": (
        "metric:\n  it: 3",
        ["a.yml:1: metric: 'metric' is not known here. Did you mean 'metrics'?"],
    ),
    "no section at all": (
        "- it",
        ["a.yml:1: must hold sections: measures, scores, metrics, identities, dimensions, rollups"],
    ),
    "a list for a mapping": ("metrics:\n  - it", ["a.yml:1: metrics: Input should be"]),
    "no texts": (
        "metrics:\n  it: {label: L, unit: count, measure: sold}",
        [
            "a.yml:2: metrics.it.description: 'description' is missing",
            "a.yml:2: metrics.it.direction: 'direction' is missing",
            "a.yml:2: metrics.it.formula: 'formula' is missing",
        ],
    ),
    "a unit that is none": (
        f"metrics:\n  it: {{{TEXTS.replace('unit: count', 'unit: euros')}, measure: sold}}",
        ["a.yml:2: metrics.it.unit: Input should be 'currency', 'percentage', 'count', 'score'"],
    ),
    "a direction that is none": (
        f"metrics:\n  it: {{{TEXTS.replace('up', 'left')}, measure: sold}}",
        ["a.yml:2: metrics.it.direction: Input should be 'up', 'down' or 'neutral'"],
    ),
    "a tier that is none": (
        metric("measure: sold, tier: 4"),
        ["a.yml:2: metrics.it.tier: Input should be 1, 2 or 3"],
    ),
    "a name with a hyphen": (
        f"metrics:\n  my-metric: {{{TEXTS}, measure: sold}}",
        ["a.yml:2: metrics.my-metric.[key]: String should match pattern"],
    ),
    "a window that is none": (
        metric("measure: sold, window: a while"),
        ["a.yml:2: metrics.it.window: 'a while' is not a length of time. Write for example"],
    ),
    "a window without a unit": (
        metric("measure: sold, window: 30"),
        ["a.yml:2: metrics.it.window: '30' is not a length of time."],
    ),
    "a window of several": (
        metric("measure: sold, window: [30, days]"),
        ["a.yml:2: metrics.it.window: '[30, 'days']' is not a length"],
    ),
    "two forms": (
        metric("measure: sold, expression: revenue + 1"),
        ["a.yml:2: metrics.it: has 2 forms (measure, expression); it must have one"],
    ),
    "no form": (
        metric("tags: [wish]"),
        ["a.yml:2: metrics.it: has no form; what it waits for follows from its queries"],
    ),
    "a kind that is none": (
        "measures:\n  it: {fact: sales, kind: sum}",
        ["a.yml:2: measures.it.kind: Input should be 'flow', 'stock', 'distinct', 'movement'"],
    ),
    "distinct without a key": (
        "measures:\n  it: {fact: sales, kind: distinct}",
        ["a.yml:2: measures.it: a distinct measure needs a key"],
    ),
    "movement without a value": (
        "measures:\n  it: {fact: stays, kind: movement}",
        ["a.yml:2: measures.it: a movement measure needs a value column"],
    ),
    "cohort without an anchor": (
        "measures:\n  it: {fact: sales, kind: cohort, key: [customer_id]}",
        ["a.yml:2: measures.it: a cohort measure needs an anchor"],
    ),
    "spread of a stock": (
        "measures:\n  it: {fact: stays, kind: stock, value: price, spread: true}",
        ["a.yml:2: measures.it: spread is for flow measures with a value column"],
    ),
    "a delay before the start": (
        "measures:\n  it: {fact: stays, kind: stock, delay: -1}",
        ["a.yml:2: measures.it.delay: Input should be greater than or equal to 0"],
    ),
    "a quantile in percent": (
        metric("quantile: {measure: prices, q: 50}"),
        ["a.yml:2: metrics.it.quantile.q: Input should be less than or equal to 1"],
    ),
    "growth over no step": (
        metric("growth: {of: revenue, over: 1 month, compound: 0}"),
        ["a.yml:2: metrics.it.growth.compound: Input should be greater than or equal to 1"],
    ),
    "a movement that is none": (
        metric("movement: {measure: guest_mrr, take: lost}"),
        ["a.yml:2: metrics.it.movement.take: Input should be 'opening', 'closing', 'new'"],
    ),
    "a share of how many": (
        metric("entities: {measures: [sold], by: [customer_id], aggregate: top_share}"),
        ["a.yml:2: metrics.it.entities: top_share needs a number"],
    ),
    "a difference of one": (
        metric("entities: {measures: [sold], by: [shop], aggregate: differ_by, number: 1}"),
        ["a.yml:2: metrics.it.entities: differ_by is about 2 of `measures`, not 1"],
    ),
    "a maximum over nothing": (
        metric("entities: {measures: [sold], by: [], aggregate: max}"),
        ["a.yml:2: metrics.it.entities: `by` must name what an entity is"],
    ),
    "a ratio without its denominator": (
        score(f"take: ratio, measure: sold, {LADDER}"),
        ["a.yml:2: scores.health.inputs.spent: take 'ratio' needs measure and denominator"],
    ),
    "a scale of one point": (
        score("take: sum, measure: sold, scale: [[0, 0]], weight: 1"),
        ["a.yml:2: scores.health.inputs.spent.scale: Tuple should have at least 2 items"],
    ),
    "an input without weight": (
        score("take: sum, measure: sold, scale: [[0, 0], [1, 100]], weight: 0"),
        ["a.yml:2: scores.health.inputs.spent.weight: Input should be greater than 0"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_may_not_say(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    found = problems(tmp_path, text)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), line


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        a="measures:\n  one: {fact: sales, kind: sum}\n  two: {kind: flow}",
        b="metrics:\n\tit: 1",
        c=metric("measure: sold, colour: red"),
    )
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    places = [str(problem).partition(": ")[0] for problem in caught.value.problems]
    assert places == ["a.yml:2", "a.yml:3", "b.yml:2", "c.yml:2"]
    assert str(caught.value).startswith("4 problems in the definitions:\n  a.yml:2: measures.one.")


def test_a_name_is_declared_once_across_files(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "measures:\n  sold: {fact: stays, kind: stock}\n  revenue: {fact: stays, kind: stock}",
        metric("measure: sold"),
        metric("measure: buyers"),
    )
    assert found == [
        "c.yml:2: it is already declared in b.yml:2",
        "good.yml:9: sold is already declared in a.yml:2",
        "good.yml:16: revenue is already declared in a.yml:3",
    ]


def test_a_dimension_may_be_called_like_a_measure(tmp_path: Path) -> None:
    model = loaded(tmp_path, "dimensions:\n  guests: {label: G, column: shop}")
    assert model.definitions.dimensions["guests"].column == "shop"
    assert model.definitions.measures["guests"].kind == "stock"


def test_a_folder_without_files_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"there is no definition file \(\*\.yml\)"):
        load_definitions(tmp_path)


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    assert load_definitions(written(tmp_path, a="# later\n")).metrics == {}


def test_a_file_gives_its_domain_owner_and_tier_to_its_metrics(tmp_path: Path) -> None:
    text = f"""
domain: revenue
owner: Finance
metrics:
  plain: {{{TEXTS}, measure: sold}}
  own:
    {TEXTS.replace(", ", chr(10) + "    ")}
    measure: sold
    domains: [company, sales]
    owner: Sales
    tiers: {{company: 1, sales: 3}}
  first: {{{TEXTS}, measure: sold, tier: 1}}
"""
    found = load_definitions(written(tmp_path, a=text)).metrics
    assert [(one.domains, one.owner, one.tiers) for one in found.values()] == [
        (("revenue",), "Finance", {"revenue": 2}),
        (("company", "sales"), "Sales", {"company": 1, "sales": 3}),
        (("revenue",), "Finance", {"revenue": 1}),
    ]
