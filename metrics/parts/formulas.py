"""What each metric's own formula gives: its unit, against the one it declares.

One function per form, listed in `FORMS`. A metric used inside another counts with the unit it
declares, so that one mistake is one problem, at the metric that makes it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from metrics.definitions.expressions import OPERATORS, parse_arithmetic
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Measure, Metric
from metrics.parts.units import (
    COUNT,
    CURRENCY,
    MOMENT,
    NUMBER,
    PERCENTAGE,
    SCORE,
    SECONDS_IN,
    Mismatch,
    Unit,
    added,
    declared,
    divided,
    duration,
    fits,
    multiplied,
    scaled,
)
from metrics.sources.model import Fact, Queries

SPECIAL_UNITS = {
    "days": duration("days"),
    "seconds": duration("seconds"),
    "start_day": MOMENT,
    "end_day": MOMENT,
    "start_second": MOMENT,
}
"""Units of the values an interval has of itself."""

OF_ENTITIES = {
    "differ_by": COUNT,
    "count_above": COUNT,
    "top_share": PERCENTAGE,
    "share_at_least": PERCENTAGE,
}
"""Units of aggregates over entities; the others keep the unit of what they look at."""

VERBS = {"+": "adds", "-": "subtracts", "*": "multiplies", "/": "divides"}


class Formulas:
    """Units of measures, metrics and formulas over them."""

    def __init__(self, definitions: Definitions, queries: Queries) -> None:
        self.definitions = definitions
        self.queries = queries

    def problems(self, metric: Metric) -> Iterator[str]:
        """What is wrong with the unit of one metric whose names all exist."""
        wanted = declared(metric.unit, metric.display_unit)
        if metric.unit == "duration" and metric.display_unit not in {"", *SECONDS_IN}:
            yield f"is a duration, and '{metric.display_unit}' is no length of time"
            return
        try:
            found = FORMS[metric.form](self, metric) if metric.form in FORMS else None
        except Mismatch as mismatch:
            yield str(mismatch)
            return
        if found is not None and not fits(found, wanted) and not _mean_of(found, metric):
            yield f"its unit is {_named(wanted)}, but {_formula(metric)} gives {found}"

    def operand(self, name: str) -> Unit | None:
        """The unit of a name inside a formula: a metric's declared one, a measure's own."""
        if name in self.definitions.metrics:
            metric = self.definitions.metrics[name]
            return declared(metric.unit, metric.display_unit)
        return self.measure(name)

    def measure(self, name: str) -> Unit | None:
        """What a measure's rows add up to."""
        measure = self.definitions.measures.get(name)
        fact = self.queries.facts.get(measure.fact) if measure else None
        return _unit_of(measure, fact) if measure and fact else None

    def arithmetic(self, tree: ast.expr) -> Unit | None:
        """The unit of an expression. Raises Mismatch with the part that does not go together."""
        if isinstance(tree, ast.UnaryOp):
            return self.arithmetic(tree.operand)
        if isinstance(tree, ast.Constant):
            return NUMBER
        if isinstance(tree, ast.Name):
            return None if tree.id in ("days", "hours") else self.operand(tree.id)
        if not isinstance(tree, ast.BinOp):
            return None  # a setting may be anything
        left, right = self.arithmetic(tree.left), self.arithmetic(tree.right)
        operator = OPERATORS[type(tree.op)]
        try:
            return _combined(operator, (tree.left, left), (tree.right, right))
        except Mismatch as mismatch:
            text = f"'{ast.unparse(tree)}' {VERBS[operator]} {mismatch}"
            raise Mismatch(text) from mismatch


def _combined(
    operator: str, left: tuple[ast.expr, Unit | None], right: tuple[ast.expr, Unit | None]
) -> Unit | None:
    (left_tree, left_unit), (right_tree, right_unit) = left, right
    first, second = _constant(left_tree), _constant(right_tree)
    if operator in "+-":
        return added(left_unit, right_unit)
    if operator == "*" and first is not None:
        return scaled(right_unit, first)
    if second:
        return scaled(left_unit, second if operator == "*" else 1 / second)
    return (multiplied if operator == "*" else divided)(left_unit, right_unit)


def _constant(tree: ast.expr) -> float | None:
    return float(tree.value) if isinstance(tree, ast.Constant) else None  # type: ignore[arg-type]


def _unit_of(measure: Measure, fact: Fact) -> Unit | None:
    """Rows are counted; money and times say what they are; other columns may hold anything."""
    if measure.value is None or measure.kind in ("distinct", "cohort"):
        return COUNT
    if measure.value in SPECIAL_UNITS and measure.value not in fact.columns:
        return SPECIAL_UNITS[measure.value]
    column = fact.columns.get(measure.value)
    if column is None:
        return None
    if column.type in ("money", "share"):
        return CURRENCY if column.type == "money" else NUMBER
    length = measure.value.rpartition("_")[2]
    return duration(length) if length in SECONDS_IN else None


