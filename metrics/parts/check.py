"""Checks of what is declared against what it refers to; every problem has its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from metrics.definitions.expressions import names_in, parse_arithmetic
from metrics.definitions.loader import Definitions
from metrics.definitions.model import SPECIALS, Ahead, Bounds, Identity, Measure
from metrics.definitions.score import Score
from metrics.errors import Problem, did_you_mean
from metrics.parts.joins import Joins, Path
from metrics.periods import parse_shift
from metrics.sources.model import Fact, Queries

DERIVED_COLUMNS = {"day": "date", "hour": "integer"}
NUMBERS = frozenset({"integer", "number", "money", "share"})


def declared_problems(
    definitions: Definitions, queries: Queries, joins: Joins
) -> Iterator[Problem]:
    """What is wrong with dimensions, measures, scores and roll-ups: what parts are planned from."""
    for name, dimension in definitions.dimensions.items():
        if dimension.as_of and not _is_history(dimension.as_of, queries):
            yield definitions.problem(
                f"dimensions.{name}",
                f"as_of needs an entity with valid_from, which '{dimension.as_of}' is not",
            )
            return  # no path can be looked for
    for name, measure in definitions.measures.items():
        for message in _measure_problems(measure, queries, joins):
            yield definitions.problem(name, message)
    for name, score in definitions.scores.items():
        for message in _score_problems(name, score, definitions, queries):
            yield definitions.problem(name, message)
    for name, rollups in definitions.rollups.items():
        for message in _rollup_problems(name, rollups, definitions, queries, joins):
            yield definitions.problem(f"rollups.{name}", message)


def name_problems(definitions: Definitions) -> Iterator[Problem]:
    """What is wrong with the names that metrics and identities have and refer to."""
    for name, identity in definitions.identities.items():
        for message in _identity_problems(identity, definitions):
            yield definitions.problem(f"identities.{name}", message)
    yield from _name_problems(definitions)


def _is_history(entity: str, queries: Queries) -> bool:
    return entity in queries.entities and queries.entities[entity].valid_from is not None


def _measure_problems(measure: Measure, queries: Queries, joins: Joins) -> Iterator[str]:
    fact = queries.facts.get(measure.fact)
    if fact is None:
        yield _unknown("fact", measure.fact, queries.facts)
        return
    yield from _column_problems(measure, fact, queries, joins)
    lasting = measure.kind in ("stock", "movement") or measure.at == "end" or measure.spread
    if lasting and not fact.interval:
        yield f"a {measure.kind} measure needs a fact with an interval"
    if measure.last and not fact.interval:
        yield "last needs a fact with an interval"
    if measure.kind == "snapshot" and not fact.snapshot:
        yield "a snapshot measure needs a snapshot fact"
    if measure.kind == "movement" and "customer_id" not in fact.columns:
        yield "a movement measure needs a fact with a customer_id"
    if measure.clock and fact.interval and fact.columns[fact.interval.from_].type != "instant":
        yield "clock needs an interval of instants"
    if measure.anchor:
        yield from _anchor_problems(measure, fact, queries)


def _column_problems(measure: Measure, fact: Fact, queries: Queries, joins: Joins) -> Iterator[str]:
    known = [*fact.columns, *DERIVED_COLUMNS]
    special = _specials_of(fact)
    for name in sorted({measure.value or "", *measure.where} & SPECIALS.keys() - special.keys()):
        if name not in fact.columns:
            yield f"'{name}' needs an interval{' of instants' if fact.interval else ''}"
            return
    used = [*measure.where, *measure.key, *measure.within, *filter(None, [measure.value])]
    for column in dict.fromkeys(used):
        if column in special and column not in fact.columns:
            continue
        path = joins.path(column, known)
        if path is None or path.as_of:
            hint = did_you_mean(column, known)
            yield f"fact '{measure.fact}' reaches no column '{column}'. {hint}".rstrip()
            continue
        kind = _type_of(path, fact, queries)
        if column == measure.value and kind not in NUMBERS:
            yield f"'{column}' is {kind}; only numbers can be summed"
        if column in measure.where and not _fits(kind, measure.where[column]):
            yield f"where: '{column}' is {kind}, which {measure.where[column]!r} is not"


def _specials_of(fact: Fact) -> dict[str, str]:
    """Values the fact's intervals have without a column of their own, with their types."""
    if not fact.interval:
        return {}
    days = {"days": "integer", "start_day": "integer", "end_day": "integer"}
    if fact.columns[fact.interval.from_].type != "instant":
        return days
    return {**days, "seconds": "number", "start_second": "number"}


def _type_of(path: Path, fact: Fact, queries: Queries) -> str:
    if path.calendar:
        return "integer"
    if path.steps:
        return queries.entities[path.steps[-1].entity].columns[path.column].type
    column = fact.columns.get(path.column)
    return column.type if column else DERIVED_COLUMNS[path.column]


def _fits(kind: str, wanted: Any) -> bool:
    if isinstance(wanted, Ahead):
        return kind == "date"
    if isinstance(wanted, tuple):
        return all(_fits(kind, one) for one in wanted)
    if isinstance(wanted, bool):
        return kind == "boolean"
    if isinstance(wanted, (int, float, Bounds)):
        return kind in NUMBERS
    return kind not in NUMBERS and kind != "boolean"


