"""What part tables hold of staged facts: one function per kind, listed in `MAKERS`.

Each returns a select that `making` turns into the part's table; its columns are
`day`, the part's dimensions and the numbers named in `parts.plan` and `kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metrics.build.rows import ZERO, Maker, Rows, begins_on, is_whole, measure_value
from metrics.definitions.model import Measure
from metrics.engines.functions import days_between, double, integer
from metrics.parts.plan import Part


def part_select(maker: Maker, part: Part) -> Any:
    """The select of one part."""
    return MAKERS[part.kind](maker, part)


def _flow(maker: Maker, part: Part) -> Any:
    streams = []
    for at in ("start", "end"):
        names = [name for name in part.measures if maker.measure(name).at == at]
        if names:
            rows = Rows(maker, part.about)
            day = rows.staged.c.day if at == "start" else rows.staged.c.until_day
            values = {name: measure_value(rows, maker.measure(name)) for name in names}
            streams.append(_stream(maker, part, rows, day, values))
    return _sum_streams(maker, streams, part)


def _stock(maker: Maker, part: Part) -> Any:
    streams = []
    kinds = {(maker.measure(name).delay, maker.measure(name).last) for name in part.measures}
    for kind in sorted(kinds, key=str):
        names = [
            name
            for name in part.measures
            if (maker.measure(name).delay, maker.measure(name).last) == kind
        ]
        for sign in (1, -1):
            rows = Rows(maker, part.about)
            staged = rows.staged
            begins, terms = begins_on(rows, maker.measure(names[0]))
            day, clock = (begins, "clock") if sign > 0 else (staged.c.until_day, "until_clock")
            values: dict[str, Any] = {}
            for name in names:
                measure = maker.measure(name)
                change = measure_value(rows, measure)
                values[name] = change if sign > 0 else -change
                if measure.clock:
                    values[f"{name}__clock"] = values[name] * staged.c[clock]
            streams.append(_stream(maker, part, rows, day, values, *terms))
    return _sum_streams(maker, streams, part)


def _stream(
    maker: Maker, part: Part, rows: Rows, day: Any, values: Mapping[str, Any], *terms: Any
) -> tuple[Any, Mapping[str, Any]]:
    dimensions = [rows.column(name).label(name) for name in part.dimensions]
    statement = (
        sa.select(day.label("day"), *dimensions, *[v.label(n) for n, v in values.items()])
        .select_from(rows.source)
        .where(day.is_not(None), day <= maker.horizon, *terms)
    )
    return statement, values


def _sum_streams(maker: Maker, streams: Sequence[tuple[Any, Mapping[str, Any]]], part: Part) -> Any:
    """Union of the streams, summed per day and roll-up; a stream lacks others' measures."""
    names = list(dict.fromkeys(name for _, values in streams for name in values))
    aligned = []
    for statement, values in streams:
        sub = statement.subquery()
        numbers = [(sub.c[n] if n in values else ZERO).label(n) for n in names]
        aligned.append(sa.select(sub.c.day, *[sub.c[d] for d in part.dimensions], *numbers))
    rows = (sa.union_all(*aligned) if len(aligned) > 1 else aligned[0]).subquery("rows")
    keys = [rows.c.day, *[rows.c[dimension] for dimension in part.dimensions]]
    whole = {name for name in part.measures if is_whole(maker, maker.measure(name))}
    sums = []
    for name in names:
        number = sa.func.coalesce(sa.func.sum(rows.c[name]), ZERO)
        sums.append((integer(number) if name in whole else number).label(name))
    return sa.select(*keys, *sums).group_by(*keys)


