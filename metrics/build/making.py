"""Makes the tables of the parts: from staged facts, from the build before, or from both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.parts import part_select
from metrics.build.reuse import Reuse
from metrics.build.rows import Maker
from metrics.build.score_inputs import Telling
from metrics.build.scores import Scorer
from metrics.parts.plan import Part
from metrics.store.base import LAST, Previous
from metrics.store.changes import FROM_THE_BEGINNING


@dataclass
class Making:
    """Makes parts one after another.

    Tables of the previous build `at_hand` are renamed instead of copied. `made` says by what each
    part that is there was made, `copied` names those taken as they were.
    """

    maker: Maker
    telling: Telling
    reuse: Reuse
    at_hand: frozenset[str] = frozenset()
    made: dict[str, str] = field(default_factory=dict)
    copied: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        scores = self.telling.model.definitions.scores
        made = [name for name in scores if self.telling.can_be_made(name)]
        self._scorer = Scorer(self.maker, self.telling, self.reuse.first_days(made))

    def make(self, part: Part) -> None:
        """Make one part's table, where all facts it needs are there."""
        states, model = self.telling.states, self.reuse.model
        fingerprint = self.reuse.fingerprint(part)
        needed = model.required_facts(part.measures[0])
        if fingerprint is None or not all(states[fact].available for fact in needed):
            return
        self.made[part.name] = fingerprint
        since, previous = self.reuse.since(part), self.reuse.previous
        if since is None:
            assert previous is not None
            self._copy(part, previous)
            self.copied.append(part.name)
        elif since == FROM_THE_BEGINNING or previous is None:
            self.maker.space.create(part.name, self._select(part))
        elif part.name in self.at_hand:
            self._replace(part, since, previous)
        else:
            self.maker.space.create(part.name, self._joined(part, since, previous))

    def _copy(self, part: Part, previous: Previous) -> None:
        """The part as the previous build had it."""
        if part.name in self.at_hand:
            self.maker.space.take(f"{LAST}{part.name}", part.name)
        else:
            self.maker.space.create(part.name, f"SELECT * FROM {previous.qualified(part.name)}")

    def _replace(self, part: Part, since: date, previous: Previous) -> None:
        """The part as the previous build had it, with its rows from a day on made anew."""
        self._copy(part, previous)
        names, anew = self._anew(part, since)
        self.maker.space.execute(
            f"DELETE FROM {self.maker.space.qualified(part.name)} WHERE day >= DATE '{since}'"
        )
        self.maker.space.insert(part.name, f"({names}) {anew}")

    def _select(self, part: Part) -> Any:
        return self._scorer.select(part) if part.kind == "score" else part_select(self.maker, part)

    def _joined(self, part: Part, since: date, previous: Previous) -> str:
        """The part's rows of the previous build before a day, and those made from that day on."""
        names, anew = self._anew(part, since)
        return (
            f"SELECT {names} FROM {previous.qualified(part.name)} "
            f"WHERE day < DATE '{since}' UNION ALL ({anew})"
        )

    def _anew(self, part: Part, since: date) -> tuple[str, str]:
        """The part's columns, and the select of its rows from a day on."""
        made = self._select(part).subquery("made")
        first = sa.cast(sa.literal(since.isoformat()), sa.Date())
        anew = sa.select(*made.c).where(made.c.day >= first)
        names = ", ".join(f'"{column.name}"' for column in made.c)
        return names, self.maker.space.engine.literal(anew)
