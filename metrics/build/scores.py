"""Computes a score per entity and day from its inputs, then keeps sums and counts.

    contributions   entity, day, one column per input side: what happened that day
    spine           entity, day for every day the entity exists (the score's population)
    signals         windows over both: 30-day sums, levels, last days
    scored          entity, day, score  (staged, for scores that use this one)
    part            day, dimensions, total, entities, under_<bound>

The specification is docs/scores.md; missing inputs drop out and the rest is re-weighted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from metrics.build.parts import ONE, ZERO, Maker, Rows
from metrics.build.score_sides import Side, member_sides, side_of
from metrics.build.stage import entity_name
from metrics.definitions.model import Score, ScoreInput
from metrics.engines.functions import add_days, day_number, double
from metrics.parts.model import Model
from metrics.parts.plan import Part
from metrics.periods import parse_shift
from metrics.store.info import FactState

NULL = sa.null()
LOOKS_AT_A_DAY = frozenset({"since", "age", "level", "score"})


@dataclass(frozen=True)
class Signal:
    """One usable input: its sides, and the first day it can be told."""

    name: str
    spec: ScoreInput
    sides: tuple[Side, ...]
    from_day: date


def scored_name(score: str) -> str:
    """Name of the staged table of a score's entity-days."""
    return f"stage_score_{score}"


def make_score(maker: Maker, part: Part, model: Model, states: Mapping[str, FactState]) -> None:
    """Create a score's part; its entity-days are staged once and shared by all its roll-ups."""
    score = model.definitions.scores[part.about]
    staged = scored_name(part.about)
    if staged not in maker.space.tables:
        maker.space.create(staged, _scored(maker, score, model, states), keep=False)
    table = maker.space.tables[staged]
    key = model.queries.entities[score.entity].key
    source, dimensions = maker.attach(table, [key], part.dimensions)
    groups = [table.c.day, *dimensions]
    under = [
        sa.func.sum(sa.case((table.c.score < bound, ONE), else_=ZERO)).label(f"under_{bound}")
        for bound in score.bounds
    ]
    statement = (
        sa.select(
            *groups,
            sa.func.sum(table.c.score).label("total"),
            sa.func.count(table.c.score).label("entities"),
            *under,
        )
        .select_from(source)
        .group_by(table.c.day, *[column.element for column in dimensions])
    )
    maker.space.create(part.name, statement)


def _scored(maker: Maker, score: Score, model: Model, states: Mapping[str, FactState]) -> Any:
    key = model.queries.entities[score.entity].key
    signals = [
        signal
        for name, spec in score.inputs.items()
        if (signal := _signal(maker, key, name, spec, model, states))
    ]
    if not signals:
        nothing = maker.space.tables[entity_name(score.entity)]
        day = sa.cast(NULL, sa.Date()).label("day")
        empty: Any = sa.cast(NULL, sa.Double()).label("score")
        return sa.select(nothing.c[key], day, empty).where(sa.false())
    floor = score.minimum_weight * sum(spec.weight for spec in score.inputs.values()) - 1e-9
    sides = {side.name: side for signal in signals for side in signal.sides}
    events = _events(maker, score, list(sides.values()))
    spine = _spine(maker, score, key, _first_possible_day(signals, floor))
    windows = _windows(_daily(spine, events, list(sides.values()), maker), list(sides.values()))
    values = [_scaled(windows, signal) for signal in signals]
    parts = [
        sa.case((value.is_not(None), sa.literal_column(repr(signal.spec.weight))), else_=ZERO)
        for value, signal in zip(values, signals, strict=True)
    ]
    weighted = [
        sa.func.coalesce(value * sa.literal_column(repr(signal.spec.weight)), ZERO)
        for value, signal in zip(values, signals, strict=True)
    ]
    inputs = sa.select(
        windows.c.entity,
        windows.c.day,
        _total(weighted).label("weighted"),
        _total(parts).label("weight"),
    ).where(windows.c.exists_then > 0)
    blended = inputs.subquery("blended")
    return sa.select(
        blended.c.entity.label(key),
        blended.c.day,
        double(blended.c.weighted).op("/")(double(blended.c.weight)).label("score"),
    ).where(blended.c.weight >= sa.literal_column(repr(floor)))


