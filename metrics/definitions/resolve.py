"""Turns definitions into trees: every metric's form becomes arithmetic on leaves.

One function per form, listed in `FORMS`. Unknown names, cycles and takes a kind does not
have are collected as problems, never raised one by one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from metrics.definitions.expressions import (
    OPERATORS,
    Binary,
    CalendarValue,
    Constant,
    GrowthOf,
    Leaf,
    Node,
    parse_arithmetic,
    shifted,
)
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Metric
from metrics.errors import Problem, did_you_mean
from metrics.periods import AT_END, WindowSpec, parse_shift, parse_window

DEFAULT_TAKE = {
    "flow": "sum",
    "stock": "level",
    "distinct": "keys",
    "movement": "level",
    "snapshot": "level",
}


class _Refused(Exception):
    """A form that cannot be resolved; the message becomes a Problem at the metric's line."""


@dataclass
class Resolver:
    """Resolves names to trees once each; `trees` holds the metrics that could be."""

    definitions: Definitions
    settings: Mapping[str, float]
    trees: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def resolve_all(self) -> None:
        """Fill `trees` and `problems` for every metric with a form."""
        for name, metric in self.definitions.metrics.items():
            if metric.form is not None:
                try:
                    self.metric(name)
                except _Refused as refusal:
                    self.problems.append(self.definitions.problem(name, str(refusal)))

    def metric(self, name: str) -> Node:
        """The tree of a metric, resolved on first use."""
        if name in self.trees:
            return self.trees[name]
        if name in self._open:
            cycle = " -> ".join([*self._open[self._open.index(name) :], name])
            raise _Refused(f"refers to itself: {cycle}")
        metric = self.definitions.metrics[name]
        form = metric.form
        if form is None:
            raise _Refused(f"rests on '{name}', which is a placeholder without a formula")
        self._open.append(name)
        try:
            tree = FORMS[form](self, metric)
        finally:
            self._open.pop()
        self.trees[name] = tree
        return tree

    def operand(self, name: str, window: WindowSpec, metric: Metric | None = None) -> Node:
        """The tree of a name used inside another metric: a metric, or a measure's own number."""
        if name in self.definitions.metrics:
            return self.metric(name)
        if name in self.definitions.measures:
            measure = self.definitions.measures[name]
            if measure.kind not in DEFAULT_TAKE:
                raise _Refused(f"measure '{name}' is of kind {measure.kind}: it has no plain value")
            take = "time_days" if measure.spread else DEFAULT_TAKE[measure.kind]
            return self.leaf(name, take, window, metric)
        known = [*self.definitions.metrics, *self.definitions.measures]
        raise _Refused(f"there is no metric or measure '{name}'. {did_you_mean(name, known)}")

    def leaf(self, name: str, take: str, window: WindowSpec, metric: Metric | None = None) -> Leaf:
        """A leaf over a measure, with the metric's filter."""
        if name not in self.definitions.measures:
            raise _Refused(
                f"there is no measure '{name}'. {did_you_mean(name, self.definitions.measures)}"
            )
        where = tuple(sorted(metric.where.items())) if metric else ()
        return Leaf(name, take, window, where=where)

    def measure_of(self, name: str, *kinds: str) -> str:
        """`name` when it is a measure of one of these kinds."""
        if name not in self.definitions.measures:
            raise _Refused(
                f"there is no measure '{name}'. {did_you_mean(name, self.definitions.measures)}"
            )
        kind = self.definitions.measures[name].kind
        if kind not in kinds:
            raise _Refused(f"measure '{name}' is of kind {kind}; this needs {' or '.join(kinds)}")
        return name


def _window(metric: Metric) -> WindowSpec:
    return parse_window(metric.window)


def _measure(resolver: Resolver, metric: Metric) -> Node:
    assert metric.measure is not None
    if metric.measure not in resolver.definitions.measures:
        raise _Refused(
            f"there is no measure '{metric.measure}'. "
            f"{did_you_mean(metric.measure, resolver.definitions.measures)}"
        )
    return resolver.operand(metric.measure, _window(metric), metric)


