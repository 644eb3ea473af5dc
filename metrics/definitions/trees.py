"""The forms as trees: one function per form, listed in `FORMS`, that makes leaves and arithmetic.

before  ratio: {numerator: daily_active_users, denominator: monthly_active_users}
after   Binary("/", Leaf("session_users", "keys", 1 day), Leaf("session_users", "keys", 30 days))
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from metrics.definitions.expressions import (
    OPERATORS,
    Binary,
    Blend,
    CalendarValue,
    Constant,
    GrowthOf,
    Leaf,
    Node,
    Positive,
    Scaled,
    Setting,
    names_in,
    parse_arithmetic,
    shifted,
    whole,
)
from metrics.definitions.loader import Definitions
from metrics.definitions.model import SPECIALS, Metric
from metrics.errors import did_you_mean
from metrics.periods import AT_END, PERIOD, WindowSpec, parse_shift, parse_window


class Refused(Exception):
    """A form that cannot be resolved; the message becomes a Problem at the metric's line."""


class Resolves(Protocol):
    """What a form asks of the resolver: see `resolve.Resolver`."""

    definitions: Definitions
    settings: Mapping[str, float]

    def part_of(self, metric: Metric, name: str) -> Node: ...

    def operand(self, name: str, window: WindowSpec, metric: Metric | None = None) -> Node: ...

    def leaf(
        self, name: str, take: str, window: WindowSpec, metric: Metric | None = None
    ) -> Leaf: ...

    def measure_of(self, name: str, *kinds: str) -> str: ...


def window_of(metric: Metric) -> WindowSpec:
    return parse_window(metric.window)


def _measure(resolver: Resolves, metric: Metric) -> Node:
    assert metric.measure is not None
    if metric.measure not in resolver.definitions.measures:
        raise Refused(
            f"there is no measure '{metric.measure}'. "
            f"{did_you_mean(metric.measure, resolver.definitions.measures)}"
        )
    return resolver.operand(metric.measure, window_of(metric), metric)


def operands_of(metric: Metric) -> set[str]:
    """Names `across` may speak of."""
    if metric.ratio:
        return {metric.ratio.numerator, metric.ratio.denominator}
    if metric.expression:
        try:
            return names_in(parse_arithmetic(metric.expression))
        except ValueError:  # refused where the expression itself is resolved
            return set(metric.across)
    return set()


def _ratio(resolver: Resolves, metric: Metric) -> Node:
    assert metric.ratio is not None
    numerator = resolver.part_of(metric, metric.ratio.numerator)
    denominator = resolver.part_of(metric, metric.ratio.denominator)
    return Binary("/", numerator, Positive(denominator) if metric.ratio.positive else denominator)


def _expression(resolver: Resolves, metric: Metric) -> Node:
    assert metric.expression is not None
    try:
        tree = parse_arithmetic(metric.expression)
    except ValueError as error:
        raise Refused(str(error)) from error
    return _arithmetic(resolver, tree, metric)


def _arithmetic(resolver: Resolves, tree: ast.expr, metric: Metric) -> Node:
    if isinstance(tree, ast.BinOp):
        return Binary(
            OPERATORS[type(tree.op)],
            _arithmetic(resolver, tree.left, metric),
            _arithmetic(resolver, tree.right, metric),
        )
    if isinstance(tree, ast.UnaryOp):
        return Binary("-", Constant(0.0), _arithmetic(resolver, tree.operand, metric))
    if isinstance(tree, ast.Constant):
        return Constant(float(tree.value))  # type: ignore[arg-type]
    if isinstance(tree, ast.Attribute):
        if tree.attr not in resolver.settings:
            raise Refused(
                f"there is no setting '{tree.attr}'. {did_you_mean(tree.attr, resolver.settings)}"
            )
        return Setting(resolver.settings[tree.attr], tree.attr)
    assert isinstance(tree, ast.Name)
    if tree.id in ("days", "hours"):
        return CalendarValue(tree.id, window_of(metric))
    return resolver.part_of(metric, tree.id)


def _growth(resolver: Resolves, metric: Metric) -> Node:
    assert metric.growth is not None
    current = resolver.operand(metric.growth.of, window_of(metric))
    base = shifted(current, parse_shift(metric.growth.over))
    return GrowthOf(current, base, metric.growth.compound)


