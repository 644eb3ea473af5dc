"""What a number is counted in, and what arithmetic makes of it.

    currency / count = currency         a mean amount
    count / count    = a quotient       read as a ratio or a percentage
    seconds / 3600   = hours            constants that turn one length of time into another
    currency + count                    refused

Strict where sure and silent where not: a unit that is not known (None) goes with everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SECONDS_IN = {
    "ms": 0.001,
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86_400.0,
    "weeks": 7 * 86_400.0,
    "months": 365.25 / 12 * 86_400,
    "years": 365.25 * 86_400,
}
CONVERSIONS = frozenset({24.0, 60.0, 1000.0, 1440.0, 3600.0, 60_000.0, 86_400.0, 3_600_000.0})
"""Constants that can only mean a change of the length of time; others leave it unknown."""

DECLARED_AS = {
    "count": {"count"},
    "percentage": {"percentage", "ratio"},
    "score": {"score"},
    "ratio": {"ratio", "percentage"},
    "quotient": {"ratio", "percentage"},
    "months of money": {"ratio", "percentage", "duration"},
    "number": {"count", "percentage", "ratio", "score"},
    "currency": {"currency"},
    "duration": {"duration"},
    "moment": set(),
}
"""Units a metric may declare for what its formula gives."""

IN_WORDS = {"currency": "currency", "quotient": "a ratio", "moment": "a sum of dates"}

PURE = ("percentage", "ratio", "quotient", "number")
"""Factors that leave the other operand what it is."""

APART = (
    {"count", "percentage"},
    {"count", "score"},
    {"percentage", "score"},
    {"count", "quotient"},
    {"score", "quotient"},
)
"""Numbers without money or time that cannot be added either."""


class Mismatch(Exception):
    """Arithmetic on units that do not go together; the message says which and how."""


@dataclass(frozen=True)
class Unit:
    """What a number is counted in.

    kind     currency, duration, count, percentage, score or ratio as metrics declare them;
             quotient for what a division of likes gives, number for what only constants say,
             moment for sums of dates, which are good for mean ages alone
    seconds  of one unit, for durations of a known length (and quotients of two of them)
    free     a constant is a factor of it, so that a quotient may be on any scale
    """

    kind: str
    seconds: float | None = None
    free: bool = False

    def __str__(self) -> str:
        if self.kind == "duration":
            length = next((name for name in SECONDS_IN if self._is(name)), None)
            return f"a duration in {length}" if length else "a duration"
        if self.kind == "months of money":
            return "a ratio of two amounts"
        return IN_WORDS.get(self.kind, f"a {self.kind}")

    def _is(self, name: str) -> bool:
        return self.seconds is not None and abs(self.seconds / SECONDS_IN[name] - 1) < 0.02


CURRENCY, COUNT, PERCENTAGE, SCORE = map(Unit, ("currency", "count", "percentage", "score"))
RATIO, NUMBER, QUOTIENT, MOMENT = map(Unit, ("ratio", "number", "quotient", "moment"))
PER_MONTH = Unit("months of money")


def duration(length: str | None) -> Unit:
    """A duration whose unit has this name, of unknown length for other names."""
    return Unit("duration", SECONDS_IN.get(length or ""))


def declared(unit: str, display_unit: str) -> Unit:
    """The unit a metric declares."""
    return duration(display_unit) if unit == "duration" else Unit(unit)


def fits(unit: Unit, wanted: Unit) -> bool:
    """Whether a metric that declares `wanted` may have a formula that gives `unit`."""
    if wanted.kind not in DECLARED_AS[unit.kind]:
        return unit.free and unit.kind == "months of money" and wanted.kind in DECLARED_AS["number"]
    if unit.seconds is None:
        return True
    if unit.kind == "duration":
        return wanted.seconds is None or abs(unit.seconds / wanted.seconds - 1) < 0.02
    return wanted.kind != "percentage" or abs(unit.seconds - 1) < 1e-9


def added(left: Unit | None, right: Unit | None) -> Unit | None:
    """The unit of a sum or difference. Raises Mismatch."""
    if left is None or right is None:
        return left or right
    kinds = {left.kind, right.kind}
    if kinds & {"currency", "duration"} and len(kinds) > 1 and not kinds & {"number"}:
        raise Mismatch(f"{left} and {right}")
    if kinds in APART:
        raise Mismatch(f"{left} and {right}")
    if kinds == {"duration"} and left.seconds and right.seconds and not fits(left, right):
        raise Mismatch(f"{left} and {right}")
    for unit, other in ((left, right), (right, left)):
        if other.kind == "number":
            return unit
    return left if left.kind == right.kind else None


def multiplied(left: Unit | None, right: Unit | None) -> Unit | None:
    """The unit of a product of two operands. Raises Mismatch."""
    if left is None or right is None:
        return None
    kinds = [left.kind, right.kind]
    if "moment" in kinds:
        return None
    if kinds == ["currency", "currency"]:
        raise Mismatch(f"{left} by {right}")
    if "currency" in kinds:  # a price per month times months, a mean amount times how many
        return CURRENCY
    for unit, other in ((left, right), (right, left)):
        if other.kind in PURE and other.seconds is None:
            return NUMBER if unit.kind in (*PURE, "score") else _beside(unit, other)
    return COUNT if kinds == ["count", "count"] else None


def divided(left: Unit | None, right: Unit | None) -> Unit | None:
    """The unit of a quotient of two operands. Raises Mismatch."""
    if left is None or right is None:
        return None
    free = left.free or right.free
    if left.kind == "currency":
        return replace(PER_MONTH, free=free) if right.kind == "currency" else CURRENCY
    if right.kind == "currency":
        return RATIO if left.kind in ("count", "number") else None
    if left.kind == right.kind == "duration":
        factor = left.seconds / right.seconds if left.seconds and right.seconds else None
        return Unit("quotient", factor)
    if right.kind == "duration":
        return RATIO if left.kind == "count" else None
    if right.kind in PURE:
        return NUMBER if left.kind in PURE else _beside(left, right)
    if left.kind == "count":
        return (NUMBER if free else QUOTIENT) if right.kind == "count" else None
    return left if right.kind == "count" else None


def _beside(unit: Unit, other: Unit) -> Unit:
    """A unit next to a factor: one of constants may have changed the length of time."""
    return replace(unit, seconds=None) if other.kind == "number" else unit


def scaled(unit: Unit | None, by: float) -> Unit | None:
    """The unit after multiplying with a constant: seconds / 3600 are hours."""
    if unit is None or unit.kind in ("score", "number", "moment"):
        return unit
    if unit.kind in ("currency", "count", "months of money"):
        return replace(unit, free=True)
    if unit.seconds is not None:
        factor = by if by > 1 else 1 / by if by else 0.0
        known = round(factor, 6) in CONVERSIONS
        return replace(unit, seconds=unit.seconds / by if known else None)
    if unit.kind == "duration" or by in (1.0, -1.0):
        return unit
    return NUMBER
