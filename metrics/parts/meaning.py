"""Checks of what metrics mean: units, windows and break-downs that cannot be right.

Each metric is judged by its own formula, with its operands as they declare themselves, so that
one mistake is one problem.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from metrics.definitions.expressions import Node, names_in, parse_arithmetic
from metrics.definitions.loader import Definitions
from metrics.definitions.model import Identity, Metric
from metrics.errors import Problem
from metrics.parts.breakdowns import Breakdowns
from metrics.parts.formulas import Formulas
from metrics.parts.joins import Joins
from metrics.parts.plan import Part
from metrics.parts.spans import span_problems
from metrics.parts.units import Mismatch, Unit, added
from metrics.sources.model import Queries


def meaning_problems(
    definitions: Definitions, queries: Queries, trees: Mapping[str, Node]
) -> Iterator[Problem]:
    """Units that do not go together, windows set against each other, words without effect."""
    formulas = Formulas(definitions, queries)
    moving = {name for name, dimension in definitions.dimensions.items() if dimension.as_of}
    for name, tree in trees.items():
        metric = definitions.metrics[name]
        messages = [
            *formulas.problems(metric),
            *span_problems(metric, tree, moving),
            *_filter_problems(metric, tree),
        ]
        yield from (definitions.problem(name, message) for message in messages)
    for name, identity in definitions.identities.items():
        for message in _identity_problems(identity, formulas):
            yield definitions.problem(f"identities.{name}", message)


def breakdown_problems(
    definitions: Definitions,
    queries: Queries,
    trees: Mapping[str, Node],
    parts: Sequence[Part],
    joins: Joins,
) -> Iterator[Problem]:
    """Dimensions that metrics and identities offer and some operand cannot follow."""
    kept: dict[str, list[Part]] = {}
    for part in parts:
        for measure in part.measures:
            kept.setdefault(measure, []).append(part)
    columns = {name: (*fact.columns, "day", "hour") for name, fact in queries.facts.items()}
    breakdowns = Breakdowns(definitions, kept, trees, joins, columns)
    for name, tree in trees.items():
        for message in breakdowns.problems(definitions.metrics[name], tree):
            yield definitions.problem(name, message)
    for name, identity in definitions.identities.items():
        for message in _not_offered(identity, definitions):
            yield definitions.problem(f"identities.{name}", message)


def _filter_problems(metric: Metric, tree: Node) -> Iterator[str]:
    """A filter belongs to a measure; over other metrics it would be silently left out."""
    wanted = set(metric.where.items())
    for leaf in tree.leaves():
        if not wanted <= set(leaf.where):
            yield f"`where` does not reach '{leaf.measure}': filter what the formula is made of"
            return


def _identity_problems(identity: Identity, formulas: Formulas) -> Iterator[str]:
    try:
        sides = [_unit(text, formulas) for text in (identity.left, identity.right)]
        added(*sides)
    except ValueError:
        return  # told where the sides are read
    except Mismatch as mismatch:
        text = str(mismatch)
        yield text if text.startswith("'") else f"holds {text} against each other"


def _not_offered(identity: Identity, definitions: Definitions) -> Iterator[str]:
    try:
        sides = [parse_arithmetic(text) for text in (identity.left, identity.right)]
    except ValueError:
        return
    names = sorted({name for side in sides for name in names_in(side)} & set(definitions.metrics))
    for dimension in [name for name in identity.dimensions if name in definitions.dimensions]:
        for name in names:
            if dimension not in definitions.metrics[name].dimensions:
                yield f"'{name}' does not offer the dimension '{dimension}'"


def _unit(text: str, formulas: Formulas) -> Unit | None:
    tree: ast.expr = parse_arithmetic(text)
    return formulas.arithmetic(tree)
