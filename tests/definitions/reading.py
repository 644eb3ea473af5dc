"""The definition files and the query contract, read as plain data: no loader, no warehouse."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from metrics.definitions.model import DefinitionFile, Dimension, Measure, Metric, Score

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "metrics/definitions").glob("*.yml"))
SCHEMA = yaml.safe_load((ROOT / "queries/schema.yml").read_text(encoding="utf-8"))
ENTITIES, FACTS = SCHEMA["entities"], SCHEMA["facts"]
ENTITY_OF_KEY = {
    entity["key"]: name for name, entity in ENTITIES.items() if "valid_from" not in entity
}


@cache
def read(path: Path) -> DefinitionFile:
    """One file as its model."""
    return DefinitionFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def merged(part: str) -> dict[str, object]:
    """One section of all files together."""
    return {name: item for path in FILES for name, item in getattr(read(path), part).items()}


METRICS: dict[str, Metric] = merged("metrics")
MEASURES: dict[str, Measure] = merged("measures")
SCORES: dict[str, Score] = merged("scores")
DIMENSIONS: dict[str, Dimension] = merged("dimensions")
ROLLUPS: dict[str, tuple[tuple[str, ...], ...]] = merged("rollups")
HOME = {name: read(path) for path in FILES for name in read(path).metrics}
ALIASES: dict[str, list[str]] = {}
for _name, _metric in METRICS.items():
    for _alias in _metric.aliases:
        ALIASES.setdefault(_alias, []).append(_name)


def expected() -> list[dict[str, str]]:
    """Names that must exist, by domain, and whether the demo warehouse brings them to life."""
    with (ROOT / "tests/data/expected_metrics.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def resolve(name: str, domain: str | None = None) -> str:
    """The metric a name or alias stands for, in a domain where it is given twice."""
    known = [*([name] if name in METRICS else []), *ALIASES.get(name, [])]
    inside = [one for one in known if domain in (None, *domains(one))]
    return (inside or known or [name])[0]


def domains(name: str) -> tuple[str, ...]:
    """Domains of a metric: its own list, else that of its file."""
    return METRICS[name].domains or (HOME[name].domain or "",)


def operands(metric: Metric) -> set[str]:
    """Names of metrics and measures a metric is made of."""
    if metric.expression:
        names = set(re.findall(r"(?<![.\w])[a-z]\w*(?:\.\w+)?", metric.expression))
        return {name for name in names if not name.startswith("setting.")} - {"days", "hours"}
    if metric.score:
        return set()
    form = getattr(metric, metric.form)
    if isinstance(form, str):
        return {form}
    if metric.composite:
        return {part.metric for part in metric.composite.parts.values()}
    fields = ("numerator", "denominator", "of", "measure", "measures", "count", "start", "end")
    found: set[str] = set()
    for field in fields:
        value = getattr(form, field, ())
        found |= {value} if isinstance(value, str) else set(value)
    return found


def leaves(name: str, dimension: str | None = None) -> Iterator[str]:
    """Measures below a metric or measure, those that a dimension splits where one is given."""
    if name in MEASURES:
        yield name
        return
    for operand in operands(METRICS[name]):
        across = METRICS[name].across.get(operand, ())
        if dimension is None or (across != "all" and dimension not in across):
            yield from leaves(operand, dimension)


def counted(measure: str) -> str:
    """The fact whose rows say what a measure can be split by: a cohort's is its anchor."""
    anchor = MEASURES[measure].anchor
    return anchor.fact if anchor else MEASURES[measure].fact


def attributes(entity: str) -> set[str]:
    """Columns an entity leads to, its own references included; plans by way of the customer."""
    found = set(ENTITIES[entity]["columns"])
    for target in ENTITIES[entity].get("references", {}).values():
        found |= attributes(target)
    if "customer_id" in found:
        found |= set(ENTITIES["customers"]["columns"]) | {"plan", "tier"}
    return found


def carried(columns: tuple[str, ...]) -> set[str]:
    """What a roll-up can be split and filtered by."""
    found = set(columns)
    for column in columns:
        if column in ENTITY_OF_KEY:
            found |= attributes(ENTITY_OF_KEY[column])
    return found


def promised(fact: str) -> set[str]:
    """Columns of a fact and of every entity it declares that it refers to."""
    targets = FACTS[fact].get("references", {}).values()
    return set(FACTS[fact]["columns"]).union(*map(attributes, targets))


def reachable(fact: str) -> set[str]:
    """Columns of a fact and of every entity whose key it has, with the hour of instants."""
    promise = FACTS[fact]
    found = promised(fact)
    for column in promise["columns"]:
        if column in ENTITY_OF_KEY:
            found |= attributes(ENTITY_OF_KEY[column])
    if promise["columns"].get(promise.get("time", ""), {}).get("type") == "instant":
        found.add("hour")
    return found


def kept_by(name: str) -> set[str]:
    """Columns that roll-ups of a fact, measure or score may name."""
    if name in SCORES:
        return attributes(SCORES[name].entity)
    return reachable(name if name in FACTS else counted(name))


def column_of(dimension: str) -> str:
    """Column behind a dimension."""
    return DIMENSIONS[dimension].column or dimension


def rollups_of(measure: str) -> list[set[str]]:
    """What each roll-up of a measure carries; counted keys have their own lists."""
    declared = MEASURES[measure]
    if declared.kind == "movement":
        return [carried(("customer_id",))]
    own = declared.kind in ("distinct", "cohort")
    return [carried(columns) for columns in ROLLUPS[measure if own else declared.fact]]


def rollups_of_score(name: str) -> list[set[str]]:
    """What each roll-up of a score carries: those listed, else its dimensions by customer."""
    own = ("customer_id", *SCORES[name].dimensions)
    return [carried(columns) for columns in ROLLUPS.get(name, (own,))]
