"""What a build says about itself: kept inside it, so data and description cannot part."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class FactState(BaseModel):
    """One fact in a build: rows used, the days it covers, or what it misses.

    `seen_on` lists the days on which a snapshot was taken.
    """

    model_config = ConfigDict(frozen=True)

    rows: int = 0
    first_day: date | None = None
    as_of: date | None = None
    file: str = ""
    missing: tuple[str, ...] = ()
    seen_on: tuple[date, ...] = ()

    @property
    def available(self) -> bool:
        """Whether metrics can rest on it: it was read, and it has rows."""
        return not self.missing and self.as_of is not None


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
    """Everything a reader needs to know about a build without asking the warehouse."""

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
    entities_missing: dict[str, tuple[str, ...]] = {}
    findings: tuple[FindingInfo, ...] = ()
    identities: tuple[IdentityInfo, ...] = ()
    needs_missing: dict[str, tuple[str, ...]] = {}
    definitions_hash: str = ""
    settings: dict[str, Any] = {}
