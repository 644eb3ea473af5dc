"""Computes scores per entity and day from their inputs, then keeps sums and counts.

    signals   an input that the warehouse can tell, by the sides it reads (`score_sides`)
    windows   entity, day and a column per side (`score_windows`)
    scored    entity, day, score and the levels of its sums, staged for other scores to use
    part      day, dimensions, total, entities, under_<bound>

Scores of one kind of entity that rest on no other score still to come are staged together, since
the pass over the days of the entities costs more than the blends. The specification is
docs/scores.md; missing inputs drop out and the rest is re-weighted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ONE, ZERO, Maker
from metrics.build.score_blends import BLENDS, Signal, on_scale, under
from metrics.build.score_sides import Side, member_sides, side_of, stock_side
from metrics.build.score_windows import windows_of
from metrics.build.stage import entity_name
from metrics.definitions.score import Score, ScoreInput
from metrics.engines.functions import double
from metrics.lineage.available import Available
from metrics.parts.model import Model
from metrics.parts.plan import Part, scored_together
from metrics.periods import parse_shift
from metrics.store.info import FactState

NULL = sa.null()
LOOKS_AT_A_DAY = frozenset({"since", "age", "level", "score"})


@dataclass(frozen=True)
class _Asked:
    """A score the warehouse can tell, and what it reads."""

    name: str
    score: Score
    signals: list[Signal]
    gates: list[Signal]
    levels: dict[str, Side]

    @property
    def sides(self) -> dict[str, Side]:
        """Everything its windows must hold, by name."""
        read = [side for one in (*self.signals, *self.gates) for side in one.sides]
        return {side.name: side for side in (*read, *self.levels.values())}

    @property
    def floor(self) -> float:
        """The weight below which there is no score."""
        total = sum(spec.weight for spec in self.score.inputs.values())
        share = {"all": 1.0, "any": 0.0}.get(self.score.blend, self.score.minimum_weight)
        return share * total - 1e-9

    @property
    def from_day(self) -> date:
        """First day on which enough of the inputs, and all that must hold, can be told."""
        days = sorted({signal.from_day for signal in self.signals})
        if not self.score.is_flag:
            first = next((day for day in days if self._told(day) >= self.floor), days[-1])
        else:
            first = days[0] if self.score.blend == "any" else days[-1]
        return max([first, *(gate.from_day for gate in self.gates)])

    def _told(self, day: date) -> float:
        return sum(one.spec.weight for one in self.signals if one.from_day <= day)


def scored_name(score: str) -> str:
    """Name under which a score's entity-days are staged."""
    return f"stage_score_{score}"


def make_score(
    maker: Maker, part: Part, available: Available, states: Mapping[str, FactState]
) -> None:
    """Create a score's part; its entity-days are staged once and shared by all its roll-ups."""
    model = available.model
    score = model.definitions.scores[part.about]
    staged = scored_name(part.about)
    if staged not in maker.space.tables:
        _stage(maker, part.about, available, states)
    table = maker.space.tables[staged]
    key = model.queries.entities[score.entity].key
    source, dimensions = maker.attach(table, [key], part.dimensions)
    numbers = _numbers(table, score, ONE, sa.func.count(table.c.score))
    for name in score.sums:
        level = table.c[name]
        numbers |= {
            f"{name}__{label}": number
            for label, number in _numbers(table, score, level, sa.func.sum(level)).items()
        }
    statement = (
        sa.select(table.c.day, *dimensions, *[n.label(label) for label, n in numbers.items()])
        .select_from(source)
        .group_by(table.c.day, *[column.element for column in dimensions])
    )
    maker.space.create(part.name, statement)


def _numbers(table: Any, score: Score, each: Any, entities: Any) -> dict[str, Any]:
    """What is kept of the entities of a group, where each counts for so much."""
    return {
        "total": sa.func.sum(table.c.score if each is ONE else table.c.score * each),
        "entities": entities,
        **{
            f"under_{bound}": sa.func.sum(sa.case((under(table.c.score, bound), each), else_=ZERO))
            for bound in score.kept_bounds
        },
    }


def _stage(maker: Maker, name: str, available: Available, states: Mapping[str, FactState]) -> None:
    """Stage a score, and with it those of the same entities that can be told by now."""
    model = available.model
    scores = model.definitions.scores
    together = [
        other
        for other in scored_together(scores, name)
        if all(states[fact].available for fact in model.required_facts(other))
    ]
    key = model.queries.entities[scores[name].entity].key
    asked = [one for other in together if (one := _ask(maker, other, key, available, states))]
    if asked:
        table = _stage_together(maker, key, asked)
        for one in asked:
            score = table.c[_column(one.name)]
            sums = [table.c[label] for label in one.levels]
            rows = sa.select(table.c[key], table.c.day, score.label("score"), *sums)
            maker.space.view(scored_name(one.name), rows.where(score.is_not(None)))
    for other in together:
        if scored_name(other) not in maker.space.tables:
            _stage_nothing(maker, other, scores[other], key)


