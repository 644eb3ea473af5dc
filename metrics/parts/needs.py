"""Which columns a number rests on: without a value in any row of one, 0 would be a guess.

anomalous_pours   where {is_anomaly: true}          -> fact.tap_events.is_anomaly
pours of taps     where {is_tap: true}, a device's  -> fact.tap_events.device_id, which must
                                                       meet a device, and entity.devices.is_tap
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from metrics.definitions.expressions import Leaf
from metrics.definitions.loader import Definitions
from metrics.parts.joins import Joins
from metrics.parts.plan import Part
from metrics.sources.model import Queries

NO_VALUES = "values in "

Broken = frozenset[tuple[str, str, str]]
"""Columns of a build as (about, column, kind of check) that not one row keeps."""


@dataclass(frozen=True)
class Needed:
    """A column of a query, by qualified name, that must have values.

    `meets` names the entity its values must be found in, where the number is reached through it.
    """

    about: str
    column: str
    meets: str = ""


@dataclass(frozen=True)
class Needs:
    """Columns behind measures, conditions and dimensions, from the declarations alone."""

    definitions: Definitions
    queries: Queries
    joins: Joins

    @cached_property
    def measures(self) -> dict[str, tuple[Needed, ...]]:
        """What each measure reads: its value, its conditions, its keys, and the way to each."""
        names = self.definitions.measures
        return {name: tuple(dict.fromkeys(self._read_by(name))) for name in names}

    def splitting(self, name: str, columns: Iterable[str]) -> Iterator[Needed]:
        """What a measure or score reads to be split or filtered by dimensions."""
        about, known = self._start(name)
        for column in columns:
            yield from self._reached(about, known, column)

    def conditions(self, leaf: Leaf) -> Iterator[Needed]:
        """What a leaf reads beyond its measures: its own filters, and what its entities are."""
        for name in leaf.measures:
            yield from self.splitting(name, [*(column for column, _ in leaf.where), *leaf.by])

    def shown(self, parts: Iterable[Part]) -> frozenset[Needed]:
        """What the parts read to be split."""
        return frozenset(
            needed
            for part in parts
            for name in part.measures
            for needed in self.splitting(name, part.dimensions)
        )

    def _read_by(self, name: str) -> Iterator[Needed]:
        measure = self.definitions.measures[name]
        names = [*measure.where, *measure.key, *([measure.value] if measure.value else [])]
        if measure.kind == "movement":
            names.append("customer_id")
        columns = tuple(self.queries.facts[measure.fact].columns)
        for column in names:
            yield from self._reached(f"fact.{measure.fact}", columns, column)
        if measure.anchor:
            yield Needed(f"fact.{measure.anchor.fact}", measure.anchor.key)

    def _start(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The query that a measure's or score's dimensions start from, and the columns they do."""
        score = self.definitions.scores.get(name)
        if score:
            return f"entity.{score.entity}", (self.queries.entities[score.entity].key,)
        measure = self.definitions.measures[name]
        if measure.anchor:
            columns = self.queries.facts[measure.anchor.fact].columns
            return f"fact.{measure.anchor.fact}", (*columns, *measure.key)
        if measure.kind == "distinct":
            return f"fact.{measure.fact}", (*measure.key, *measure.within)
        return f"fact.{measure.fact}", tuple(self.queries.facts[measure.fact].columns)

    def _reached(self, about: str, columns: Sequence[str], name: str) -> Iterator[Needed]:
        """Every column on the way from a query to a name."""
        path = self.joins.path(name, columns)
        if path is None or path.calendar:
            return  # made of the row's day, which every row has
        for step in path.steps:
            yield Needed(about, step.via, step.entity)
            about = f"entity.{step.entity}"
        yield Needed(about, path.column)


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
