"""What breaks if a table or a column of the warehouse goes: tried out, not guessed.

The warehouse as it was looked at is held against the contract once more without it, and every
metric is looked at before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metrics.lineage.available import Available
from metrics.lineage.chain import Chains, Step
from metrics.parts.model import Model
from metrics.sources.contract import Lack, check
from metrics.sources.model import Source
from metrics.sources.warehouse import Inspected


@dataclass(frozen=True)
class Impact:
    """What the loss of a table or column means, metric by metric.

    name      `raw.deals` or `raw.deals.amount`
    read_by   the SQL files that read it
    waits     metrics that would have no number
    made_of   those of them whose number is made of the column; the others only share a query with
              one that is. For a table all of them.
    loses     metrics that would keep a number, with what changes for each
    already   metrics that wait for it now
    """

    name: str
    read_by: tuple[str, ...]
    waits: tuple[str, ...]
    made_of: tuple[str, ...]
    loses: Mapping[str, tuple[str, ...]]
    already: tuple[str, ...]


class Loss:
    """A warehouse before and after one table, or one column of it, is gone."""

    def __init__(
        self, chains: Chains, inspected: Inspected, source: Source, column: str = ""
    ) -> None:
        self.chains = chains
        self.source = source
        self.column = column
        self.before = chains.available
        model = self.before.model
        left = without(inspected, source.table, column)
        self.after = Available(model, check(model.queries, left), self.before.tracer)

    def impact(self) -> Impact:
        """Every metric before and after."""
        waits, already, loses = [], [], {}
        for name in self.before.model.trees:
            if lacks := self.before.metric(name):
                already += [name] if any(map(self._is_it, lacks)) else []
            elif self.after.metric(name):
                waits.append(name)
            elif changes := tuple(dict.fromkeys(self._changes(name))):
                loses[name] = changes
        return Impact(
            name=f"{self.source.table}.{self.column}" if self.column else self.source.table,
            read_by=tuple(self._read_by()),
            waits=tuple(waits),
            made_of=tuple(name for name in waits if self._is_made_of(name)),
            loses=loses,
            already=tuple(already),
        )

    def _read_by(self) -> Iterator[str]:
        for path, reads in self.before.model.queries.reads.items():
            columns = reads.sources.get(self.source.name)
            if columns is not None and (not self.column or self.column in columns):
                yield path

    def _is_it(self, lack: Lack) -> bool:
        same = lack.place == self.source.table
        return same and (not self.column or self.column in lack.names)

    def _is_made_of(self, name: str) -> bool:
        refs = self.chains.columns(name)
        return not self.column or any(
            (ref.name, ref.column) == (self.source.name, self.column) for ref in refs
        )

    def _changes(self, name: str) -> Iterator[str]:
        """What a metric that keeps its number loses with it."""
        chain = self.chains.chain(name)
        for query in chain.queries:
            now, then = (one.contract.answers[query.name].file for one in (self.before, self.after))
            if now and then and now.path != then.path:
                yield f"made with {then.path} instead of {now.path}"
        scores = self.before.model.definitions.scores
        for score in scores_in(chain.root):
            lost = self.after.lost_inputs(scores[score])
            for label in sorted(lost.keys() - self.before.lost_inputs(scores[score]).keys()):
                yield f"score {score} without its input {label}"
        for composite in composites_in(chain.root, self.before.model):
            lost = self.after.lost_parts(composite)
            for label in sorted(lost.keys() - self.before.lost_parts(composite).keys()):
                yield f"{composite} without its part {label}"
        lost_now = self.before.lost_dimensions(name).keys()
        if gone := sorted(self.after.lost_dimensions(name).keys() - lost_now):
            yield f"no longer by {', '.join(gone)}"


def without(inspected: Inspected, table: str, column: str = "") -> Inspected:
    """The warehouse without a table, or without a column of it, in whatever case it has them."""
    left = {}
    for name, columns in inspected.items():
        if name.lower() != table.lower():
            left[name] = columns
        elif column:
            left[name] = {one: kind for one, kind in columns.items() if one.lower() != column}
    return left


def composites_in(step: Step, model: Model) -> Iterator[str]:
    """Composites in the chain of a metric, the upper ones first."""
    if step.kind == "metric" and model.definitions.metrics[step.name].composite:
        yield step.name
    for below in step.below:
        yield from composites_in(below, model)


def scores_in(step: Step) -> Iterator[str]:
    """Scores in the chain of a metric, the upper ones first."""
    if step.kind == "score":
        yield step.name
    for below in step.below:
        yield from scores_in(below)