def _change(resolver: Resolves, metric: Metric) -> Node:
    assert metric.change is not None
    current = resolver.operand(metric.change.of, window_of(metric))
    return Binary("-", current, shifted(current, parse_shift(metric.change.over)))


def _offset(resolver: Resolves, metric: Metric) -> Node:
    assert metric.offset is not None
    current = resolver.operand(metric.offset.of, window_of(metric))
    return shifted(current, parse_shift(metric.offset.by))


def _composite(resolver: Resolves, metric: Metric) -> Node:
    assert metric.composite is not None
    parts = metric.composite.parts.values()
    weights = tuple(part.weight for part in parts)
    return Blend(
        tuple(Scaled(resolver.operand(one.metric, window_of(metric)), one.scale) for one in parts),
        weights,
        metric.composite.minimum_weight * sum(weights),
    )


def _movement(resolver: Resolves, metric: Metric) -> Node:
    assert metric.movement is not None
    form = metric.movement
    resolver.measure_of(form.measure, "movement")
    leaf = resolver.leaf(form.measure, form.take, window_of(metric), metric)
    return replace(leaf, segment=form.segment)


def _entities(resolver: Resolves, metric: Metric) -> Node:
    assert metric.entities is not None
    form = metric.entities
    for name in form.measures:
        resolver.measure_of(name, "flow", "stock", "movement")
    leaf = resolver.leaf(form.measures[0], form.aggregate, window_of(metric), metric)
    return replace(leaf, others=form.measures[1:], by=form.by, number=form.number)


def _lifecycle(resolver: Resolves, metric: Metric) -> Node:
    assert metric.lifecycle is not None
    form = metric.lifecycle
    window = window_of(metric)
    if not window.trailing or window.shift.months:
        raise Refused("a lifecycle needs a window of so many days, such as '30 days'")
    name = resolver.measure_of(form.measure, "distinct")
    if form.take != "dormant":
        return resolver.leaf(name, f"keys_{form.take}", window, metric)
    before = resolver.leaf(name, "keys_before", window, metric)
    return Binary("-", before, resolver.leaf(name, "keys_returning", window, metric))


def _quantile(resolver: Resolves, metric: Metric) -> Node:
    assert metric.quantile is not None
    resolver.measure_of(metric.quantile.measure, "rows")
    leaf = resolver.leaf(metric.quantile.measure, "quantile", window_of(metric), metric)
    return replace(leaf, number=metric.quantile.q)


def _cohort(resolver: Resolves, metric: Metric) -> Node:
    assert metric.cohort is not None
    form = metric.cohort
    resolver.measure_of(form.measure, "cohort")
    if form.reached == "after" and window_of(metric) == PERIOD:
        raise Refused(
            "who comes back later than any day is never final for a period; give it a window, "
            "such as '90 days', that is seen from its last day"
        )
    sides = [
        replace(
            resolver.leaf(form.measure, take, window_of(metric), metric),
            segment=form.reached,
            days=form.days,
            until=form.matures,
        )
        for take in ("reached", "size")
    ]
    return Binary("/", sides[0], sides[1])


def _score(resolver: Resolves, metric: Metric) -> Node:
    assert metric.score is not None
    form = metric.score
    score = resolver.definitions.scores.get(form.score)
    if score is None:
        raise Refused(
            f"there is no score '{form.score}'. "
            f"{did_you_mean(form.score, resolver.definitions.scores)}"
        )
    if form.take.endswith("_true") and not score.is_flag:
        raise Refused(f"score '{form.score}' is no flag, so it holds for nobody; name a bound")
    bound = 100 if score.is_flag else form.bound
    if form.bound is not None and form.bound not in score.bounds:
        raise Refused(f"bound {form.bound} is not among the bounds of score '{form.score}'")
    if form.of is not None and form.of not in score.sums:
        raise Refused(f"'{form.of}' is not among the sums of score '{form.score}'")
    summed = (form.of,) if form.of else ()
    total = Leaf(form.score, "total", AT_END, others=summed)
    count = replace(total, take="entities")
    under = replace(total, take="under", number=bound)
    at_least = Binary("-", count, under)
    return {
        "mean": Binary("/", total, count),
        "mean_weighted": Binary("/", total, count),
        "count": count,
        "count_under": under,
        "count_at_least": at_least,
        "count_true": at_least,
        "share_under": Binary("/", under, count),
        "share_at_least": Binary("/", at_least, count),
        "share_true": Binary("/", at_least, count),
        "sum_under": under,
        "sum_at_least": at_least,
        "sum_true": at_least,
    }[form.take]


