"""What a build changed against the one before it, as days: kept inside the build."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

FROM_THE_BEGINNING = date.min


def earliest(days: Iterable[date | None]) -> date | None:
    """The earliest of some days, None where there is none.

    >>> earliest([None, date(2026, 3, 2), date(2026, 3, 1)]), earliest([None])
    (datetime.date(2026, 3, 1), None)
    """
    return min((day for day in days if day is not None), default=None)


class FactChange(BaseModel):
    """What one fact says differently than in the build before.

    rows_since  first day of rows that are new, gone or different, or that an entity's change
                reaches: what parts are made from anew
    since       first day of answers that may differ: `rows_since`, or where the fact's coverage
                moved; FROM_THE_BEGINNING where it has become or stopped being usable
    restated    days up to the previous as-of date whose rows changed: late, corrected, removed
    """

    model_config = ConfigDict(frozen=True)

    rows_since: date | None = None
    since: date | None = None
    restated: int = 0


class Changes(BaseModel):
    """What a build has to make anew, and from which day on.

    full      nothing of the previous build was used; `reason` says why
    facts     by fact; one without an entry did not change
    entities  by entity, the first day on which its attributes may read differently (those of a
              history change on a day, all others everywhere at once). Entities that only gained
              keys have no entry: rows that refer to a new key are changes of facts.

    >>> some = {"deals": FactChange(since=date(2026, 3, 1)), "leads": FactChange()}
    >>> found = Changes(full=False, facts=some)
    >>> found.of(["deals", "leads"]), found.of(["leads"]), Changes().of([])
    (datetime.date(2026, 3, 1), None, datetime.date(1, 1, 1))
    """

    model_config = ConfigDict(frozen=True)

    full: bool = True
    reason: str = ""
    facts: dict[str, FactChange] = {}
    entities: dict[str, date] = {}

    @property
    def mode(self) -> Literal["full", "incremental"]:
        """How the build was made, in a word."""
        return "full" if self.full else "incremental"

    def of(self, facts: Iterable[str], entities: Iterable[str] = ()) -> date | None:
        """First day on which anything that rests on some facts may differ; None for nowhere.

        `entities` are those whose attributes are read beside the facts when a question is asked.
        """
        if self.full:
            return FROM_THE_BEGINNING
        days = [self.facts[name].since for name in facts if name in self.facts]
        return earliest([*days, *(self.entities.get(name) for name in entities)])

    def rows_of(self, facts: Iterable[str]) -> date | None:
        """First day whose rows changed in some facts; None for nowhere."""
        if self.full:
            return FROM_THE_BEGINNING
        return earliest(self.facts[name].rows_since for name in facts if name in self.facts)