def _ratio(resolver: Resolver, metric: Metric) -> Node:
    assert metric.ratio is not None
    numerator = resolver.operand(metric.ratio.numerator, _window(metric))
    return Binary("/", numerator, resolver.operand(metric.ratio.denominator, _window(metric)))


def _expression(resolver: Resolver, metric: Metric) -> Node:
    assert metric.expression is not None
    try:
        tree = parse_arithmetic(metric.expression)
    except ValueError as error:
        raise _Refused(str(error)) from error
    return _arithmetic(resolver, tree, _window(metric))


def _arithmetic(resolver: Resolver, tree: ast.expr, window: WindowSpec) -> Node:
    if isinstance(tree, ast.BinOp):
        return Binary(
            OPERATORS[type(tree.op)],
            _arithmetic(resolver, tree.left, window),
            _arithmetic(resolver, tree.right, window),
        )
    if isinstance(tree, ast.UnaryOp):
        return Binary("-", Constant(0.0), _arithmetic(resolver, tree.operand, window))
    if isinstance(tree, ast.Constant):
        return Constant(float(tree.value))  # type: ignore[arg-type]
    if isinstance(tree, ast.Attribute):
        if tree.attr not in resolver.settings:
            raise _Refused(
                f"there is no setting '{tree.attr}'. {did_you_mean(tree.attr, resolver.settings)}"
            )
        return Constant(resolver.settings[tree.attr])
    assert isinstance(tree, ast.Name)
    if tree.id in ("days", "hours"):
        return CalendarValue(tree.id, window)
    return resolver.operand(tree.id, window)


def _growth(resolver: Resolver, metric: Metric) -> Node:
    assert metric.growth is not None
    current = resolver.operand(metric.growth.of, _window(metric))
    base = shifted(current, parse_shift(metric.growth.over))
    return GrowthOf(current, base, metric.growth.compound)


def _change(resolver: Resolver, metric: Metric) -> Node:
    assert metric.change is not None
    current = resolver.operand(metric.change.of, _window(metric))
    return Binary("-", current, shifted(current, parse_shift(metric.change.over)))


def _movement(resolver: Resolver, metric: Metric) -> Node:
    assert metric.movement is not None
    form = metric.movement
    resolver.measure_of(form.measure, "movement")
    leaf = resolver.leaf(form.measure, form.take, _window(metric), metric)
    return replace(leaf, segment=form.segment)


def _entities(resolver: Resolver, metric: Metric) -> Node:
    assert metric.entities is not None
    form = metric.entities
    for name in form.measures:
        resolver.measure_of(name, "flow", "stock", "movement")
    leaf = resolver.leaf(form.measures[0], form.aggregate, _window(metric), metric)
    return replace(leaf, others=form.measures[1:], by=form.by, number=form.number)


def _lifecycle(resolver: Resolver, metric: Metric) -> Node:
    assert metric.lifecycle is not None
    form = metric.lifecycle
    window = _window(metric)
    if not window.trailing or window.shift.months:
        raise _Refused("a lifecycle needs a window of so many days, such as '30 days'")
    name = resolver.measure_of(form.measure, "distinct")
    if form.take != "dormant":
        return resolver.leaf(name, f"keys_{form.take}", window, metric)
    before = resolver.leaf(name, "keys_before", window, metric)
    return Binary("-", before, resolver.leaf(name, "keys_returning", window, metric))


def _quantile(resolver: Resolver, metric: Metric) -> Node:
    assert metric.quantile is not None
    resolver.measure_of(metric.quantile.measure, "rows")
    leaf = resolver.leaf(metric.quantile.measure, "quantile", _window(metric), metric)
    return replace(leaf, number=metric.quantile.q)


def _cohort(resolver: Resolver, metric: Metric) -> Node:
    assert metric.cohort is not None
    form = metric.cohort
    resolver.measure_of(form.measure, "cohort")
    sides = [
        replace(
            resolver.leaf(form.measure, take, _window(metric), metric),
            segment=form.reached,
            days=form.days,
        )
        for take in ("reached", "size")
    ]
    return Binary("/", sides[0], sides[1])