def _ask(
    maker: Maker, name: str, key: str, available: Available, states: Mapping[str, FactState]
) -> _Asked | None:
    score = available.model.definitions.scores[name]
    signals = _signals(maker, score, score.inputs, available, states)
    gates = _signals(maker, score, score.requires, available, states)
    complete = len(gates) == len(score.requires) and (
        score.blend != "all" or len(signals) == len(score.inputs)
    )
    if not signals or not complete:
        return None
    levels = {label: stock_side(maker, key, label) for label in score.sums}
    return _Asked(name, score, signals, gates, levels)


def _column(score: str) -> str:
    return f"score__{score}"


def _stage_together(maker: Maker, key: str, asked: Sequence[_Asked]) -> Any:
    """Entity, day, a column per score and the levels of their sums."""
    sides = {name: side for one in asked for name, side in one.sides.items()}
    from_day = min(one.from_day for one in asked)
    population = asked[0].score.population
    windows, events = windows_of(maker, key, population, from_day, list(sides.values()))
    levels = {label: side for one in asked for label, side in one.levels.items()}
    rows = sa.select(
        windows.c.entity.label(key),
        windows.c.day,
        *[_blended(windows, one).label(_column(one.name)) for one in asked],
        *[
            sa.func.coalesce(windows.c[side.name], ZERO).label(label)
            for label, side in levels.items()
        ],
    )
    table = maker.space.create(f"stage_scores_of_{asked[0].name}", rows, keep=False)
    maker.space.drop(events)
    return table


def _blended(windows: Any, asked: _Asked) -> Any:
    """The score of an entity's day; nothing where it has none."""
    values = [on_scale(windows, signal) for signal in asked.signals]
    blend, terms = BLENDS[asked.score.blend](values, asked.signals, asked.floor)
    passed = [on_scale(windows, gate) > ZERO for gate in asked.gates]
    return sa.case((sa.and_(*terms, *passed), double(blend)))


def _stage_nothing(maker: Maker, name: str, score: Score, key: str) -> None:
    entity = maker.space.tables[entity_name(score.entity)].c[key]
    day = sa.cast(NULL, sa.Date()).label("day")
    empty: list[Any] = [sa.cast(NULL, sa.Double()).label(label) for label in ("score", *score.sums)]
    maker.space.view(scored_name(name), sa.select(entity, day, *empty).where(sa.false()))


def _signals(
    maker: Maker,
    score: Score,
    specs: Mapping[str, ScoreInput],
    available: Available,
    states: Mapping[str, FactState],
) -> list[Signal]:
    key = available.model.queries.entities[score.entity].key
    return [
        signal
        for name, spec in specs.items()
        if not available.input(score, spec)
        and (signal := _signal(maker, key, name, spec, available.model, states))
    ]


def _signal(
    maker: Maker,
    key: str,
    name: str,
    spec: ScoreInput,
    model: Model,
    states: Mapping[str, FactState],
) -> Signal | None:
    """The input's sides, or None when a fact it needs has no rows."""
    if spec.take == "score":
        assert spec.score is not None
        staged = maker.space.tables.get(scored_name(spec.score))
        facts = model.required_facts(spec.score)
        if staged is None:
            return None
        other = model.queries.entities[model.definitions.scores[spec.score].entity].key
        sides = member_sides(maker, spec.score, key, other, staged)
    else:
        windows = (spec.window, spec.denominator_window or spec.window)
        measures = [measure for measure in (spec.measure, spec.denominator) if measure]
        facts = tuple(fact for measure in measures for fact in model.facts_of(measure))
        if not all(states[fact].available for fact in facts):
            return None
        if maker.without_values.intersection(measures):
            return None
        sides = tuple(
            side_of(maker, key, measure, spec, window)
            for measure, window in zip(measures, windows, strict=False)
        )
    firsts = [first for fact in facts if (first := states[fact].first_day)]
    longest = max(
        parse_shift(window).days for window in (spec.window, spec.denominator_window) if window
    )
    needs = 0 if spec.take in LOOKS_AT_A_DAY else longest - 1
    return Signal(name, spec, sides, max(firsts) + timedelta(days=needs))
