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
from metrics.engines.functions import day_number, double
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

    @property
    def length(self) -> int:
        """Days of the window."""
        return parse_shift(self.spec.window).days


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
    spine = _spine(maker, score, key, min(signal.from_day for signal in signals))
    rows = _contributions(spine, signals)
    windows = _windows(rows, signals)
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
    floor = score.minimum_weight * sum(spec.weight for spec in score.inputs.values()) - 1e-9
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
        sides = member_sides(maker, name, key, other, staged)
    else:
        measures = [measure for measure in (spec.measure, spec.denominator) if measure]
        facts = tuple(fact for measure in measures for fact in model.facts_of(measure))
        if not all(states[fact].available for fact in facts):
            return None
        sides = tuple(
            side_of(maker, f"{name}_{index}", key, measure, spec)
            for index, measure in enumerate(measures)
        )
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


def _contributions(spine: Any, signals: Sequence[Signal]) -> Any:
    """Spine and contributions in one table, one row per entity and day."""
    names = [name for signal in signals for side in signal.sides for name in _columns(side, signal)]
    exists = spine.subquery("spine")
    streams = [
        sa.select(
            exists.c.entity,
            exists.c.day,
            ONE.label("exists_then"),
            *[ZERO.label(name) for name in names],
        )
    ]
    for signal in signals:
        for side in signal.sides:
            rows = side.rows.subquery(f"s_{side.name}")
            own = dict(zip(_columns(side, signal), _own_columns(side, signal, rows), strict=True))
            streams.append(
                sa.select(
                    rows.c.entity,
                    rows.c.day,
                    ZERO,
                    *[own[name].label(name) if name in own else ZERO.label(name) for name in names],
                ).where(rows.c.entity.is_not(None))
            )
    union = sa.union_all(*streams).subquery("contributions")
    number = day_number(union.c.day)
    return (
        sa.select(
            union.c.entity,
            union.c.day,
            number.label("d"),
            sa.func.max(union.c.exists_then).label("exists_then"),
            *[double(sa.func.sum(union.c[name])).label(name) for name in names],
        )
        .group_by(union.c.entity, union.c.day)
        .subquery("daily")
    )


def _columns(side: Side, signal: Signal) -> list[str]:
    """Contribution columns of a side: its value, and a day-weighted one where it is needed."""
    weighted = side.reads == "integral" or signal.spec.take == "age"
    return [side.name, f"{side.name}_w"] if weighted else [side.name]


def _own_columns(side: Side, signal: Signal, rows: Any) -> list[Any]:
    if signal.spec.take == "age":
        return [rows.c.value, rows.c.start]
    if side.reads == "integral":
        return [rows.c.value, rows.c.value * day_number(rows.c.day)]
    return [rows.c.value]


def _windows(rows: Any, signals: Sequence[Signal]) -> Any:
    columns: list[Any] = [rows.c.entity, rows.c.day, rows.c.d, rows.c.exists_then]
    for signal in signals:
        for side in signal.sides:
            columns += [
                value.label(name) for name, value in READS[side.reads](rows, side.name, signal)
            ]
    return sa.select(*columns).subquery("windows")


def _over(rows: Any, value: Any, range_: tuple[int | None, int | None]) -> Any:
    return sa.func.coalesce(
        sa.func.sum(value).over(partition_by=rows.c.entity, order_by=rows.c.d, range_=range_), ZERO
    )


def _read_window(rows: Any, name: str, signal: Signal) -> list[tuple[str, Any]]:
    value = rows.c[name]
    if signal.spec.take == "days":
        value = sa.case((value > 0, ONE), else_=ZERO)
    return [(name, _over(rows, value, (-(signal.length - 1), 0)))]


def _read_level(rows: Any, name: str, signal: Signal) -> list[tuple[str, Any]]:
    found = [(name, _over(rows, rows.c[name], (None, 0)))]
    if signal.spec.take == "age":
        found.append((f"{name}_w", _over(rows, rows.c[f"{name}_w"], (None, 0))))
    return found


def _read_integral(rows: Any, name: str, signal: Signal) -> list[tuple[str, Any]]:
    """Levels summed over the window: (D+1) x changes - day-weighted changes, at both its ends."""
    length = signal.length
    now = (rows.c.d + 1) * _over(rows, rows.c[name], (None, 0)) - _over(
        rows, rows.c[f"{name}_w"], (None, 0)
    )
    then = (rows.c.d - length + 1) * _over(rows, rows.c[name], (None, -length)) - _over(
        rows, rows.c[f"{name}_w"], (None, -length)
    )
    return [(name, now - then)]


def _read_last(rows: Any, name: str, signal: Signal) -> list[tuple[str, Any]]:
    seen = sa.case((rows.c[name] > 0, rows.c.d))
    last = sa.func.max(seen).over(partition_by=rows.c.entity, order_by=rows.c.d, range_=(None, 0))
    return [(name, last)]


def _read_today(rows: Any, name: str, signal: Signal) -> list[tuple[str, Any]]:
    return [(name, rows.c[name])]


READS: dict[str, Callable[[Any, str, Signal], list[tuple[str, Any]]]] = {
    "window": _read_window,
    "level": _read_level,
    "integral": _read_integral,
    "last": _read_last,
    "today": _read_today,
}


def _scaled(windows: Any, signal: Signal) -> Any:
    """The input on 0..100, NULL where it is missing."""
    first = windows.c[signal.sides[0].name]
    take = signal.spec.take
    if take in ("ratio", "score"):
        second = windows.c[signal.sides[1].name]
        number: Any = double(first).op("/")(sa.func.nullif(double(second), ZERO))
    elif take == "since":
        number = double(windows.c.d - first)
    elif take == "age":
        starts = windows.c[f"{signal.sides[0].name}_w"]
        number = windows.c.d - double(starts).op("/")(sa.func.nullif(double(first), ZERO))
    else:
        number = double(first)
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
