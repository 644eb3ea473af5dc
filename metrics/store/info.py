"""What a build says about itself: kept inside it, so data and description cannot part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from metrics.store.changes import Changes

RECENT_DAYS = 90
"""A source without a row in so many days before its system's watermark has fallen silent."""


class FactState(BaseModel):
    """One fact in a build: rows used, the days it covers, or what it misses.

    `as_of` is how far its systems are complete; `last_seen` the last day any row speaks of: for
    intervals the last day one of them is in force. `seen_on` lists the days on which a snapshot
    was taken. `read_to` is the last full day when it was read; a build of a part of the facts
    leaves the others as they were.
    """

    model_config = ConfigDict(frozen=True)

    rows: int = 0
    first_day: date | None = None
    last_seen: date | None = None
    as_of: date | None = None
    file: str = ""
    missing: tuple[str, ...] = ()
    seen_on: tuple[date, ...] = ()
    read_to: date | None = None

    @property
    def available(self) -> bool:
        """Whether metrics can rest on it: it was read, and it has rows."""
        return not self.missing and self.as_of is not None

    @property
    def silent(self) -> bool:
        """Whether it has rows, but none of the last days up to its systems' watermark."""
        if self.as_of is None or self.last_seen is None:
            return False
        return (self.as_of - self.last_seen).days >= RECENT_DAYS


CheckKind = Literal[
    "unique",
    "not_null",
    "not_future",
    "forward",
    "references",
    "accepted",
    "positive",
    "filled",
]


class CheckInfo(BaseModel):
    """One promise of `queries/schema.yml` as this build found it kept or broken.

    about     the query, `fact.<name>` or `entity.<name>`; `sources` are the tables it comes from.
    kind      unique, not_null, not_future, forward (ends no earlier than it starts), references
              (`wanted` names the entity), accepted (`wanted` lists the values), positive, or
              filled (some row has a value).
    rows      rows that were looked at, `failing` those that break it; `examples` are a few of
              their values, short and printable.
    severity  error: the rows, or what rests on the column, are left out of every number;
              warning: they count, but are nowhere to be found when numbers are split.
    """

    model_config = ConfigDict(frozen=True)

    about: str
    kind: CheckKind
    column: str
    rows: int
    failing: int = 0
    examples: tuple[str, ...] = ()
    severity: Literal["error", "warning"] = "warning"
    wanted: str = ""
    sources: tuple[str, ...] = ()

    @property
    def found(self) -> str:
        """What the failing rows have, in a few words."""
        return FOUND[self.kind].format(column=self.column, wanted=self.wanted)

    @property
    def effect(self) -> str:
        """What that does to the numbers."""
        return EFFECTS[self.severity][self.kind]

    def __str__(self) -> str:
        """One line: what was found, in how many rows, for example, and what follows."""
        examples = f" ({', '.join(self.examples)})" if self.examples else ""
        rows = f"{self.failing:,} of {self.rows:,} rows"
        place = self.about.partition(".")[2]
        return f"{place}: {self.found} in {rows}{examples}, {self.effect}"


FOUND: Mapping[CheckKind, str] = {
    "unique": "{column} comes again",
    "not_null": "{column} is empty",
    "not_future": "{column} is after the last full day",
    "forward": "{column} is before the start",
    "references": "{column} is not among the {wanted}",
    "accepted": "{column} is an unknown word",
    "positive": "{column} is zero or less",
    "filled": "{column} has no value in any row",
}
_LEFT_OUT = "left out of every number"
_IN_NONE = "counted, in no group of that column"
EFFECTS: Mapping[str, Mapping[CheckKind, str]] = {
    "error": {
        **dict.fromkeys(("unique", "not_null", "not_future", "forward"), _LEFT_OUT),
        "filled": "no number rests on it",
    },
    "warning": {
        "not_null": _IN_NONE,
        "references": _IN_NONE,
        "accepted": "counted, in no group that metrics ask for",
        "positive": "counted as it stands",
        "filled": "nothing can be split by it",
    },
}


def kept_by_no_row(checks: Iterable[CheckInfo]) -> frozenset[tuple[str, str, str]]:
    """(about, column, kind) of columns without a value, or whose values all join nothing.

    An entity without rows has no values either; a fact without any is told apart elsewhere.
    """
    return frozenset(
        (check.about, check.column, check.kind)
        for check in checks
        if check.failing == check.rows
        if check.kind in ("filled", "references")
        if check.rows or (check.kind == "filled" and check.about.startswith("entity."))
    )


class IdentityInfo(BaseModel):
    """An identity as checked at the end of the build; `worst` is the largest difference."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    checked: int
    broken: int
    worst: float
    metrics: tuple[str, ...]
    example: str = ""


class BuildInfo(BaseModel):
    """Everything a reader needs to know about a build without asking the warehouse.

    `looked_for` are the tables the build looked for; `warehouse_tables` those of them it found,
    with the declared ones of their columns and the family of each. `watermarks` are the last days
    that systems told of. `models` are the published tables with the rows of each, `models_seconds`
    how long each took (the first one that tells of the company answers for all of them), and
    `models_shapes` digests of what they look like. `changes` says what differs from the build
    before; `shapes` what shaped the build, its facts and its scores, as digests: a later build may
    use only what it would have made alike.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    started_at: datetime
    finished_at: datetime
    engine: str
    warehouse: str
    is_demo: bool
    last_full_day: date
    as_of: date
    first_day: date
    facts: dict[str, FactState]
    parts: dict[str, str]
    looked_for: tuple[str, ...] = ()
    warehouse_tables: dict[str, dict[str, str]] = {}
    entities_missing: dict[str, tuple[str, ...]] = {}
    checks: tuple[CheckInfo, ...] = ()
    identities: tuple[IdentityInfo, ...] = ()
    models: dict[str, int] = {}
    models_seconds: dict[str, float] = {}
    models_shapes: dict[str, str] = {}
    definitions_hash: str = ""
    settings: dict[str, Any] = {}
    watermarks: dict[str, date] = {}
    changes: Changes = Changes()
    shapes: dict[str, str] = {}

    @cached_property
    def broken_columns(self) -> frozenset[tuple[str, str, str]]:
        """Columns no number can rest on: see `kept_by_no_row`."""
        return kept_by_no_row(self.checks)
