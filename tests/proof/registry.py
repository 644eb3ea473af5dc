"""The list of proofs: which function proves a metric, and which facts it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.question import Question

Compute = Callable[["Question"], float | None]


@dataclass(frozen=True)
class Proof:
    """One metric: the function, the facts it cannot do without, and those it can.

    `settles` are the days that have to pass before a day's number is final.
    """

    name: str
    compute: Compute
    facts: tuple[str, ...]
    uses: tuple[str, ...]
    settles: int


PROOFS: dict[str, Proof] = {}


def proof(
    name: str, *facts: str, uses: tuple[str, ...] = (), settles: int = 0
) -> Callable[[Compute], Compute]:
    """Register a function as the proof of a metric."""

    def register(compute: Compute) -> Compute:
        if name in PROOFS:
            raise ValueError(f"{name} is proved twice")
        PROOFS[name] = Proof(name, compute, facts, uses, settles)
        return compute

    return register
