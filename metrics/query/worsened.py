"""What got worse by more than it usually moves: a change in units of the usual step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from metrics.errors import QueryError
from metrics.format import judge
from metrics.periods import Grain
from metrics.query.catalog import Catalog
from metrics.query.question import Query
from metrics.result import Result

Ask = Callable[[Sequence[Query]], list[Result]]


@dataclass(frozen=True)
class Worse:
    """A metric that got worse, how far it usually moves, and how many times that it did.

    `line` has its complete periods, oldest first.
    """

    metric: str
    value: float
    change: float
    growth: float
    usual: float
    times: float
    line: tuple[float, ...]


def worsened(ask: Ask, catalog: Catalog, query: Query, grain: Grain) -> list[Worse]:
    """Metrics of a question that got worse by more than their usual step, most steps first.

    The step is the median difference between two neighbouring complete periods of the grain in
    the same range. A metric that usually does not move has none and is left out, and so is one of
    which neither more nor less is better. Raises QueryError without a comparison.
    """
    if query.compare is None:
        raise QueryError("Nothing is compared.", "Give `compare`.")
    series = replace(query, grain=grain, compare=None)
    totals, steps = ask([query, series])
    usual = steps.usual_changes()
    found = []
    rows = totals.frame
    columns = (rows[name] for name in ("metric", "value", "change", "growth"))
    for metric, value, change, growth in zip(*columns, strict=True):
        info = catalog.resolve(metric)
        step = usual.get(metric, 0.0)
        if judge(change, growth, info.unit, info.direction) == "worse" and abs(change) > step > 0:
            times, line = abs(change) / step, _line(steps, metric)
            found.append(Worse(metric, value, change, growth, step, times, line))
    return sorted(found, key=lambda one: (-one.times, catalog.resolve(one.metric).tier))


def _line(steps: Result, metric: str) -> tuple[float, ...]:
    rows = steps.frame[steps.frame["metric"] == metric]
    known = rows[rows["complete"].astype(bool) & rows["value"].notna()]
    return tuple(known.sort_values("start")["value"].astype(float))