def _mean_of(unit: Unit, metric: Metric) -> bool:
    """Whether it is a mean number of things that the metric names."""
    return unit.kind == "quotient" and metric.unit == "count" and metric.display_unit != ""


def _named(unit: Unit) -> str:
    """A declared unit as the definition writes it, with the length of a duration."""
    return str(unit).removeprefix("a ")


def _formula(metric: Metric) -> str:
    """What a metric's form is called in a message."""
    if metric.expression:
        return f"'{metric.expression}'"
    if metric.ratio:
        return f"'{metric.ratio.numerator} / {metric.ratio.denominator}'"
    form = getattr(metric, metric.form)
    return f"'{form}'" if isinstance(form, str) else f"{metric.form}"


def formula_of(metric: Metric) -> ast.expr | None:
    """The arithmetic of a ratio or an expression; None for other forms and for bad text."""
    text = metric.expression
    if metric.ratio:
        text = f"{metric.ratio.numerator} / {metric.ratio.denominator}"
    try:
        return parse_arithmetic(text) if text else None
    except ValueError:
        return None


def _arithmetic(formulas: Formulas, metric: Metric) -> Unit | None:
    tree = formula_of(metric)
    return formulas.arithmetic(tree) if tree is not None else None


def _same(formulas: Formulas, metric: Metric) -> Unit | None:
    """A change and an earlier value are in the unit of what they are of."""
    form = metric.change or metric.offset
    assert form is not None
    return formulas.operand(form.of)


def _movement(formulas: Formulas, metric: Metric) -> Unit | None:
    assert metric.movement is not None
    counted = metric.movement.take.endswith("_count")
    return COUNT if counted else formulas.measure(metric.movement.measure)


def _entities(formulas: Formulas, metric: Metric) -> Unit | None:
    assert metric.entities is not None
    units = [formulas.measure(name) for name in metric.entities.measures]
    if len(units) > 1:
        try:
            added(*units)
        except Mismatch as mismatch:
            raise Mismatch(f"compares {mismatch}") from mismatch
    return OF_ENTITIES.get(metric.entities.aggregate, units[0])


def _score(formulas: Formulas, metric: Metric) -> Unit | None:
    assert metric.score is not None
    kind = metric.score.take.partition("_")[0]
    if kind == "sum":
        return formulas.measure(metric.score.of or "")
    return {"mean": SCORE, "count": COUNT, "share": PERCENTAGE}[kind]


def _mean_age(formulas: Formulas, metric: Metric) -> Unit | None:
    assert metric.mean_age is not None
    return duration(metric.mean_age.unit)


def _composite(formulas: Formulas, metric: Metric) -> Unit | None:
    """Every part on its scale; a scale beyond what its metric can be is in another unit."""
    assert metric.composite is not None
    for label, part in metric.composite.parts.items():
        scaled_metric = formulas.definitions.metrics.get(part.metric)
        most = scaled_metric.maximum if scaled_metric else None
        highest = max(x for x, _ in part.scale)
        if most is not None and highest > most:
            raise Mismatch(
                f"{label}: its scale goes to {highest:g}, but '{part.metric}' is at most {most:g}"
            )
    return SCORE


def _time_in(formulas: Formulas, metric: Metric) -> Unit | None:
    """Hours, or days: days of many things may be told as a duration or counted."""
    assert metric.time_in is not None
    if metric.time_in.unit == "days" and metric.unit == "count":
        return COUNT
    return duration(metric.time_in.unit)


def _own_measure(formulas: Formulas, metric: Metric) -> Unit | None:
    if metric.quantile is not None:
        return formulas.measure(metric.quantile.measure)
    return formulas.measure(metric.measure or "")


def _always(unit: Unit) -> Callable[[Formulas, Metric], Unit | None]:
    return lambda formulas, metric: unit


FORMS: dict[str | None, Callable[[Formulas, Metric], Unit | None]] = {
    "measure": _own_measure,
    "quantile": _own_measure,
    "ratio": _arithmetic,
    "expression": _arithmetic,
    "change": _same,
    "offset": _same,
    "movement": _movement,
    "entities": _entities,
    "score": _score,
    "composite": _composite,
    "time_in": _time_in,
    "growth": _always(PERCENTAGE),
    "cohort": _always(PERCENTAGE),
    "share_of_total": _always(PERCENTAGE),
    "lifecycle": _always(COUNT),
    "key_days": _always(COUNT),
    "mean_age": _mean_age,
    "mean_ahead": _always(duration("days")),
    "since_last": _always(duration("days")),
}
