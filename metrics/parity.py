"""Asks two builds of the same data every metric's questions and compares the values.

Two engines that agree on each number prove nothing about its meaning, but a difference always
proves a fault: both sides run the same definitions over the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from metrics.build.run import Progress
from metrics.layer import Layer, Pinned, open_layer
from metrics.periods import Grain, add_months
from metrics.pipeline import run_build, silent
from metrics.query.catalog import MetricInfo
from metrics.query.question import Query
from metrics.result import Result
from metrics.settings import Settings

TOLERANCE = 1e-9
MOST_SPLITS = 3


@dataclass(frozen=True)
class Difference:
    """One value two builds disagree on; None is no value, `absent` no row at all."""

    metric: str
    question: str
    left: float | str | None
    right: float | str | None

    def __str__(self) -> str:
        return f"{self.metric} {self.question}: {_shown(self.left)} against {_shown(self.right)}"


@dataclass(frozen=True)
class Parity:
    """What a comparison of two builds found.

    left, right  engine and warehouse of each side.
    metrics      metrics live on both sides; `values` of them were compared.
    only_left, only_right  metrics live on one side only.
    """

    left: str
    right: str
    metrics: int
    questions: int
    values: int
    differences: tuple[Difference, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether both sides have the same metrics and the same values."""
        return not (self.differences or self.only_left or self.only_right)

    def lines(self, most: int = 20) -> list[str]:
        """The finding as text, the first `most` differences spelled out."""
        text = [
            f"{self.left} against {self.right}",
            f"{self.metrics} metrics, {self.questions} questions, {self.values:,} values: "
            f"{len(self.differences)} different",
        ]
        text += [f"  {difference}" for difference in self.differences[:most]]
        if len(self.differences) > most:
            text.append(f"  and {len(self.differences) - most:,} more")
        for side, names in ((self.left, self.only_left), (self.right, self.only_right)):
            if names:
                text.append(f"Live on {side} only: {', '.join(names)}")
        return text


def run_parity(left: Settings, right: Settings, progress: Progress = silent) -> Parity:
    """Compare two warehouses; one that has no build yet is built first.

    Raises WarehouseError or DefinitionError as a build does.
    """
    layers = [_built(settings, progress) for settings in (left, right)]
    try:
        return compare(layers[0], layers[1], progress=progress)
    finally:
        for layer in layers:
            layer.close()


def _built(settings: Settings, progress: Progress) -> Layer:
    layer = open_layer(settings)
    if layer.store.current_id() is None:
        run_build(settings, progress)
    return layer


def compare(
    left: Layer,
    right: Layer,
    *,
    metrics: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Parity:
    """Compare the current builds of two layers over the same data.

    Every metric (or those named) that is live on both sides is asked by day (14 days), week,
    month and in total; alone, by up to three of its dimensions, and with one filter.
    """
    tell = progress or silent
    with left.hold() as a, right.hold() as b:
        live_a, live_b = _live(a, metrics), _live(b, metrics)
        both = {name: info for name, info in live_a.items() if name in live_b}
        batches = list(_batches(both, a, min(a.build.as_of, b.build.as_of)))
        questions, values = 0, 0
        differences: list[Difference] = []
        for done, (about, queries) in enumerate(batches):
            tell(f"Comparing {about}", done / len(batches))
            answers = zip(queries, a.query_many(queries), b.query_many(queries), strict=True)
            for query, one, other in answers:
                table = _side_by_side(one, other)
                questions += 1
                values += len(table)
                differences += _differences(table, query)
        tell("Done", 1.0)
        return Parity(
            left=_label(a),
            right=_label(b),
            metrics=len(both),
            questions=questions,
            values=values,
            differences=tuple(differences),
            only_left=tuple(name for name in live_a if name not in live_b),
            only_right=tuple(name for name in live_b if name not in live_a),
        )


def _label(pinned: Pinned) -> str:
    return f"{pinned.build.warehouse} ({pinned.build.engine})"


def _live(pinned: Pinned, metrics: Sequence[str] | None) -> dict[str, MetricInfo]:
    infos = (
        pinned.catalog.metrics.values()
        if metrics is None
        else [pinned.catalog.resolve(name) for name in metrics]
    )
    return {info.name: info for info in infos if info.answerable}


def _batches(
    infos: Mapping[str, MetricInfo], pinned: Pinned, end: date
) -> Iterator[tuple[str, list[Query]]]:
    """Questions that share a split, so that each side runs one statement per part for them."""
    yield "totals", _at_every_grain(tuple(infos), end)
    members = {name: pinned.members(name) for name in pinned.catalog.dimensions}
    for dimension in pinned.catalog.dimensions:
        split = tuple(name for name, info in infos.items() if dimension in _chosen(info))
        if split:
            yield f"by {dimension}", _at_every_grain(split, end, by=(dimension,))
        filtered = tuple(name for name, info in infos.items() if _filter(info) == dimension)
        if filtered and members[dimension]:
            where = ((dimension, (members[dimension][0],)),)
            yield f"where {dimension}", _at_every_grain(filtered, end, where=where)


def _chosen(info: MetricInfo) -> tuple[str, ...]:
    """First, middle and last of a metric's dimensions: far apart, so of different tables."""
    found = info.dimensions
    if len(found) <= MOST_SPLITS:
        return found
    return (found[0], found[len(found) // 2], found[-1])


def _filter(info: MetricInfo) -> str | None:
    return info.dimensions[0] if info.dimensions else None


def _at_every_grain(
    names: tuple[str, ...],
    end: date,
    by: tuple[str, ...] = (),
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = (),
) -> list[Query]:
    starts = {
        Grain.DAY: end - timedelta(days=13),
        Grain.WEEK: end - timedelta(weeks=6),
        Grain.MONTH: add_months(end.replace(day=1), -7),
        None: add_months(end, -12) + timedelta(days=1),
    }
    return [Query(names, start, end, grain, by=by, where=where) for grain, start in starts.items()]


def _side_by_side(left: Result, right: Result) -> pd.DataFrame:
    keys = ["metric", "start", "end", *left.by]
    one, other = left.frame[[*keys, "value"]], right.frame[[*keys, "value"]]
    return one.merge(
        other, on=keys, how="outer", suffixes=("_left", "_right"), indicator="found_in"
    )


def _differences(table: pd.DataFrame, query: Query) -> Iterator[Difference]:
    left, right = table["value_left"].to_numpy(float), table["value_right"].to_numpy(float)
    # Sums that cancel leave crumbs near zero, so below one the tolerance is absolute.
    room = TOLERANCE * np.fmax(1.0, np.fmax(np.abs(left), np.abs(right)))
    same = (np.abs(left - right) <= room) | (np.isnan(left) & np.isnan(right))
    found = table["found_in"].to_numpy()
    for row in np.flatnonzero(~same | (found != "both")):
        place = table.iloc[row]
        yield Difference(
            metric=str(place["metric"]),
            question=_described(query, place),
            left="absent" if found[row] == "right_only" else _known(left[row]),
            right="absent" if found[row] == "left_only" else _known(right[row]),
        )


def _described(query: Query, row: pd.Series) -> str:
    terms = [f"by {query.grain}" if query.grain else "total", f"{row['start']} to {row['end']}"]
    terms += [f"{name} {_named(row[name])}" for name in query.by]
    terms += [f"where {name} is {', '.join(map(_named, found))}" for name, found in query.where]
    return ", ".join(terms)


def _named(member: object) -> str:
    return "(none)" if member is None or member != member else f"'{member}'"


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _shown(value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return "no value" if value is None else f"{value:.12g}"
