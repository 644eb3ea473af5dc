"""Short words of definitions, written out for readers."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.periods import WindowSpec

KINDS: Mapping[str, str] = {
    "flow": "sum of the days",
    "stock": "state at the end",
    "distinct": "each counted once",
    "movement": "change between both ends",
    "cohort": "share of a cohort",
    "quantile": "quantile of rows",
    "snapshot": "state of the last build's day",
    "score": "score",
    "composite": "weighted mean of metrics",
    "ratio": "ratio",
    "derived": "arithmetic on metrics",
    "entities": "summary over one row per entity",
}
DIRECTIONS: Mapping[str, str] = {
    "up": "more is better",
    "down": "less is better",
    "neutral": "neither more nor less is better",
}
WINDOWS: Mapping[str, str] = {
    "period": "the days of the period",
    "end": "the last day",
    "beginning": "everything so far",
}


def kind_in_words(kind: str) -> str:
    """What a kind gives, with its name."""
    meaning = KINDS[kind]
    return kind if meaning == kind else f"{kind} ({meaning})"


def window_in_words(window: WindowSpec) -> str:
    """Which days a metric looks at, seen from a period."""
    shift = window.shift
    if window.trailing:
        length, unit = (shift.months, "month") if shift.months else (shift.days, "day")
        return f"the last {unit}" if length == 1 else f"the last {length} {unit}s"
    return WINDOWS.get(window.form, f"the {window.form} so far")


def unit_in_words(unit: str, display_unit: str) -> str:
    """What a value is in."""
    if unit == "percentage":
        return "percentage, kept as a share (0.25 is 25%)"
    if not display_unit:
        return unit
    if display_unit.startswith("per "):
        return f"{unit} {display_unit}"
    return f"{unit} of {display_unit}" if unit == "count" else f"{unit}, in {display_unit}"


def escaped(text: str) -> str:
    """A text that stays inside its cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").strip()