def _anchor_problems(measure: Measure, fact: Fact, queries: Queries) -> Iterator[str]:
    assert measure.anchor is not None
    if len(measure.key) != 1 or measure.key[0] not in fact.columns:
        yield f"a cohort's key is one column of fact '{fact.name}' itself"
    anchor = queries.facts.get(measure.anchor.fact)
    if anchor is None:
        yield _unknown("fact", measure.anchor.fact, queries.facts)
    elif measure.anchor.key not in anchor.columns:
        yield f"fact '{anchor.name}' has no column '{measure.anchor.key}' to anchor the cohort"


def _score_problems(
    name: str, score: Score, definitions: Definitions, queries: Queries
) -> Iterator[str]:
    if score.entity not in queries.entities:
        yield _unknown("entity", score.entity, queries.entities)
    population = definitions.measures.get(score.population)
    if population is None:
        yield _unknown("measure", score.population, definitions.measures)
    elif population.kind != "stock":
        yield f"its population '{score.population}' is of kind {population.kind}, not stock"
    for name_of_sum in score.sums:
        summed = definitions.measures.get(name_of_sum)
        if summed is None:
            yield _unknown("measure", name_of_sum, definitions.measures)
        elif summed.kind != "stock":
            yield f"sums: '{name_of_sum}' is of kind {summed.kind}, not stock"
    for label, part in {**score.inputs, **score.requires}.items():
        for measure in filter(None, (part.measure, part.denominator)):
            if measure not in definitions.measures:
                yield f"{label}: {_unknown('measure', measure, definitions.measures)}"
        if part.score and part.score not in definitions.scores:
            yield f"{label}: {_unknown('score', part.score, definitions.scores)}"
        elif part.score and name in _scores_below(part.score, definitions):
            yield f"{label}: '{part.score}' rests on '{name}' itself"
        for window in filter(None, (part.window, part.denominator_window)):
            if parse_shift(window).months:
                yield f"{label}: its window is a number of days, not '{window}'"
        if part.scale and not _rises(part.scale):
            yield f"{label}: the values of its scale must rise"


def _rises(points: tuple[tuple[float, float], ...]) -> bool:
    return [x for x, _ in points] == sorted({x for x, _ in points})


def _scores_below(name: str, definitions: Definitions) -> set[str]:
    """A score and all it is made of, whatever circles there are."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found and one in definitions.scores:
            found.add(one)
            waiting += [part.score for part in definitions.scores[one].reads if part.score]
    return found


def _rollup_problems(
    name: str,
    rollups: tuple[tuple[str, ...], ...],
    definitions: Definitions,
    queries: Queries,
    joins: Joins,
) -> Iterator[str]:
    if name in queries.facts:
        columns = (*queries.facts[name].columns, *DERIVED_COLUMNS)
    elif name in definitions.measures:
        columns = _kept_columns(definitions.measures[name], queries)
    elif name in definitions.scores:
        entity = queries.entities.get(definitions.scores[name].entity)
        columns = (entity.key,) if entity else ()
    else:
        yield "is neither a fact, nor a measure, nor a score"
        return
    for column in dict.fromkeys(column for rollup in rollups for column in rollup):
        path = joins.path(column, columns)
        if path is None:
            yield f"column '{column}' cannot be reached from {name}"
        elif path.as_of:
            yield f"'{column}' changes over time; keep customer_id instead"


def _kept_columns(measure: Measure, queries: Queries) -> tuple[str, ...]:
    """Columns that tell more of a key: its own, or those of the row a cohort starts with."""
    if measure.anchor and measure.anchor.fact in queries.facts:
        return (*queries.facts[measure.anchor.fact].columns, *measure.key)
    return (*measure.key, *measure.within)


def _identity_problems(identity: Identity, definitions: Definitions) -> Iterator[str]:
    for side in (identity.left, identity.right):
        try:
            names = names_in(parse_arithmetic(side))
        except ValueError as error:
            yield str(error)
            continue
        for name in sorted(names - set(definitions.metrics)):
            yield _unknown("metric", name, definitions.metrics)
    for dimension in identity.dimensions:
        if dimension not in definitions.dimensions:
            yield _unknown("dimension", dimension, definitions.dimensions)


def _name_problems(definitions: Definitions) -> Iterator[Problem]:
    owners: dict[tuple[str, str], str] = {}
    for name, metric in definitions.metrics.items():
        for dimension in metric.dimensions:
            if dimension not in definitions.dimensions:
                message = _unknown("dimension", dimension, definitions.dimensions)
                yield definitions.problem(name, message)
        for alias in (name, *metric.aliases):
            for domain in metric.domains:
                other = owners.setdefault((domain, alias), name)
                if other != name:
                    yield definitions.problem(
                        name, f"'{alias}' in {domain} is also a name of {other}"
                    )
        for other in metric.related:
            if other not in definitions.metrics:
                message = _unknown("related metric", other, definitions.metrics)
                yield definitions.problem(name, message)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"there is no {what} '{name}'. {did_you_mean(name, known)}".rstrip()