def _mean_age(resolver: Resolves, metric: Metric) -> Node:
    assert metric.mean_age is not None
    form, window = metric.mean_age, window_of(metric)
    wanted = "start_day" if form.unit == "days" else "start_second"
    count, start = _stocks(resolver, metric, form.count, form.start, wanted)
    if form.unit == "days":
        return _mean_days(count, start, window)
    seconds = Binary("-", Binary("*", CalendarValue("closes", window), count), start)
    return Binary("/", Binary("/", seconds, count), Constant(3600.0))


def _mean_ahead(resolver: Resolves, metric: Metric) -> Node:
    assert metric.mean_ahead is not None
    form, window = metric.mean_ahead, window_of(metric)
    count, end = _stocks(resolver, metric, form.count, form.end, "end_day")
    today = Binary("*", CalendarValue("day_number", window), count)
    return Binary("/", Binary("-", end, today), count)


def _stocks(
    resolver: Resolves, metric: Metric, count: str, summed: str, value: str
) -> tuple[Leaf, Leaf]:
    """Two stocks of the same intervals: how many there are, and the sum of one of their ends."""
    for name in (count, summed):
        resolver.measure_of(name, "stock")
    found = resolver.definitions.measures[summed].value
    if found is None or (found in SPECIALS and found != value):
        raise Refused(f"measure '{summed}' has to sum {value}, or a column of such numbers")
    window = window_of(metric)
    return (
        resolver.leaf(count, "level", window, metric),
        resolver.leaf(summed, "level", window, metric),
    )


def _since_last(resolver: Resolves, metric: Metric) -> Node:
    assert metric.since_last is not None
    name = resolver.measure_of(metric.since_last.measure, "distinct")
    count = resolver.leaf(name, "known_keys", window_of(metric), metric)
    return _mean_days(count, replace(count, take="last_days"), window_of(metric))


def _mean_days(count: Leaf, day_sum: Leaf, window: WindowSpec) -> Node:
    """(as-of day number x count - sum of day numbers) / count."""
    open_days = Binary("*", CalendarValue("day_number", window), count)
    return Binary("/", Binary("-", open_days, day_sum), count)


def _time_in(resolver: Resolves, metric: Metric) -> Node:
    assert metric.time_in is not None
    name = resolver.measure_of(metric.time_in.measure, "stock")
    if metric.time_in.unit == "days":
        return resolver.leaf(name, "time_days", window_of(metric), metric)
    if not resolver.definitions.measures[name].clock:
        raise Refused(f"measure '{name}' keeps whole days; hours need `clock: true`")
    leaf = resolver.leaf(name, "time_seconds", window_of(metric), metric)
    return Binary("/", leaf, Constant(3600.0))


def _key_days(resolver: Resolves, metric: Metric) -> Node:
    assert metric.key_days is not None
    name = resolver.measure_of(metric.key_days.measure, "distinct")
    return resolver.leaf(name, "key_days", window_of(metric), metric)


def _share_of_total(resolver: Resolves, metric: Metric) -> Node:
    assert metric.share_of_total is not None
    part = resolver.operand(metric.share_of_total, window_of(metric), metric)
    return Binary("/", part, whole(part))


FORMS: dict[str, Callable[[Resolves, Metric], Node]] = {
    "measure": _measure,
    "ratio": _ratio,
    "expression": _expression,
    "growth": _growth,
    "change": _change,
    "offset": _offset,
    "movement": _movement,
    "entities": _entities,
    "lifecycle": _lifecycle,
    "quantile": _quantile,
    "cohort": _cohort,
    "score": _score,
    "composite": _composite,
    "mean_age": _mean_age,
    "mean_ahead": _mean_ahead,
    "since_last": _since_last,
    "time_in": _time_in,
    "key_days": _key_days,
    "share_of_total": _share_of_total,
}
