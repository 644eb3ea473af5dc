"""Which columns a metric needs, followed through the SQL down to the sources.

A metric's leaves say which columns of facts and entities they read; from there every file says
what those are made of. `counted` columns make the value, `choosing` ones decide which rows count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from metrics.definitions.model import Measure
from metrics.definitions.score import Score
from metrics.lineage.available import Available, paths_of
from metrics.parts.joins import Path
from metrics.sources.model import SqlFile
from metrics.sources.trace import Ref


@dataclass
class Needed:
    """Columns found on the way down, by what they are for.

    guessed  queries with SQL that cannot be followed: all they read is in `choosing`.
    """

    counted: set[Ref] = field(default_factory=set)
    choosing: set[Ref] = field(default_factory=set)
    guessed: set[str] = field(default_factory=set)


class Columns:
    """The columns below the metrics of one model over one warehouse."""

    def __init__(self, available: Available) -> None:
        self.available = available
        self.model = available.model
        self._queries = self.model.queries

    def needed(self, name: str) -> Needed:
        """Every column below a metric, down to those of sources."""
        found = Needed()
        for ref, role in self.seeds(name).items():
            self._follow(ref, role, found)
        return found

    def file_of(self, query: str) -> SqlFile:
        """The file a query is made with, its first choice where it cannot be made."""
        return self.available.contract.answers[query].file or self._queries.query(query).files[0]

    def seeds(self, name: str) -> dict[Ref, str]:
        """Columns of facts and entities a metric's leaves read, by what they are for."""
        found: dict[Ref, str] = {}
        for leaf in self.model.trees[name].leaves():
            for measure in leaf.measures:
                _add(found, self._seeds_of(measure))
                for column in [*(column for column, _ in leaf.where), *leaf.by]:
                    start, path = self.available.way(measure, column)
                    if path is not None:
                        _add(found, _on_the_way(start, path))
        return found

    def _seeds_of(self, name: str) -> dict[Ref, str]:
        score = self.model.definitions.scores.get(name)
        if score is None:
            return self._seeds_of_measure(self.model.definitions.measures[name])
        found: dict[Ref, str] = {}
        for one in operands_of_score(score):
            _add(found, self._seeds_of(one))
            start, path = self.available.to_entity(score, one)
            if path is not None:
                _add(found, _on_the_way(start, path))
        return found

    def _seeds_of_measure(self, measure: Measure) -> dict[Ref, str]:
        facts = [measure.fact, *([measure.anchor.fact] if measure.anchor else [])]
        found: dict[Ref, str] = {}
        for name in facts:
            fact = self._queries.facts[name]
            _add(found, {Ref("fact", name, column): "choosing" for column in fact.key})
            _add(found, {Ref("fact", name, column): "counted" for column in fact.moments})
        for name, path in paths_of(self.model, measure):
            _add(found, _on_the_way(f"fact.{name}", path))
        return found

    def _follow(self, ref: Ref, role: str, found: Needed) -> None:
        if ref in found.counted or (role == "choosing" and ref in found.choosing):
            return
        (found.counted if role == "counted" else found.choosing).add(ref)
        if ref.kind == "source" or ref.column not in self._queries.query(ref.query).columns:
            return
        traced = self.available.tracer.trace(self.file_of(ref.query), ref.column)
        if not traced.exact:
            found.guessed.add(ref.query)
        for below in traced.values:
            self._follow(below, role, found)
        for below in traced.rows:
            for one in self._whole(below):
                self._follow(one, "choosing", found)

    def _whole(self, ref: Ref) -> Iterable[Ref]:
        """A column, or all of a query that is read in a way that cannot be followed."""
        if ref.column:
            return (ref,)
        return (Ref(ref.kind, ref.name, one) for one in self._queries.query(ref.query).columns)


def operands_of_score(score: Score) -> tuple[str, ...]:
    """Measures and scores a score is made of."""
    names = [score.population, *score.sums]
    for item in score.reads:
        names += filter(None, (item.measure, item.denominator, item.score))
    return tuple(dict.fromkeys(names))


def _add(found: dict[Ref, str], more: Mapping[Ref, str]) -> None:
    """Add columns; what one use counts is counted, whatever another does with it."""
    found |= {ref: role for ref, role in more.items() if found.get(ref) != "counted"}


def _on_the_way(start: str, path: Path) -> dict[Ref, str]:
    """Columns of a path from a fact: keys choose, the last one counts."""
    found = {}
    kind, _, name = start.partition(".")
    for step in path.steps:
        found[Ref(kind, name, step.via)] = "choosing"
        kind, name = "entity", step.entity
        found[Ref(kind, name, step.key)] = "choosing"
        if step.since:
            found[Ref(kind, name, step.since)] = "choosing"
    found[Ref(kind, name, path.column)] = "counted"
    return found
