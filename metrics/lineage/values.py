"""Which columns a number rests on: without a value in any row of one, 0 would be a guess.

anomalous_pours   where {is_anomaly: true}          -> fact.tap_events.is_anomaly
pours of taps     where {is_tap: true}, a device's  -> fact.tap_events.device_id, which must
                                                       meet a device, and entity.devices.is_tap
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from metrics.definitions.expressions import Leaf
from metrics.definitions.model import Measure
from metrics.lineage.available import OF_A_ROW, Available, paths_of
from metrics.parts.joins import Path
from metrics.sources.contract import Lack

Broken = frozenset[tuple[str, str, str]]
"""Columns of a build as (query, column, kind of check) that not one row keeps."""


@dataclass(frozen=True)
class Required:
    """A column of a query, by qualified name, that must have values.

    `meets` names the entity its values must be found in, where the number is reached through it.
    """

    query: str
    column: str
    meets: str = ""


class RequiredValues:
    """Columns behind measures, conditions and dimensions of a model."""

    def __init__(self, available: Available) -> None:
        self.available = available
        self.model = available.model

    @cached_property
    def of_measures(self) -> dict[str, tuple[Required, ...]]:
        """What each measure reads, and the keys of its fact and of those below."""
        measures = self.model.definitions.measures.items()
        return {name: tuple(dict.fromkeys(self._of_measure(one))) for name, one in measures}

    def of_leaf(self, leaf: Leaf) -> Iterator[Required]:
        """What a leaf cannot do without; of a score that is what it has no value without."""
        for name in leaf.measures:
            for measure in self.model.required_measures(name):
                yield from self.of_measures[measure]
            yield from self.of_splits(name, [*(column for column, _ in leaf.where), *leaf.by])

    def of_splits(self, name: str, columns: Iterable[str]) -> Iterator[Required]:
        """What a measure or score reads to be split or filtered by dimensions."""
        for column in columns:
            yield from _on_the_way(*self.available.way(name, column))

    def of_metric(self, name: str) -> Iterator[Required]:
        """What a metric reads to be filtered, and to be split by each of its dimensions."""
        dimensions = self.model.definitions.metrics[name].dimensions
        tree = self.model.trees.get(name)
        for leaf in tree.leaves() if tree else ():
            yield from self.of_leaf(leaf)
            for measure in leaf.measures:
                yield from self.of_splits(measure, leaf.kept(dimensions))

    def _of_measure(self, measure: Measure) -> Iterator[Required]:
        queries = self.model.queries
        for about in queries.below(f"fact.{measure.fact}"):
            if about.startswith("fact."):
                keys = queries.facts[about.partition(".")[2]].key
                yield from (Required(about, column) for column in keys)
        for name, path in paths_of(self.model, measure):
            yield from _on_the_way(f"fact.{name}", path)


def _on_the_way(start: str, path: Path | None) -> Iterator[Required]:
    """Every column on the way from a query to the end of a path."""
    if path is None or path.calendar or (not path.steps and path.column in OF_A_ROW):
        return  # made of the row's day, which every row has
    at = start
    for step in path.steps:
        # A history has its key in common with the entity that references are held against.
        yield Required(at, step.via, "" if step.since else step.entity)
        at = f"entity.{step.entity}"
    yield Required(at, path.column)


def without_value(required: Iterable[Required], broken: Broken) -> Iterator[Lack]:
    """Required columns that have no value in any row, or none that the entity knows."""
    for one in required:
        place, column = one.query.partition(".")[2], ((one.column, ""),)
        if (one.query, one.column, "filled") in broken:
            yield Lack("values", place, column)
        elif one.meets and (one.query, one.column, "references") in broken:
            yield Lack("values", place, column, f"that {one.meets} have")
