"""The definition files hold every promised metric, completely and answerably."""

import re

import pytest

from metrics.definitions.model import SPECIALS
from tests.definitions import reading, specification
from tests.definitions.reading import (
    DIMENSIONS,
    FACTS,
    FILES,
    HOME,
    MEASURES,
    METRICS,
    ROLLUPS,
    SCORES,
)

EXPECTED = reading.expected()
FILTERS = ("industry", "region", "tier")
NAMES_IN_IDENTITIES = [
    (name, identity) for path in FILES for name, identity in reading.read(path).identities.items()
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_valid(path) -> None:
    assert reading.read(path)


def test_a_name_is_given_once() -> None:
    names = [
        name
        for path in FILES
        for part in ("metrics", "measures", "scores")
        for name in getattr(reading.read(path), part)
    ]
    assert sorted(names) == sorted(set(names))
    aliases = [
        (domain, alias)
        for name, metric in METRICS.items()
        for domain in reading.domains(name)
        for alias in metric.aliases
    ]
    own = {(domain, name) for name in METRICS for domain in reading.domains(name)}
    assert sorted(aliases) == sorted(set(aliases) - own), "a name means one thing in a domain"


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['domain']}.{row['name']}")
def test_every_promised_name_resolves(row: dict[str, str]) -> None:
    name = reading.resolve(row["name"], row["domain"])
    assert name in METRICS
    assert row["domain"] in reading.domains(name)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_complete(name: str) -> None:
    metric = METRICS[name]
    assert metric.label
    assert re.fullmatch(r"[A-Z][^!?]*[^.]\.", metric.description)
    assert ". " not in metric.description, "one sentence"
    assert metric.formula
    assert not metric.formula.endswith(".")
    assert metric.owner or HOME[name].owner
    assert metric.tags
    assert metric.synonyms
    assert metric.caveats
    assert set(metric.tiers) <= set(reading.domains(name))
    assert not metric.domains or set(metric.tiers) == set(metric.domains)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_refers_to_what_exists(name: str) -> None:
    metric = METRICS[name]
    assert reading.operands(metric) <= set(METRICS) | set(MEASURES)
    assert {reading.resolve(other) for other in metric.related} <= set(METRICS) - {name}
    assert set(metric.dimensions) <= set(DIMENSIONS)
    if metric.score:
        assert metric.score.score in SCORES
        assert metric.score.bound is None or metric.score.bound in SCORES[metric.score.score].bounds


def test_percentages_that_cannot_exceed_one_say_so() -> None:
    shares = [
        metric
        for metric in METRICS.values()
        if metric.unit == "percentage" and metric.maximum is not None
    ]
    assert shares
    assert all(metric.maximum == 1 for metric in shares)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_stands_on_columns_of_its_fact(name: str) -> None:
    measure = MEASURES[name]
    columns = reading.reachable(measure.fact)
    assert measure.value in {None, *SPECIALS, *FACTS[measure.fact]["columns"]}
    assert {*measure.key, *measure.where, *measure.within} <= {*columns, *SPECIALS, "weekday"}
    if measure.anchor:
        assert measure.anchor.key in FACTS[measure.anchor.fact]["columns"]


def test_roll_ups_name_facts_measures_or_scores_and_their_columns() -> None:
    for name, lists in ROLLUPS.items():
        known = reading.kept_by(name)
        assert 1 <= len(lists) <= 4
        for columns in lists:
            assert set(columns) <= known, name
            assert "user_id" not in columns


@pytest.mark.parametrize(
    ("name", "dimension"),
    [(name, dimension) for name, metric in METRICS.items() for dimension in metric.dimensions],
)
def test_every_break_down_is_answered_by_a_roll_up(name: str, dimension: str) -> None:
    if METRICS[name].score:
        lists = reading.rollups_of_score(METRICS[name].score.score)
        known = reading.kept_by(METRICS[name].score.score)
        assert reading.column_of(dimension) in known
        for column in FILTERS:
            wanted = {reading.column_of(dimension), column} & known
            assert any(wanted <= carried for carried in lists), column
        return
    for leaf in reading.leaves(name, dimension):
        measure = MEASURES[leaf]
        wanted = {reading.column_of(dimension)} - {"weekday"} - set(measure.within)
        if measure.kind == "rows":
            assert wanted <= reading.reachable(measure.fact)
            continue
        lists = reading.rollups_of(leaf)
        assert any(wanted <= carried for carried in lists), leaf
        for column in FILTERS:
            if column in reading.promised(measure.fact):
                assert any(wanted | {column} <= carried for carried in lists), (leaf, column)


@pytest.mark.parametrize(("name", "identity"), NAMES_IN_IDENTITIES)
def test_identities_speak_of_metrics_and_their_break_downs(name: str, identity) -> None:
    names = set(re.findall(r"[a-z]\w*", f"{identity.left} {identity.right}"))
    assert names <= set(METRICS)
    for metric in names:
        assert set(identity.dimensions) <= set(METRICS[metric].dimensions), metric


def test_the_specification_of_scores_and_their_definition_are_the_same_numbers() -> None:
    written, defined = specification.written(), specification.defined()
    assert set(written) == set(defined)
    for name in written:
        assert written[name] == defined[name], name


@pytest.mark.parametrize("name", SCORES)
def test_scores_stand_on_measures_and_scores_that_exist(name: str) -> None:
    score = SCORES[name]
    assert MEASURES[score.population].kind == "stock"
    assert score.entity in reading.ENTITIES
    assert {MEASURES[name].kind for name in score.sums} <= {"stock"}
    for item in score.reads:
        assert (item.score in SCORES) if item.take == "score" else (item.measure in MEASURES)
        assert (item.denominator in MEASURES) == (item.take == "ratio")
        assert list(item.scale or ()) == sorted(item.scale or ())
