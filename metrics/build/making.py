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
from metrics.store.base import Previous
from metrics.store.changes import FROM_THE_BEGINNING


@dataclass
class Making:
    """Makes parts one after another.

    `made` says by what each part that is there was made, `copied` names those taken as they were.
    """

    maker: Maker
    telling: Telling
    reuse: Reuse
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
            self.maker.space.create(part.name, f"SELECT * FROM {previous.qualified(part.name)}")
            self.copied.append(part.name)
        elif since == FROM_THE_BEGINNING or previous is None:
            self.maker.space.create(part.name, self._select(part))
        else:
            self.maker.space.create(part.name, self._joined(part, since, previous))

    def _select(self, part: Part) -> Any:
        return self._scorer.select(part) if part.kind == "score" else part_select(self.maker, part)

    def _joined(self, part: Part, since: date, previous: Previous) -> Any:
        """The part's rows of the previous build before a day, and those made from that day on."""
        made = self._select(part).subquery("made")
        first = sa.cast(sa.literal(since.isoformat()), sa.Date())
        names = [column.name for column in made.c]
        engine = self.maker.space.engine
        anew = engine.literal(sa.select(*made.c).where(made.c.day >= first))
        listing = ", ".join(f'"{name}"' for name in names)
        return (
            f"SELECT {listing} FROM {previous.qualified(part.name)} "
            f"WHERE day < DATE '{since}' UNION ALL ({anew})"
        )
