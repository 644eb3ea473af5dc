"""Computes scores per entity and day from their inputs, then keeps sums and counts.

    told      an input that the warehouse can tell (`score_inputs`), by the sides it reads
    windows   entity, day and a column per side (`score_windows`)
    scored    entity, day, score and the levels of its sums, staged for other scores to use
    part      day, dimensions, total, entities, under_<bound>

Scores of one kind of entity that rest on no other score still to come are staged together, since
the pass over the days of the entities costs more than the blends. The specification is
docs/scores.md; missing inputs drop out and the rest is re-weighted.

A score of a day rests on that day and those before it, so an incremental build stages only the
days from the first change on: those its own parts need, and those of the scores made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ONE, ZERO, Maker
from metrics.build.score_blends import BLENDS, Signal, on_scale, under
from metrics.build.score_inputs import Input, Telling, Told
from metrics.build.score_sides import Side, member_sides, side_of, stock_side
from metrics.build.score_windows import windows_of
from metrics.build.stage import entity_name
from metrics.definitions.score import Score, ScoreInput
from metrics.engines.functions import double, integer
from metrics.parts.plan import Part, scored_together

NULL = sa.null()


@dataclass(frozen=True)
class _Asked:
    """A score the warehouse can tell, and what it reads."""

    told: Told
    signals: list[Signal]
    gates: list[Signal]
    levels: dict[str, Side]

    @property
    def sides(self) -> dict[str, Side]:
        """Everything its windows must hold, by name."""
        read = [side for one in (*self.signals, *self.gates) for side in one.sides]
        return {side.name: side for side in (*read, *self.levels.values())}


def scored_name(score: str) -> str:
    """Name under which a score's entity-days are staged."""
    return f"stage_score_{score}"


class Scorer:
    """Makes the parts of scores; `first_days` are those from which on each is needed.

    A score that is not among them is needed by no part that is made.
    """

    def __init__(self, maker: Maker, telling: Telling, first_days: Mapping[str, date]) -> None:
        self._maker = maker
        self._telling = telling
        self._first_days = first_days
        self._scores = telling.model.definitions.scores

    def select(self, part: Part) -> Any:
        """The select of a score's part; entity-days are staged once and shared by its roll-ups."""
        score = self._scores[part.about]
        table = self._scored(part.about)
        key = self._key(part.about)
        source, dimensions = self._maker.attach(table, [key], part.dimensions)
        numbers = _numbers(table, score, ONE, sa.func.count(table.c.score))
        for name in score.sums:
            level = table.c[name]
            numbers |= {
                f"{name}__{label}": number
                for label, number in _numbers(table, score, level, sa.func.sum(level)).items()
            }
        return (
            sa.select(table.c.day, *dimensions, *[n.label(label) for label, n in numbers.items()])
            .select_from(source)
            .group_by(table.c.day, *[column.element for column in dimensions])
        )

    def _key(self, score: str) -> str:
        return self._telling.model.queries.entities[self._scores[score].entity].key

    def _scored(self, name: str) -> Any:
        """A score's entity-days, staged by now."""
        if scored_name(name) not in self._maker.space.tables:
            self._stage(name)
        return self._maker.space.tables[scored_name(name)]

    def _stage(self, name: str) -> None:
        """Stage a score, and with it those of the same entities that can be told by now."""
        together = [
            other
            for other in scored_together(self._scores, name)
            if other in self._first_days and self._telling.can_be_made(other)
        ]
        key = self._key(name)
        found = [told for other in together if (told := self._telling.told(other))]
        asked = [self._asked(told, key) for told in found]
        if asked:
            table = self._stage_together(key, asked)
            for one in asked:
                score = table.c[_column(one.told.name)]
                sums = [table.c[label] for label in one.levels]
                rows = sa.select(table.c[key], table.c.day, score.label("score"), *sums)
                self._maker.space.view(scored_name(one.told.name), rows.where(score.is_not(None)))
        for other in together:
            if scored_name(other) not in self._maker.space.tables:
                self._stage_nothing(other, key)

    def _asked(self, told: Told, key: str) -> _Asked:
        signals = [self._signal(key, one) for one in told.inputs]
        gates = [self._signal(key, one) for one in told.gates]
        levels = {label: stock_side(self._maker, key, label) for label in told.score.sums}
        return _Asked(told, signals, gates, levels)

    def _signal(self, key: str, one: Input) -> Signal:
        return Signal(one.name, one.spec, self._sides(key, one.spec), one.from_day)

    def _sides(self, key: str, spec: ScoreInput) -> tuple[Side, ...]:
        if spec.score is not None:
            scored = self._scored(spec.score)
            return member_sides(self._maker, spec.score, key, self._key(spec.score), scored)
        windows = (spec.window, spec.denominator_window or spec.window)
        measures = [measure for measure in (spec.measure, spec.denominator) if measure]
        return tuple(
            side_of(self._maker, key, measure, spec, window)
            for measure, window in zip(measures, windows, strict=False)
        )

    def _stage_together(self, key: str, asked: Sequence[_Asked]) -> Any:
        """Entity, day, a column per score and the levels of their sums."""
        sides = {name: side for one in asked for name, side in one.sides.items()}
        needed = min(self._first_days[one.told.name] for one in asked)
        from_day = max(needed, min(one.told.from_day for one in asked))
        population = asked[0].told.score.population
        windows, events = windows_of(self._maker, key, population, from_day, list(sides.values()))
        levels = {label: side for one in asked for label, side in one.levels.items()}
        rows = sa.select(
            windows.c.entity.label(key),
            windows.c.day,
            *[_blended(windows, one).label(_column(one.told.name)) for one in asked],
            *[
                sa.func.coalesce(windows.c[side.name], ZERO).label(label)
                for label, side in levels.items()
            ],
        )
        name = f"stage_scores_of_{asked[0].told.name}"
        table = self._maker.space.create(name, rows, keep=False)
        self._maker.space.drop(events)
        return table

    def _stage_nothing(self, name: str, key: str) -> None:
        score = self._scores[name]
        entity = self._maker.space.tables[entity_name(score.entity)].c[key]
        day = sa.cast(NULL, sa.Date()).label("day")
        empty: list[Any] = [
            sa.cast(NULL, sa.Double()).label(label) for label in ("score", *score.sums)
        ]
        self._maker.space.view(scored_name(name), sa.select(entity, day, *empty).where(sa.false()))


def _numbers(table: Any, score: Score, each: Any, entities: Any) -> dict[str, Any]:
    """What is kept of the entities of a group, where each counts for so much."""

    def below(bound: int) -> Any:
        found = sa.func.sum(sa.case((under(table.c.score, bound), each), else_=ZERO))
        return integer(found) if each is ONE else found

    return {
        "total": sa.func.sum(table.c.score if each is ONE else table.c.score * each),
        "entities": entities,
        **{f"under_{bound}": below(bound) for bound in score.kept_bounds},
    }


def _column(score: str) -> str:
    return f"score__{score}"


def _blended(windows: Any, asked: _Asked) -> Any:
    """The score of an entity's day; nothing where it has none."""
    values = [on_scale(windows, signal) for signal in asked.signals]
    blend, terms = BLENDS[asked.told.score.blend](values, asked.signals, asked.told.floor)
    passed = [on_scale(windows, gate) > ZERO for gate in asked.gates]
    return sa.case((sa.and_(*terms, *passed), double(blend)))