def _score(resolver: Resolver, metric: Metric) -> Node:
    assert metric.score is not None
    form = metric.score
    score = resolver.definitions.scores.get(form.score)
    if score is None:
        raise _Refused(
            f"there is no score '{form.score}'. "
            f"{did_you_mean(form.score, resolver.definitions.scores)}"
        )
    if form.take not in ("mean", "count") and form.bound not in score.bounds:
        raise _Refused(f"bound {form.bound} is not among the bounds of score '{form.score}'")
    total = Leaf(form.score, "total", AT_END)
    count = replace(total, take="entities")
    under = replace(total, take="under", number=form.bound)
    at_least = Binary("-", count, under)
    return {
        "mean": Binary("/", total, count),
        "count": count,
        "count_under": under,
        "count_at_least": at_least,
        "share_under": Binary("/", under, count),
        "share_at_least": Binary("/", at_least, count),
    }[form.take]


def _mean_age(resolver: Resolver, metric: Metric) -> Node:
    assert metric.mean_age is not None
    count = resolver.leaf(
        resolver.measure_of(metric.mean_age.count, "stock"), "level", _window(metric), metric
    )
    start = resolver.leaf(
        resolver.measure_of(metric.mean_age.start, "stock"), "level", _window(metric), metric
    )
    return _mean_days(count, start, _window(metric))


def _since_last(resolver: Resolver, metric: Metric) -> Node:
    assert metric.since_last is not None
    name = resolver.measure_of(metric.since_last.measure, "distinct")
    count = resolver.leaf(name, "known_keys", _window(metric), metric)
    return _mean_days(count, replace(count, take="last_days"), _window(metric))


def _mean_days(count: Leaf, day_sum: Leaf, window: WindowSpec) -> Node:
    """(as-of day number x count - sum of day numbers) / count."""
    open_days = Binary("*", CalendarValue("day_number", window), count)
    return Binary("/", Binary("-", open_days, day_sum), count)


def _time_in(resolver: Resolver, metric: Metric) -> Node:
    assert metric.time_in is not None
    name = resolver.measure_of(metric.time_in.measure, "stock")
    if metric.time_in.unit == "days":
        return resolver.leaf(name, "time_days", _window(metric), metric)
    if not resolver.definitions.measures[name].clock:
        raise _Refused(f"measure '{name}' keeps whole days; hours need `clock: true`")
    leaf = resolver.leaf(name, "time_seconds", _window(metric), metric)
    return Binary("/", leaf, Constant(3600.0))


def _key_days(resolver: Resolver, metric: Metric) -> Node:
    assert metric.key_days is not None
    name = resolver.measure_of(metric.key_days.measure, "distinct")
    return resolver.leaf(name, "key_days", _window(metric), metric)


def _share_of_total(resolver: Resolver, metric: Metric) -> Node:
    assert metric.share_of_total is not None
    part = resolver.operand(metric.share_of_total, _window(metric), metric)
    return Binary("/", part, _whole(part))


def _whole(node: Node) -> Node:
    """The same tree asked at the outer grain, so that the denominator is never a sum of rows."""
    if isinstance(node, Leaf):
        return replace(node, whole=True)
    if isinstance(node, Binary):
        return replace(node, left=_whole(node.left), right=_whole(node.right))
    if isinstance(node, GrowthOf):
        return replace(node, current=_whole(node.current), base=_whole(node.base))
    return node


FORMS: dict[str, Callable[[Resolver, Metric], Node]] = {
    "measure": _measure,
    "ratio": _ratio,
    "expression": _expression,
    "growth": _growth,
    "change": _change,
    "movement": _movement,
    "entities": _entities,
    "lifecycle": _lifecycle,
    "quantile": _quantile,
    "cohort": _cohort,
    "score": _score,
    "mean_age": _mean_age,
    "since_last": _since_last,
    "time_in": _time_in,
    "key_days": _key_days,
    "share_of_total": _share_of_total,
}
