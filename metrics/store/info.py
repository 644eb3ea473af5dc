"""What a build says about itself: kept inside it, so data and description cannot part."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

RECENT_DAYS = 90
"""A source without a row in so many days before its system's watermark has fallen silent."""


class FactState(BaseModel):
    """One fact in a build: rows used, the days it covers, or what it misses.

    `as_of` is how far its systems are complete; `last_seen` the last day any row speaks of: for
    intervals the last day one of them is in force. `seen_on` lists the days on which a snapshot
    was taken.
    """

    model_config = ConfigDict(frozen=True)

    rows: int = 0
    first_day: date | None = None
    last_seen: date | None = None
    as_of: date | None = None
    file: str = ""
    missing: tuple[str, ...] = ()
    seen_on: tuple[date, ...] = ()

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


class FindingInfo(BaseModel):
    """Rows of a query that were set aside, with the reason."""

    model_config = ConfigDict(frozen=True)

    about: str
    reason: str
    rows: int


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
    with the declared ones of their columns and the family of each.
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
    findings: tuple[FindingInfo, ...] = ()
    identities: tuple[IdentityInfo, ...] = ()
    definitions_hash: str = ""
    settings: dict[str, Any] = {}
