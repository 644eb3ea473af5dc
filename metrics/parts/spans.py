"""Which days the two sides of a ratio speak of: what happened in different windows has no ratio.

pours in 30 days / devices now            fine: a state has no days
sessions in 30 days / users in 30 days    fine
users today / users in 30 days            fine: the share of keys that also came today
sessions in the period / users in 30 days refused
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from metrics.definitions.expressions import OPERATORS, Binary, CalendarValue, Leaf, Node
from metrics.definitions.model import Metric
from metrics.kinds import MOVEMENT_TAKES
from metrics.parts.formulas import formula_of
from metrics.periods import WindowSpec, parse_window

SUMS = frozenset({"sum", "key_days", "time_days", "time_seconds"})
CHANGES = MOVEMENT_TAKES - {"closing", "closing_count"}
WORDS = {"period": "the asked period", "end": "the last day", "beginning": "all days"}


@dataclass(frozen=True)
class Span:
    """What a number tells of its window: sums of days, keys seen in it, or changes across it."""

    about: str
    window: WindowSpec
    measure: str


Spans = frozenset[Span]
NONE: Spans = frozenset()


def spans_of(node: Node) -> Spans:
    """The windows a number sums over; a rate within one window has none of its own."""
    if isinstance(node, Leaf):
        about = _about(node)
        return frozenset({Span(about, node.window, node.measure)}) if about else NONE
    if isinstance(node, CalendarValue):
        timed = node.what in ("days", "hours")
        return frozenset({Span("days", node.window, node.what)}) if timed else NONE
    if not isinstance(node, Binary):
        return NONE
    left, right = spans_of(node.left), spans_of(node.right)
    if node.operator == "/" and _windows(left) & _windows(right):
        return NONE
    return left | right


def _about(leaf: Leaf) -> str | None:
    if leaf.take in SUMS:
        return "days"
    if leaf.take.startswith("keys"):
        return "keys"
    return "changes" if leaf.take in CHANGES else None


def span_problems(metric: Metric, tree: Node, moving: Collection[str]) -> Iterator[str]:
    """Where a metric's own formula sets different days against each other.

    `moving` are the dimensions that are read as of a day.
    """
    formula = formula_of(metric)
    if formula is not None:
        yield from _problems(formula, tree)
    split = [dimension for dimension in metric.dimensions if dimension in moving]
    if split and isinstance(tree, Binary) and _split_apart(tree.left, tree.right):
        yield f"by {split[0]}, one side goes by the opening and the other by the closing `segment`"
    if metric.window != "period" and parse_window(metric.window) not in _all_windows(tree):
        yield (
            f"window '{metric.window}' changes nothing: what it is made of has windows of its own"
        )


def _split_apart(left: Node, right: Node) -> bool:
    """Whether customers of both sides are told by the plan they had on different days."""
    return (
        isinstance(left, Leaf)
        and isinstance(right, Leaf)
        and {left.take, right.take} <= CHANGES
        and left.segment != right.segment
    )


def _problems(formula: ast.expr, node: Node) -> Iterator[str]:
    """Formula and tree have the same shape: one says how it is written, the other what it is."""
    if isinstance(formula, ast.UnaryOp) and isinstance(node, Binary):
        yield from _problems(formula.operand, node.right)
    if not isinstance(formula, ast.BinOp) or not isinstance(node, Binary):
        return
    yield from _problems(formula.left, node.left)
    yield from _problems(formula.right, node.right)
    left, right = spans_of(node.left), spans_of(node.right)
    if left and right and _apart(OPERATORS[type(formula.op)], left, right):
        text = f"{ast.unparse(formula.left)}' is over {_told(left)}"
        other = f"{ast.unparse(formula.right)}' over {_told(right)}"
        yield f"'{ast.unparse(formula)}' needs one window, but '{text} and '{other}"


def _apart(operator: str, left: Spans, right: Spans) -> bool:
    """Whether two sides speak of different days, and not on purpose.

    On purpose: keys of a day against keys of a month, the same measure in a short and a long
    window, and the window before as a longer one minus this one.
    """
    if _windows(left) & _windows(right) or operator == "*":
        return False
    both = left | right
    of_range = any(span.window.form == "period" for span in both)
    if operator == "/":
        if all(span.about == "keys" for span in both):
            return False
        sums = all(span.about == "days" for span in both)
        alike = {span.measure for span in left} == {span.measure for span in right}
        return of_range or not (sums and alike)
    return of_range and not any(span.about == "keys" for span in both)


def _windows(spans: Spans) -> set[WindowSpec]:
    return {span.window for span in spans}


def _told(spans: Spans) -> str:
    return " and ".join(sorted(_in_words(window) for window in _windows(spans)))


def _in_words(window: WindowSpec) -> str:
    if window.trailing:
        count, unit = (
            window.shift.days or window.shift.months,
            "day" if window.shift.days else "month",
        )
        return f"{count} {unit}{'s' if count > 1 else ''}"
    return WORDS.get(window.form, f"the {window.form} to date")


def _all_windows(node: Node) -> set[WindowSpec]:
    if isinstance(node, (Leaf, CalendarValue)):
        return {node.window}
    return {window for child in node.children() for window in _all_windows(child)}
