"""What may be added up along the members of a dimension, read off a metric's tree.

    new_mrr - churned_mrr       a sum: members' values add up to the whole
    churned_mrr / opening_mrr   a quotient of two sums: rates do not add up, both of its sides do
    users of a feature          counted once per feature, so nothing adds up by feature
    median, blend, product      no parts at all

Three answers follow: whether values add up (shares, stacks), whether members can be put together
as "other" (every leaf has to add up), and whether a change has exact parts (sum or quotient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metrics.definitions.expressions import (
    Binary,
    Constant,
    GrowthOf,
    Leaf,
    Node,
    Positive,
)
from metrics.definitions.model import Measure
from metrics.kinds import KINDS, MOVEMENT_TAKES, PER_ENTITY
from metrics.parts.model import Model

OF_KEYS = KINDS["distinct"].takes
FOREIGN = "it adds a number that no {dimension} has a part of"
PRODUCT = (
    "it multiplies or divides numbers that both differ by {dimension}, and only sums, or one sum "
    "over another, have exact parts"
)


ONE = Constant(1.0)


class HasNoParts(Exception):
    """Why a number has no parts along a dimension, as the second half of a sentence."""


@dataclass(frozen=True)
class Parts:
    """How a number is made of parts along a dimension.

    same      it does not differ by member
    sum       `upper` is a sum over members
    quotient  `upper` and `lower` are, and the number is one over the other
    """

    form: Literal["same", "sum", "quotient"]
    upper: Node
    lower: Node = ONE


class Additivity:
    """Reads trees of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def parts(self, tree: Node, dimension: str) -> Parts:
        """A number as sums over the members of a dimension. Raises HasNoParts."""
        if not any(leaf.kept((dimension,)) for leaf in tree.leaves()):
            return Parts("same", tree)
        if isinstance(tree, Leaf):
            reason = self.why_not(tree, dimension)
            if reason:
                raise HasNoParts(reason)
            return Parts("sum", tree)
        if isinstance(tree, Positive):  # the whole has no value at all unless it is above zero
            return self.parts(tree.node, dimension)
        if isinstance(tree, GrowthOf) and tree.compound == 1:
            current, base = self.parts(tree.current, dimension), self.parts(tree.base, dimension)
            if current.form == base.form == "sum":
                change = Binary("-", current.upper, base.upper)
                return Parts("quotient", change, base.upper)
        if isinstance(tree, Binary):
            left, right = self.parts(tree.left, dimension), self.parts(tree.right, dimension)
            return _combined(tree.operator, left, right, dimension)
        raise HasNoParts("it is no sum over members, nor one sum over another")

    def adds_up(self, tree: Node, dimension: str) -> bool:
        """Whether members' values are parts of the whole's."""
        try:
            return self.parts(tree, dimension).form == "sum"
        except HasNoParts:
            return False

    def has_parts(self, tree: Node, dimension: str) -> bool:
        """Whether a change of the whole has exact parts by member."""
        try:
            return self.parts(tree, dimension).form != "same"
        except HasNoParts:
            return False

    def can_be_grouped(self, tree: Node, dimension: str) -> bool:
        """Whether several members have one number together: what it is made of adds up."""
        return not any(
            self.why_not(leaf, dimension) for leaf in set(tree.leaves()) if leaf.kept((dimension,))
        )

    def why_not(self, leaf: Leaf, dimension: str) -> str:
        """Why the members of a leaf do not add up to the whole; empty when they do."""
        if leaf.take in PER_ENTITY:
            return "it looks at single entities before it counts, which members do not add up to"
        measure = self.model.definitions.measures.get(leaf.measure)
        if measure is None:
            return ""  # an entity with a score is in one member
        if leaf.take in OF_KEYS:
            if self._is_one_per_key(measure, dimension):
                return ""
            key = " and ".join(measure.key)
            return f"it counts each {key} once, and one may stand under several of {dimension}"
        if leaf.take == "quantile":
            return "a quantile of the whole does not follow from those of its members"
        adds = KINDS[measure.kept_as].over_dimensions or leaf.take in MOVEMENT_TAKES
        return "" if adds else "its members do not add up to the whole"

    def _is_one_per_key(self, measure: Measure, dimension: str) -> bool:
        """Whether what is counted once stands under one member, too."""
        path = self.model.joins.path(dimension, measure.key)
        if path is None or path.calendar:
            return False
        return path == self.model.joins.path(dimension, (*measure.key, *measure.within))


def _combined(operator: str, left: Parts, right: Parts, dimension: str) -> Parts:
    if operator in ("+", "-"):
        return _added(operator, left, right, dimension)
    if left.form == "same" and operator == "*":
        left, right = right, left
    if right.form == "same":
        return Parts(left.form, Binary(operator, left.upper, right.upper), left.lower)
    if operator == "/" and left.form == right.form == "sum":
        return Parts("quotient", left.upper, right.upper)
    raise HasNoParts(PRODUCT.format(dimension=dimension))


def _added(operator: str, left: Parts, right: Parts, dimension: str) -> Parts:
    """Sums of sums are sums; quotients are added over one denominator."""
    if left.form == right.form and left.lower == right.lower:
        return Parts(left.form, Binary(operator, left.upper, right.upper), left.lower)
    if left.form == "same" and left.upper == Constant(0.0):
        return Parts(right.form, Binary(operator, left.upper, right.upper), right.lower)
    forms = {left.form, right.form}
    if forms == {"same", "quotient"}:
        lower = left.lower if left.form == "quotient" else right.lower
        sides = [
            Binary("*", one.upper, lower) if one.form == "same" else one.upper
            for one in (left, right)
        ]
        return Parts("quotient", Binary(operator, *sides), lower)
    raise HasNoParts((FOREIGN if "same" in forms else PRODUCT).format(dimension=dimension))
