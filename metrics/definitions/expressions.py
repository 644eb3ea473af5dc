"""A metric as a small tree: leaves are sums of parts, everything above is arithmetic.

`resolve` in `definitions.resolve` builds the trees, `query.evaluate` walks them. Missing
values stay missing through every node.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from metrics.periods import NO_SHIFT, PERIOD, Shift, WindowSpec

EVERY = "*"


@dataclass(frozen=True)
class Node:
    """Any node of a metric's tree."""

    def children(self) -> tuple[Node, ...]:
        """Nodes directly below."""
        return ()

    def leaves(self) -> Iterator[Leaf]:
        """All leaves below, left to right."""
        for child in self.children():
            yield from child.leaves()


@dataclass(frozen=True)
class Leaf(Node):
    """One number per period and member that a part can answer.

    measure  what is kept (a measure's or a score's name); several for entities.
    take     which number of it: see `kinds.TAKES`.
    window   the days it looks at; `shifts` move the period back first, outermost last.
    whole    it is asked without the split, so that a denominator is never a sum of rows.
    ignores  dimensions it neither splits nor filters by; `EVERY` stands for all of them.
    days     what a cohort has to reach it by; `until` are the days it needs to be judged.
    """

    measure: str
    take: str
    window: WindowSpec = PERIOD
    shifts: tuple[Shift, ...] = ()
    where: tuple[tuple[str, object], ...] = ()
    segment: str = "closing"
    others: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    number: float | None = None
    days: int = 0
    until: int = 0
    whole: bool = False
    ignores: tuple[str, ...] = ()

    def kept(self, dimensions: Sequence[str]) -> tuple[str, ...]:
        """Those of some dimensions that it is split by when it is asked by them.

        >>> Leaf("mrr", "level", ignores=("role",)).kept(("plan", "role"))
        ('plan',)
        """
        if self.whole or EVERY in self.ignores:
            return ()
        return tuple(name for name in dimensions if name not in self.ignores)

    def heeds(self, dimension: str) -> bool:
        """Whether a filter on a dimension applies to it."""
        return EVERY not in self.ignores and dimension not in self.ignores

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure or score it rests on."""
        return (self.measure, *self.others)

    @property
    def settles(self) -> int:
        """Days after a period until its number is final: its last cohort needs them.

        Any other window is told as of its last day, by the cohorts that are old enough then.
        """
        return self.until if self.window == PERIOD else 0

    def leaves(self) -> Iterator[Leaf]:
        yield self


@dataclass(frozen=True)
class Constant(Node):
    """A number from a definition."""

    value: float


@dataclass(frozen=True)
class Setting(Constant):
    """A number of the settings; what a metric means does not depend on how much it is."""

    value: float = field(repr=False)
    name: str = ""


@dataclass(frozen=True)
class CalendarValue(Node):
    """A fact of the calendar: `days` or `hours` of the window, `day_number` of its end.

    `closes` is the end of its last day in seconds since 1970.
    """

    what: str
    window: WindowSpec = PERIOD
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True)
class Binary(Node):
    """Two nodes and one of + - * /; x/0 is no value."""

    operator: str
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class GrowthOf(Node):
    """Relative change per step: (current/base) ** (1/compound) - 1, for a positive base."""

    current: Node
    base: Node
    compound: int = 1

    def children(self) -> tuple[Node, ...]:
        return (self.current, self.base)


@dataclass(frozen=True)
class Positive(Node):
    """The node where it is above zero, and no value elsewhere."""

    node: Node

    def children(self) -> tuple[Node, ...]:
        return (self.node,)


@dataclass(frozen=True)
class Scaled(Node):
    """A node on a scale of cut points: straight lines between them, flat outside."""

    node: Node
    points: tuple[tuple[float, float], ...]

    def children(self) -> tuple[Node, ...]:
        return (self.node,)


@dataclass(frozen=True)
class Blend(Node):
    """Weighted mean of the nodes that have a value, if those weigh at least `floor` together."""

    nodes: tuple[Node, ...]
    weights: tuple[float, ...]
    floor: float

    def children(self) -> tuple[Node, ...]:
        return self.nodes


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same tree with its leaves, calendar values and blends changed, the inner ones first."""
    if isinstance(node, (Leaf, CalendarValue)):
        return change(node)
    if isinstance(node, Binary):
        return replace(node, left=rebuilt(node.left, change), right=rebuilt(node.right, change))
    if isinstance(node, GrowthOf):
        return replace(node, current=rebuilt(node.current, change), base=rebuilt(node.base, change))
    if isinstance(node, (Positive, Scaled)):
        return replace(node, node=rebuilt(node.node, change))
    if isinstance(node, Blend):
        return change(replace(node, nodes=tuple(rebuilt(one, change) for one in node.nodes)))
    return node


def shifted(node: Node, shift: Shift) -> Node:
    """The same tree seen from an earlier date."""
    if shift == NO_SHIFT:
        return node

    def earlier(node: Node) -> Node:
        if not isinstance(node, (Leaf, CalendarValue)):
            return node
        return replace(node, shifts=(*node.shifts, shift))

    return rebuilt(node, earlier)


def without_parts(node: Node, is_missing: Callable[[Node], bool]) -> Node:
    """The same tree less the missing parts of blends, where enough weight is left."""

    def without(node: Node) -> Node:
        if not isinstance(node, Blend):
            return node
        parts = zip(node.nodes, node.weights, strict=True)
        kept = [(one, weight) for one, weight in parts if not is_missing(one)]
        if len(kept) == len(node.nodes) or sum(w for _, w in kept) < node.floor - 1e-9:
            return node
        nodes, weights = zip(*kept, strict=True)
        return replace(node, nodes=nodes, weights=weights)

    return rebuilt(node, without)


def across(node: Node, dimensions: tuple[str, ...]) -> Node:
    """The same tree without splits and filters by some dimensions."""

    def without(leaf: Node) -> Node:
        if not isinstance(leaf, Leaf):
            return leaf
        return replace(leaf, ignores=tuple(dict.fromkeys((*leaf.ignores, *dimensions))))

    return rebuilt(node, without) if dimensions else node


def whole(node: Node) -> Node:
    """The same tree asked at the outer grain, so that a denominator is never a sum of rows."""
    return rebuilt(node, lambda one: replace(one, whole=True) if isinstance(one, Leaf) else one)


OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


def parse_arithmetic(text: str) -> ast.expr:
    """The syntax tree of an arithmetic expression; raises ValueError for anything else.

    Allowed: names, `setting.<name>`, numbers, + - * / and brackets. At most 500 characters.
    """
    if len(text) > 500:
        raise ValueError("the expression is longer than 500 characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"'{text}' is not arithmetic") from error
    for node in ast.walk(tree):
        if not _allowed(node):
            raise ValueError(f"'{text}' may hold only names, numbers, + - * / and brackets")
    return tree


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "setting"
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub)
    return isinstance(node, (ast.BinOp, ast.Name, ast.Load, ast.USub, *OPERATORS))


def names_in(tree: ast.expr) -> set[str]:
    """Metric and measure names an arithmetic expression mentions."""
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id != "setting"
    }