def _signal(
    maker: Maker,
    key: str,
    name: str,
    spec: ScoreInput,
    model: Model,
    states: Mapping[str, FactState],
) -> Signal | None:
    """The input's sides, or None when the warehouse lacks a fact it needs."""
    if spec.take == "score":
        assert spec.score is not None
        staged = maker.space.tables.get(scored_name(spec.score))
        facts = model.required_facts(spec.score)
        if staged is None:
            return None
        other = model.queries.entities[model.definitions.scores[spec.score].entity].key
        sides = member_sides(maker, spec.score, key, other, staged)
    else:
        measures = [measure for measure in (spec.measure, spec.denominator) if measure]
        facts = tuple(fact for measure in measures for fact in model.facts_of(measure))
        if not all(states[fact].available for fact in facts):
            return None
        if maker.without_values.intersection(measures):
            return None
        sides = tuple(side_of(maker, key, measure, spec) for measure in measures)
    firsts = [first for fact in facts if (first := states[fact].first_day)]
    needs = 0 if spec.take in LOOKS_AT_A_DAY else parse_shift(spec.window).days - 1
    return Signal(name, spec, sides, max(firsts) + timedelta(days=needs))


def _spine(maker: Maker, score: Score, key: str, from_day: date) -> Any:
    """Every day on which each entity of the population exists."""
    measure = maker.measure(score.population)
    rows = Rows(maker, measure.fact)
    staged = rows.staged
    days = _calendar(maker, from_day)
    entity = rows.column(key)
    terms = rows.conditions(measure.where)
    lasts = sa.or_(staged.c.until_day.is_(None), staged.c.until_day > days.c.day)
    source = sa.join(rows.source, days, sa.and_(staged.c.day <= days.c.day, lasts))
    return (
        sa.select(entity.label("entity"), days.c.day)
        .select_from(source)
        .where(entity.is_not(None), *terms)
        .distinct()
    )


def _calendar(maker: Maker, from_day: date) -> Any:
    """The days a score can have, as a staged table made once per starting day."""
    name = f"stage_days_{from_day:%Y%m%d}"
    if name not in maker.space.tables:
        count = (maker.last_full_day - from_day).days + 1
        rows = [((from_day + timedelta(days=step)).isoformat(),) for step in range(max(count, 0))]
        values = ", ".join(f"(DATE '{row[0]}')" for row in rows) or "(CAST(NULL AS DATE))"
        maker.space.create(name, f"SELECT * FROM (VALUES {values}) AS d(day)", keep=False)
    return maker.space.tables[name]


def _first_possible_day(signals: Sequence[Signal], floor: float) -> date:
    """First day on which the inputs that can be told reach the floor of the weights."""
    for day in sorted({signal.from_day for signal in signals}):
        told = sum(signal.spec.weight for signal in signals if signal.from_day <= day)
        if told >= floor:
            return day
    return max(signal.from_day for signal in signals)


def _events(maker: Maker, score: Score, sides: Sequence[Side]) -> Any:
    """Contributions of all sides, one row per entity and day, as a staged table."""
    names = [name for side in sides for name in side.columns]
    streams = []
    for side in sides:
        rows = side.rows.subquery(f"s_{side.name}")
        own = dict(zip(side.columns, (rows.c.value, *_weight(rows)), strict=False))
        values = [own.get(name, ZERO).label(name) for name in names]
        given = (rows.c.entity.is_not(None), rows.c.day <= maker.horizon)
        streams.append(sa.select(rows.c.entity, rows.c.day, *values).where(*given))
    union: Any = sa.union_all(*streams) if len(streams) > 1 else streams[0]
    events: Any = union.subquery("events")
    sums = [double(sa.func.sum(events.c[name])).label(name) for name in names]
    statement = sa.select(events.c.entity, events.c.day, *sums)
    grouped = statement.group_by(events.c.entity, events.c.day)
    name = f"stage_events_{score.entity}_{len(maker.space.tables)}"
    return maker.space.create(name, grouped, keep=False)


def _weight(rows: Any) -> tuple[Any, ...]:
    return (rows.c.weight,) if "weight" in rows.c else ()


