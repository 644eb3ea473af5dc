"""Which columns a number rests on: without a value in any row of one, 0 would be a guess.

anomalous_pours   where {is_anomaly: true}          -> fact.tap_events.is_anomaly
pours by a tap    where {is_tap: true}, by device   -> fact.tap_events.device_id, which must
                                                       meet a device, and entity.devices.is_tap
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from metrics.definitions.model import Measure
from metrics.parts.joins import Joins, Path
from metrics.sources.model import Fact

NO_VALUES = "values in "


@dataclass(frozen=True)
class Needed:
    """A column of a query, by qualified name, that must have values.

    `meets` names the entity its values must be found in, where the number is reached through it.
    """

    about: str
    column: str
    meets: str = ""


def needed_by(measure: Measure, facts: Mapping[str, Fact], joins: Joins) -> tuple[Needed, ...]:
    """Columns a measure reads: its value, its conditions, its keys, and the way to each."""
    names = [*measure.where, *measure.key]
    if measure.value:
        names.append(measure.value)
    if measure.kind == "movement":
        names.append("customer_id")
    found = list(_all_reached(names, facts[measure.fact], joins))
    if measure.anchor:
        found += _all_reached([measure.anchor.key], facts[measure.anchor.fact], joins)
    return tuple(dict.fromkeys(found))


def reached(fact: Fact, path: Path) -> Iterator[Needed]:
    """Every column on the way from a fact to where a path ends."""
    about = f"fact.{fact.name}"
    for step in path.steps:
        yield Needed(about, step.via, step.entity)
        about = f"entity.{step.entity}"
    yield Needed(about, path.column)


def _all_reached(names: Iterable[str], fact: Fact, joins: Joins) -> Iterator[Needed]:
    for name in names:
        path = joins.path(name, list(fact.columns))
        if path and not path.calendar:  # others are made of the row's day, which all have
            yield from reached(fact, path)


Broken = frozenset[tuple[str, str, str]]
"""Columns of a build as (about, column, kind of check) that not one row keeps."""


def lacking(
    needed: Iterable[Needed], broken: Broken, missing: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """What is not there of the needed columns; `missing` says it for entities without a table."""
    for one in needed:
        name = f"{one.about.partition('.')[2]}.{one.column}"
        if (one.about, one.column, "filled") in broken:
            yield f"{NO_VALUES}{name}"
        elif one.meets in missing:
            yield from missing[one.meets]
        elif one.meets and (one.about, one.column, "references") in broken:
            yield f"{NO_VALUES}{name} that {one.meets} have"
