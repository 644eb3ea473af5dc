"""Holds the layer's answers against the second road's, cell by cell."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from metrics import Layer, Pinned, Query, Result
from metrics.errors import UnsafeAggregationError
from tests.proof.answers import answer, members_of
from tests.proof.days import buckets
from tests.proof.question import Value
from tests.proof.world import World

TOLERANCE = 1e-9
MOST_MEMBERS = 9


@dataclass(frozen=True)
class Case:
    """A question for both: metrics, range, grain, break-down and filters."""

    metrics: tuple[str, ...]
    start: date
    end: date
    grain: str | None = None
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = ()

    def query(self) -> Query:
        """The question as the layer takes it."""
        return Query.of(
            self.metrics,
            start=self.start,
            end=self.end,
            grain=self.grain,
            by=list(self.by) or None,
            where=dict(self.where) or None,
        )

    def __str__(self) -> str:
        words = [f"{self.start}..{self.end}", self.grain or "total"]
        words += [f"by {', '.join(self.by)}"] if self.by else []
        words += [f"where {name} in {list(members)}" for name, members in self.where]
        return " ".join(words)


@dataclass(frozen=True)
class Difference:
    """One cell in which the two roads disagree."""

    metric: str
    case: Case
    start: date
    member: Any
    layer: Value | str
    proof: Value

    def __str__(self) -> str:
        at = f" at {self.member!r}" if self.case.by else ""
        return (
            f"{self.metric}, {self.case}, period from {self.start}{at}: "
            f"the layer says {self.layer}, the raw rows {self.proof}"
        )


@dataclass
class Tally:
    """Cells compared by metric, and the differences."""

    cells: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    refused: list[Case] = field(default_factory=list)

    def count(self, metric: str, value: Value) -> None:
        """One more cell; cells that hold a value are counted apart."""
        self.cells[metric] = self.cells.get(metric, 0) + 1
        self.values[metric] = self.values.get(metric, 0) + (value is not None)

    def add(self, other: Tally) -> None:
        """Take over what another tally counted."""
        for metric, cells in other.cells.items():
            self.cells[metric] = self.cells.get(metric, 0) + cells
            self.values[metric] = self.values.get(metric, 0) + other.values[metric]
        self.differences += other.differences
        self.refused += other.refused

    def report(self, most: int = 25) -> str:
        """The first differences, one per line, at most one per metric and question."""
        seen: dict[tuple[str, str], Difference] = {}
        for one in self.differences:
            seen.setdefault((one.metric, str(one.case)), one)
        lines = [str(one) for one in list(seen.values())[:most]]
        return "\n".join([f"{len(self.differences)} cells differ", *lines])


def same(layer: Value, proof: Value) -> bool:
    """Equal up to the rounding of floats; no value is only equal to no value."""
    if layer is None or proof is None:
        return layer is proof
    return math.isclose(layer, proof, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def compare(layer: Layer, world: World, cases: Sequence[Case], seed: int = 0) -> Tally:
    """Ask both roads all questions; the layer gets them in one batch, as a page asks them.

    What the layer refuses to answer is not compared, but listed.
    """
    tally = Tally()
    with layer.hold() as pinned:
        asked = list(cases)
        try:
            results = pinned.query_many([case.query() for case in asked])
        except UnsafeAggregationError:
            asked = [_without_refused(pinned, case, tally) for case in cases]
            asked = [case for case in asked if case.metrics]
            results = pinned.query_many([case.query() for case in asked])
    for case, result in zip(asked, results, strict=True):
        found = cells_of(result, case.by)
        for metric in case.metrics:
            _compare_metric(tally, world, case, metric, found, random.Random(f"{seed} {metric}"))
    return tally


def _without_refused(pinned: Pinned, case: Case, tally: Tally) -> Case:
    """A question without the metrics that cannot be split by so much at once."""
    if _answers(pinned, case):
        return case
    kept = []
    for metric in case.metrics:
        one = replace(case, metrics=(metric,))
        if _answers(pinned, one):
            kept.append(metric)
        else:
            tally.refused.append(one)
    return replace(case, metrics=tuple(kept))


def _answers(pinned: Pinned, case: Case) -> bool:
    try:
        pinned.query_many([replace(case, grain=None).query()])
    except UnsafeAggregationError:
        return False
    return True


Cells = dict[tuple[str, date], dict[Any, Value]]


def cells_of(result: Result, by: Sequence[str] = ()) -> Cells:
    """The layer's values by metric and start of the period, then by member ('' for the total)."""
    found: Cells = {}
    frame = result.frame
    for row in frame.to_dict("records"):
        member = tuple(plain(row[name]) for name in by) if by else ""
        cell = found.setdefault((row["metric"], row["start"]), {})
        if member in cell:
            raise AssertionError(f"{row['metric']} has two rows for {member} from {row['start']}")
        cell[member] = None if row["value"] != row["value"] else row["value"]
    return found


def plain(member: Any) -> str | None:
    """A member as the layer writes it: text, None for the empty bucket."""
    return None if member is None or member != member else str(member)


def _compare_metric(
    tally: Tally, world: World, case: Case, metric: str, found: Cells, chance: random.Random
) -> None:
    periods = buckets(case.start, case.end, case.grain, world.week_start, world.fiscal_month)
    known = {tuple(map(plain, one)): one for one in _tuples(world, case.by)}
    where = {name: _as_known(world, name, members) for name, members in case.where}
    for start, end in periods:
        cells = found.pop((metric, start), {})
        for strange in cells.keys() - known.keys() - {""}:
            tally.differences.append(
                Difference(metric, case, start, strange, "a member no row has", None)
            )
        asked = _chosen(cells, known, chance) if case.by else [""]
        if not case.by:
            proved = answer(world, metric, start, end, where=where)
        else:
            members = [known[one] for one in asked]
            told = answer(world, metric, start, end, case.by, where, members)
            proved = {tuple(map(plain, member)): value for member, value in told.items()}
        for member in asked:
            value = proved[member]
            tally.count(metric, value)
            agree = (
                same(cells[member], value)
                if member in cells
                else bool(case.by) and value in (None, 0)  # nobody there: no row is needed
            )
            if not agree:
                layer = cells.get(member, "no row")
                tally.differences.append(Difference(metric, case, start, member, layer, value))


def _tuples(world: World, by: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return members_of(world, tuple(by)) if by else []


def _as_known(world: World, name: str, members: Iterable[str | None]) -> list[Any]:
    known = {plain(one): one for one in members_of(world, name)}
    return [known.get(member, member) for member in members]


def _chosen(cells: Mapping[Any, Value], known: Mapping[Any, Any], chance: random.Random) -> list:
    """Some members: of those the layer shows, and of those it does not."""
    shown = sorted((one for one in cells if one in known), key=repr)
    hidden = sorted((one for one in known if one not in cells), key=repr)
    keep = MOST_MEMBERS * 2 // 3
    shown = shown if len(shown) <= MOST_MEMBERS else chance.sample(shown, keep)
    room = MOST_MEMBERS - keep
    hidden = hidden if len(hidden) <= room else chance.sample(hidden, room)
    return shown + hidden


def by_dimension(layer: Layer, names: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each dimension with the metrics that may be split by it."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        for dimension in layer.catalog.metrics[name].dimensions:
            wanted.setdefault(dimension, []).append(name)
    yield from ((dimension, tuple(metrics)) for dimension, metrics in sorted(wanted.items()))