def _distinct(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    staged = rows.staged
    keys = [*measure.key, *part.within]
    terms = rows.conditions(measure.where)
    days = (
        sa.select(*[rows.column(key).label(key) for key in keys], staged.c.day)
        .select_from(rows.source)
        .where(*[rows.column(key).is_not(None) for key in measure.key], *terms)
        .distinct()
        .subquery("days")
    )
    previous = sa.func.lag(days.c.day).over(
        partition_by=[days.c[key] for key in keys], order_by=days.c.day
    )
    gaps = sa.select(*days.c, previous.label("prev_day")).subquery("gaps")
    source, dimensions = maker.attach(gaps, keys, part.dimensions)
    groups = [gaps.c.day, gaps.c.prev_day, *dimensions]
    return (
        sa.select(*groups, sa.func.count().label("n"))
        .select_from(source)
        .group_by(gaps.c.day, gaps.c.prev_day, *[_bare(column) for column in dimensions])
    )


def _movement(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    staged = rows.staged
    value = measure_value(rows, measure)
    both = sa.union_all(
        sa.select(staged.c.customer_id, staged.c.day, value.label("delta")).select_from(
            rows.source
        ),
        sa.select(staged.c.customer_id, staged.c.until_day.label("day"), (-value).label("delta"))
        .select_from(rows.source)
        .where(staged.c.until_day.is_not(None))
        .where(staged.c.until_day <= maker.horizon),
    ).subquery("both")
    daily = (
        sa.select(both.c.customer_id, both.c.day, sa.func.sum(both.c.delta).label("delta"))
        .group_by(both.c.customer_id, both.c.day)
        .having(sa.func.sum(both.c.delta) != 0)
        .subquery("daily")
    )
    balance = sa.func.sum(daily.c.delta).over(
        partition_by=daily.c.customer_id, order_by=daily.c.day
    )
    running = sa.select(*daily.c, balance.label("balance")).subquery("running")
    paying = sa.case((running.c.balance > 0, running.c.day))
    first = sa.func.min(paying).over(partition_by=running.c.customer_id)
    return sa.select(
        running.c.day,
        running.c.customer_id,
        running.c.delta.label(part.about),
        first.label("first_day"),
    )


def _cohort(maker: Maker, part: Part) -> Any:
    """Keys by the day of their anchor and the ages at which they had an event.

    Dimensions are those of the first anchor row of each key.
    """
    measure = maker.measure(part.about)
    assert measure.anchor is not None
    rows = Rows(maker, measure.fact)
    staged, terms = rows.staged, rows.conditions(measure.where)
    key = measure.key[0]
    start = _anchors(maker, part, measure)
    age = days_between(start.c.day, staged.c.day)
    ages = (
        sa.select(*start.c, sa.case((age < 0, 0), else_=age).label("age"))
        .select_from(start.join(rows.source, staged.c[key] == start.c[key]))
        .where(*terms)
        .distinct()
        .subquery("ages")
    )
    previous = sa.func.lag(ages.c.age).over(partition_by=ages.c[key], order_by=ages.c.age)
    reached = sa.select(*ages.c, previous.label("prev_age"))
    members = sa.select(
        *start.c,
        sa.cast(sa.null(), sa.BigInteger()).label("age"),
        sa.cast(sa.null(), sa.BigInteger()).label("prev_age"),
    )
    cohort = sa.union_all(reached, members).subquery("cohort")
    groups = [cohort.c[name] for name in ("day", "age", "prev_age", *part.dimensions)]
    return sa.select(*groups, sa.func.count().label("n")).group_by(*groups)


def _anchors(maker: Maker, part: Part, measure: Measure) -> Any:
    """The first anchor row of each key: the key, its day and the part's dimensions."""
    assert measure.anchor is not None
    anchors = Rows(maker, measure.anchor.fact)
    own = anchors.staged.c[measure.anchor.key]
    dimensions = {name: anchors.column(name) for name in part.dimensions}
    by_key = [anchors.column(column).asc().nulls_last() for column in anchors.fact.key]
    place = sa.func.row_number().over(partition_by=own, order_by=[anchors.staged.c.day, *by_key])
    ranked = (
        sa.select(
            own.label(measure.key[0]),
            anchors.staged.c.day,
            *[column.label(name) for name, column in dimensions.items() if name != measure.key[0]],
            place.label("place"),
        )
        .select_from(anchors.source)
        .where(own.is_not(None))
        .subquery("ranked")
    )
    columns = [column for column in ranked.c if column.name != "place"]
    return sa.select(*columns).where(ranked.c.place == 1).subquery("anchor")


def _rows(maker: Maker, part: Part) -> Any:
    measure = maker.measure(part.about)
    rows = Rows(maker, measure.fact)
    terms = rows.conditions(measure.where)
    value = rows.number(measure.value or "")
    day = rows.staged.c.day if measure.at == "start" else rows.staged.c.until_day
    columns = [rows.column(name).label(name) for name in part.dimensions]
    statement = sa.select(day.label("day"), *columns, double(value).label(part.about))
    known = (value.is_not(None), day.is_not(None), day <= maker.horizon)
    return statement.select_from(rows.source).where(*known, *terms)


def _snapshot(maker: Maker, part: Part) -> Any:
    rows = Rows(maker, part.about)
    values = {name: measure_value(rows, maker.measure(name)) for name in part.measures}
    return _sum_streams(maker, [_stream(maker, part, rows, rows.staged.c.day, values)], part)


def _bare(labelled: Any) -> Any:
    return labelled.element


MAKERS: dict[str, Callable[[Maker, Part], Any]] = {
    "flow": _flow,
    "stock": _stock,
    "distinct": _distinct,
    "movement": _movement,
    "cohort": _cohort,
    "rows": _rows,
    "snapshot": _snapshot,
}
