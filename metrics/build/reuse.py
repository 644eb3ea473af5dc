"""From which day on each part of a build is made anew, and what is copied of the build before.

The kinds in `BY_DAY` keep for a day what happened up to it, so their rows before the first change
stay as they are. The others are made whole: a stock begins and ends within an interval, a cohort
grows at its anchor day for ever, a movement knows the first day a customer ever paid.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from metrics.parts.model import Model
from metrics.parts.plan import Part, score_order
from metrics.store.base import Previous
from metrics.store.changes import FROM_THE_BEGINNING, Changes

BY_DAY = frozenset({"flow", "snapshot", "rows", "score"})


@dataclass(frozen=True)
class Reuse:
    """What the previous build is good for; `shapes` are those of the build being made.

    `kept` are facts that were not read: their parts stay, whatever their definitions say now.
    """

    model: Model
    previous: Previous | None
    changes: Changes
    shapes: Mapping[str, str]
    kept: frozenset[str] = frozenset()

    def fingerprint(self, part: Part) -> str | None:
        """What a part was made by; None where it is kept and was not there."""
        if self.previous is not None and self._is_kept(part):
            return self.previous.info.parts.get(part.name)
        return self.model.fingerprints[part.name]

    def _is_kept(self, part: Part) -> bool:
        return not self.kept.isdisjoint(self.model.facts_of(part.measures[0]))

    def since(self, part: Part) -> date | None:
        """First day of the part that is made; None where all of it is copied."""
        if self.previous is not None and self._is_kept(part):
            return None
        if self.previous is None or self.changes.full:
            return FROM_THE_BEGINNING
        before = self.previous.info
        if before.parts.get(part.name) != self.model.fingerprints[part.name]:
            return FROM_THE_BEGINNING
        if part.kind == "score":
            return self._score(part.about)
        first = self.changes.rows_of(self.model.facts_of(part.measures[0]))
        return first if first is None or part.kind in BY_DAY else FROM_THE_BEGINNING

    def _score(self, name: str) -> date | None:
        """A score is told by the fact of its population too, which changes with every new day."""
        assert self.previous is not None
        before, shape = self.previous.info, f"score.{name}"
        if before.shapes.get(shape) != self.shapes[shape]:
            return FROM_THE_BEGINNING
        return self.changes.rows_of(self.model.facts_of(name))

    def first_days(self, made: Collection[str]) -> dict[str, date]:
        """First day on which scores must be known: for their own parts, and for those of others.

        `made` are the scores that have parts in this build.
        """
        scores = self.model.definitions.scores
        found: dict[str, date] = {}
        for part in self.model.parts:
            if part.kind == "score" and part.about in made and (day := self.since(part)):
                found[part.about] = min(day, found.get(part.about, day))
        for name in reversed(score_order(scores)):
            for below in filter(None, (one.score for one in scores[name].reads)):
                if name in found and below in made:
                    found[below] = min(found[name], found.get(below, found[name]))
        return found