def _daily(spine: Any, events: Any, sides: Sequence[Side], maker: Maker) -> Any:
    """Days of existence, contributions and their expiry, one row per entity and day."""
    names = [name for side in sides for name in side.columns]
    exists = spine.subquery("spine")
    streams = [
        sa.select(
            exists.c.entity,
            exists.c.day,
            ONE.label("exists_then"),
            *[ZERO.label(name) for name in names],
        ),
        sa.select(events.c.entity, events.c.day, ZERO, *[events.c[name] for name in names]),
    ]
    for length in sorted({side.expires for side in sides if side.expires}):
        leaving = {
            name: value
            for side in sides
            if side.expires == length
            for name, value in _leaving(events, side).items()
        }
        values = [leaving.get(name, ZERO) for name in names]
        day = add_days(events.c.day, length)
        streams.append(sa.select(events.c.entity, day, ZERO, *values).where(day <= maker.horizon))
    union = sa.union_all(*streams).subquery("contributions")
    return (
        sa.select(
            union.c.entity,
            union.c.day,
            day_number(union.c.day).label("d"),
            sa.func.max(union.c.exists_then).label("exists_then"),
            *[double(sa.func.sum(union.c[name])).label(name) for name in names],
        )
        .group_by(union.c.entity, union.c.day)
        .subquery("daily")
    )


def _leaving(events: Any, side: Side) -> dict[str, Any]:
    """What leaves a window when it runs out; a weight leaves with the later day's number."""
    values = {side.name: -events.c[side.name]}
    if side.reads == "integral":
        weight = f"{side.name}_w"
        values[weight] = -(events.c[weight] + events.c[side.name] * side.expires)
    return values


def _windows(rows: Any, sides: Sequence[Side]) -> Any:
    columns = [READS[side.reads](rows, side).label(side.name) for side in sides]
    return sa.select(rows.c.entity, rows.c.day, rows.c.d, rows.c.exists_then, *columns).subquery(
        "windows"
    )


def _so_far(rows: Any, aggregate: Any) -> Any:
    return aggregate.over(partition_by=rows.c.entity, order_by=rows.c.d, rows=(None, 0))


def _running(rows: Any, side: Side) -> Any:
    return _so_far(rows, sa.func.sum(rows.c[side.name]))


def _integral(rows: Any, side: Side) -> Any:
    """Levels summed over the window: (D + 1) x changes - changes weighted by their day."""
    weighted = _so_far(rows, sa.func.sum(rows.c[f"{side.name}_w"]))
    return (rows.c.d + 1) * _running(rows, side) - weighted


def _age(rows: Any, side: Side) -> Any:
    """D - mean start day of what is in force; nothing where nothing is."""
    starts = _so_far(rows, sa.func.sum(rows.c[f"{side.name}_w"]))
    return rows.c.d - starts.op("/")(sa.func.nullif(_running(rows, side), ZERO))


def _last(rows: Any, side: Side) -> Any:
    seen = sa.case((rows.c[side.name] > 0, rows.c.d))
    return rows.c.d - _so_far(rows, sa.func.max(seen))


def _today(rows: Any, side: Side) -> Any:
    return rows.c[side.name]


READS: dict[str, Callable[[Any, Side], Any]] = {
    "running": _running,
    "integral": _integral,
    "age": _age,
    "last": _last,
    "today": _today,
}


def _scaled(windows: Any, signal: Signal) -> Any:
    """The input on 0..100, NULL where it is missing."""
    first = windows.c[signal.sides[0].name]
    number: Any = double(first)
    if len(signal.sides) > 1:
        second = windows.c[signal.sides[1].name]
        number = number.op("/")(sa.func.nullif(double(second), ZERO))
    told = windows.c.day >= sa.cast(sa.literal(signal.from_day.isoformat()), sa.Date())
    return sa.case((sa.and_(told, number.is_not(None)), _scale(number, signal.spec.scale)))


def _scale(number: Any, points: Sequence[tuple[float, float]]) -> Any:
    whens = [(number <= points[0][0], double(sa.literal_column(repr(float(points[0][1])))))]
    for (x0, y0), (x1, y1) in pairwise(points):
        slope = (y1 - y0) / (x1 - x0)
        line = (number - sa.literal_column(repr(x0))) * sa.literal_column(f"({slope!r})") + (
            sa.literal_column(repr(y0))
        )
        whens.append((number <= x1, line))
    return sa.case(*whens, else_=double(sa.literal_column(repr(float(points[-1][1])))))


def _total(values: Sequence[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total
