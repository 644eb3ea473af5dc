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
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ONE, ZERO, Maker, Rows
from metrics.build.score_blends import BLENDS, Signal, on_scale, under
from metrics.build.score_sides import Side, member_sides, side_of, stock_side
from metrics.build.stage import entity_name
from metrics.definitions.score import Score, ScoreInput
from metrics.engines.functions import add_days, day_number, double
from metrics.lineage.available import Available
from metrics.parts.model import Model
from metrics.parts.plan import Part
from metrics.periods import parse_shift
from metrics.store.info import FactState

NULL = sa.null()
LOOKS_AT_A_DAY = frozenset({"since", "age", "level", "score"})


def scored_name(score: str) -> str:
    """Name of the staged table of a score's entity-days."""
    return f"stage_score_{score}"


def make_score(
    maker: Maker, part: Part, available: Available, states: Mapping[str, FactState]
) -> None:
    """Create a score's part; its entity-days are staged once and shared by all its roll-ups."""
    model = available.model
    score = model.definitions.scores[part.about]
    staged = scored_name(part.about)
    if staged not in maker.space.tables:
        maker.space.create(staged, _scored(maker, score, available, states), keep=False)
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


def _scored(
    maker: Maker, score: Score, available: Available, states: Mapping[str, FactState]
) -> Any:
    """Entity, day, score and the levels of the score's sums."""
    key = available.model.queries.entities[score.entity].key
    signals = _signals(maker, score, score.inputs, available, states)
    gates = _signals(maker, score, score.requires, available, states)
    complete = len(gates) == len(score.requires) and (
        score.blend != "all" or len(signals) == len(score.inputs)
    )
    if not signals or not complete:
        return _no_scores(maker, score, key)
    levels = {name: stock_side(maker, key, name) for name in score.sums}
    both = [*signals, *gates]
    sides = {side.name: side for signal in both for side in signal.sides}
    sides |= {side.name: side for side in levels.values()}
    floor = _floor(score)
    spine = _spine(maker, score, key, _first_possible_day(score, signals, gates, floor))
    events = _events(maker, score, list(sides.values()))
    windows = _windows(_daily(spine, events, list(sides.values()), maker), list(sides.values()))
    values = [on_scale(windows, signal) for signal in signals]
    blend, terms = BLENDS[score.blend](values, signals, floor)
    rows = sa.select(
        windows.c.entity.label(key),
        windows.c.day,
        double(blend).label("score"),
        *[
            sa.func.coalesce(windows.c[side.name], ZERO).label(name)
            for name, side in levels.items()
        ],
    )
    passed = [on_scale(windows, gate) > ZERO for gate in gates]
    return rows.where(windows.c.exists_then > 0, *terms, *passed)


def _no_scores(maker: Maker, score: Score, key: str) -> Any:
    entity = maker.space.tables[entity_name(score.entity)].c[key]
    day = sa.cast(NULL, sa.Date()).label("day")
    empty: list[Any] = [sa.cast(NULL, sa.Double()).label(name) for name in ("score", *score.sums)]
    return sa.select(entity, day, *empty).where(sa.false())


def _floor(score: Score) -> float:
    """The weight below which there is no score."""
    total = sum(spec.weight for spec in score.inputs.values())
    share = {"all": 1.0, "any": 0.0}.get(score.blend, score.minimum_weight)
    return share * total - 1e-9


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


def _first_possible_day(
    score: Score, signals: Sequence[Signal], gates: Sequence[Signal], floor: float
) -> date:
    """First day on which enough of the inputs, and all that must hold, can be told."""
    days = sorted({signal.from_day for signal in signals})
    if not score.is_flag:
        told = (
            day
            for day in days
            if sum(one.spec.weight for one in signals if one.from_day <= day) >= floor
        )
        first = next(told, days[-1])
    else:
        first = days[0] if score.blend == "any" else days[-1]
    return max([first, *(gate.from_day for gate in gates)])


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
    return _in_units(_sum_so_far(rows, side), side)


def _sum_so_far(rows: Any, side: Side) -> Any:
    return _so_far(rows, sa.func.sum(rows.c[side.name]))


def _in_units(number: Any, side: Side) -> Any:
    """The number itself, of what is kept in units."""
    return double(number).op("/")(sa.literal_column(repr(float(side.units))))


def _integral(rows: Any, side: Side) -> Any:
    """Levels summed over the window: (D + 1) x changes - changes weighted by their day."""
    weighted = _so_far(rows, sa.func.sum(rows.c[f"{side.name}_w"]))
    return _in_units((rows.c.d + 1) * _sum_so_far(rows, side) - weighted, side)


def _age(rows: Any, side: Side) -> Any:
    """D - mean start day of what is in force; nothing where nothing is."""
    starts = _so_far(rows, sa.func.sum(rows.c[f"{side.name}_w"]))
    return rows.c.d - starts.op("/")(sa.func.nullif(_sum_so_far(rows, side), ZERO))


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
