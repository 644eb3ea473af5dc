"""How each kind is answered: the join of windows to a part's days, one rule per way.

between   windows hold the day                  flows, active days
until     everything up to the window's end     stocks, time in a state, last active days
at        the window's last day alone           scores, snapshots
keys      days of the window whose key was not active in it before
before    the same for the window just before, split as of this window's end
cohort    anchor days of the window, by the age reached once they are old enough
movement  each customer at both ends
rows      the rows themselves
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metrics.definitions.expressions import Leaf
from metrics.engines.functions import add_days, day_number, days_between, double, quantile
from metrics.parts.plan import Part
from metrics.periods import Window
from metrics.query.compile import ONE, ZERO, Compiler, Group, Statement, windows_table


def compile_group(
    compiler: Compiler, group: Group, leaves: Sequence[Leaf], windows: Mapping[Window, int]
) -> Statement:
    """The statement of a group; every leaf gets a column, every window an id."""
    names = {leaf: f"c{index}" for index, leaf in enumerate(dict.fromkeys(leaves))}
    select = RULES[group.rule](compiler, group, names, windows_table(windows, compiler.calendar))
    return Statement(select, names)


def number_of(leaf: Leaf, part: Part) -> Callable[[Any, Any], Any]:
    """How a leaf's number is made from a row of `d` and its window."""
    name = leaf.measure
    rules: dict[str, Callable[[Any, Any], Any]] = {
        "sum": lambda d, w: d.c[name],
        "level": lambda d, w: d.c[name],
        "total": lambda d, w: d.c[score_column(leaf)],
        "entities": lambda d, w: d.c[score_column(leaf)],
        "under": lambda d, w: d.c[score_column(leaf)],
        "key_days": lambda d, w: d.c.n,
        "keys": lambda d, w: d.c.n,
        "keys_before": lambda d, w: d.c.n,
        "keys_new": lambda d, w: sa.case((d.c.prev_day.is_(None), d.c.n), else_=ZERO),
        "keys_returning": lambda d, w: sa.case((_active_just_before(d, w), d.c.n), else_=ZERO),
        "keys_resurrected": lambda d, w: sa.case(
            (sa.and_(d.c.prev_day.is_not(None), sa.not_(_active_just_before(d, w))), d.c.n),
            else_=ZERO,
        ),
        "known_keys": lambda d, w: d.c.first_seen,
        "last_days": lambda d, w: d.c.last_day,
        "time_days": lambda d, w: d.c[name] * _days_in(d, w),
        "time_seconds": lambda d, w: (
            d.c[name] * w.c.closes
            - sa.case((d.c.day >= w.c.lo, d.c[f"{name}__clock"]), else_=d.c[name] * w.c.opens)
        ),
    }
    return rules[leaf.take]


def score_column(leaf: Leaf) -> str:
    """Column of a score's part: of the entities, or of a stock of theirs that is summed."""
    column = f"under_{int(leaf.number or 0)}" if leaf.take == "under" else leaf.take
    return f"{leaf.others[0]}__{column}" if leaf.others else column


def _active_just_before(d: Any, w: Any) -> Any:
    """Whether the key was active in the window of the same length that ends before this one."""
    return d.c.prev_day >= _opens_before(w)


def _opens_before(w: Any) -> Any:
    """First day of the window of the same length that ends before this one."""
    return add_days(w.c.lo, -(days_between(w.c.lo, w.c.hi) + 1))


def _days_in(d: Any, w: Any) -> Any:
    """Days of the window on which a change of day `d.day` is in force."""
    begins = sa.case((d.c.day > w.c.lo, d.c.day), else_=w.c.lo)
    return days_between(begins, w.c.hi) + 1


def kept_columns(part: Part, leaves: Sequence[Leaf]) -> dict[str, Callable[[Any], Any]]:
    """Columns of the part that a group of leaves needs in `d`."""

    def kept(name: str) -> Callable[[Any], Any]:
        return lambda table: table.c[name]

    sums: dict[str, Callable[[Any], Any]] = {}
    for leaf in leaves:
        if part.kind == "distinct":
            sums["n"] = kept("n")
            sums["first_seen"] = lambda t: sa.case((t.c.prev_day.is_(None), t.c.n), else_=ZERO)
            sums["last_day"] = lambda t: (
                t.c.n * (day_number(t.c.day) - sa.func.coalesce(day_number(t.c.prev_day), ZERO))
            )
        elif part.kind == "score":
            sums[score_column(leaf)] = kept(score_column(leaf))
        else:
            sums[leaf.measure] = kept(leaf.measure)
            if leaf.take == "time_seconds":
                sums[f"{leaf.measure}__clock"] = kept(f"{leaf.measure}__clock")
    return sums


def _by_days(on: Callable[[Any, Any], Any], keys: Sequence[str] = ("day",)) -> Any:
    def compile_rule(compiler: Compiler, group: Group, names: Mapping[Leaf, str], w: Any) -> Any:
        d, reached = compiler.days(group, keys, kept_columns(group.part, list(names)))
        numbers = [
            sa.func.sum(number_of(leaf, group.part)(d, w)).label(name)
            for leaf, name in names.items()
        ]
        source = sa.join(w, d, on(d, w))
        return compiler.finish(group, source, d, w.c.hi, w.c.id, numbers, reached)

    return compile_rule


def is_between(d: Any, w: Any) -> Any:
    return sa.and_(d.c.day >= w.c.lo, d.c.day <= w.c.hi)


def is_until(d: Any, w: Any) -> Any:
    return d.c.day <= w.c.hi


def _is_at(d: Any, w: Any) -> Any:
    return d.c.day == w.c.hi


def _is_first_in_window(d: Any, w: Any) -> Any:
    """A key counts once: on its first active day inside the window."""
    return sa.and_(is_between(d, w), sa.or_(d.c.prev_day.is_(None), d.c.prev_day < w.c.lo))


def _is_first_in_window_before(d: Any, w: Any) -> Any:
    """A key counts once: on its first active day inside the window just before."""
    inside = sa.and_(d.c.day >= _opens_before(w), d.c.day < w.c.lo)
    return sa.and_(inside, sa.or_(d.c.prev_day.is_(None), d.c.prev_day < _opens_before(w)))


def _cohort(compiler: Compiler, group: Group, names: Mapping[Leaf, str], w: Any) -> Any:
    d, reached = compiler.days(group, ("day", "age", "prev_age"), {"n": lambda t: t.c.n})
    numbers = []
    for leaf, name in names.items():
        counted = COHORT_SIDES[leaf.take](leaf, d, w)
        numbers.append(sa.func.sum(sa.case((counted, d.c.n), else_=ZERO)).label(name))
    # Most ages count for no leaf: without them the join is a fraction of what it would be.
    counts = sa.or_(d.c.age.is_(None), *[_counts_by_age(leaf, d) for leaf in names])
    source = sa.join(w, d, sa.and_(is_between(d, w), counts))
    return compiler.finish(group, source, d, w.c.hi, w.c.id, numbers, reached)


def _is_old_enough(leaf: Leaf, d: Any, w: Any) -> Any:
    """Whether the days of a cohort have all elapsed.

    Periods are asked no further than that (see `Leaf.settles`); any other window is seen from
    its last day.
    """
    if leaf.segment == "so_far" or leaf.settles:
        return sa.true()
    return add_days(d.c.day, sa.literal_column(str(leaf.until))) <= w.c.hi


def _is_member(leaf: Leaf, d: Any, w: Any) -> Any:
    return sa.and_(d.c.age.is_(None), _is_old_enough(leaf, d, w))


def _has_reached(leaf: Leaf, d: Any, w: Any) -> Any:
    seen_by_then = sa.true() if leaf.settles else add_days(d.c.day, d.c.age) <= w.c.hi
    return sa.and_(_counts_by_age(leaf, d), seen_by_then, _is_old_enough(leaf, d, w))


def _counts_by_age(leaf: Leaf, d: Any) -> Any:
    """A key's first event inside the days looked at, so that it counts once."""
    age, before = d.c.age, d.c.prev_age
    first = sa.and_(age.is_not(None), before.is_(None))
    first_from = sa.and_(age >= leaf.days, sa.or_(before.is_(None), before < leaf.days))
    return {
        "so_far": first,
        "within": sa.and_(first, age <= leaf.days),
        "on": age == leaf.days,
        "between": sa.and_(first_from, age <= leaf.until),
        "after": first_from,
    }[leaf.segment]


COHORT_SIDES = {"size": _is_member, "reached": _has_reached}


def _movement(compiler: Compiler, group: Group, names: Mapping[Leaf, str], w: Any) -> Any:
    """Each customer at both ends of the window, classified once.

    opening  balance at the end of the day before lo;  closing  balance at the end of hi
    """
    measure = group.part.about
    d, reached = compiler.days(
        group, ("day", "customer_id", "first_day"), {measure: lambda t: t.c[measure]}
    )
    before = sa.case((d.c.day < w.c.lo, d.c[measure]), else_=ZERO)
    carried = [column for column in d.c if column.name.startswith(("by_", "key_"))]
    ends = (
        sa.select(
            w.c.id,
            w.c.lo,
            w.c.hi,
            d.c.customer_id,
            *carried,
            sa.func.sum(before).label("opening"),
            sa.func.sum(d.c[measure]).label("closing"),
            sa.func.min(d.c.first_day).label("first_day"),
        )
        .select_from(sa.join(w, d, is_until(d, w)))
        .group_by(w.c.id, w.c.lo, w.c.hi, d.c.customer_id, *carried)
        .cte("ends")
    )
    numbers = [
        sa.func.sum(_movement_class(ends, leaf.take)).label(name) for leaf, name in names.items()
    ]
    as_of: Any = add_days(ends.c.lo, sa.literal_column("-1"))
    if group.segment == "closing":
        as_of = ends.c.hi
    return compiler.finish(group, ends, ends, as_of, ends.c.id, numbers, reached)


def _movement_class(ends: Any, take: str) -> Any:
    opening, closing = ends.c.opening, ends.c.closing
    starts = sa.and_(opening <= 0, closing > 0)
    never_before = ends.c.first_day >= ends.c.lo
    both = sa.and_(opening > 0, closing > 0)
    lost = sa.and_(opening > 0, closing <= 0)
    smaller = sa.case((closing < opening, closing), else_=opening)
    when, value = {
        "opening": (sa.true(), opening),
        "closing": (sa.true(), closing),
        "net": (sa.true(), closing - opening),
        "new": (sa.and_(starts, never_before), closing),
        "reactivation": (sa.and_(starts, sa.not_(never_before)), closing),
        "expansion": (sa.and_(both, closing > opening), closing - opening),
        "contraction": (sa.and_(both, closing < opening), opening - closing),
        "churned": (lost, opening),
        "retained": (opening > 0, closing),
        "retained_capped": (opening > 0, smaller),
        "opening_count": (opening > 0, ONE),
        "closing_count": (closing > 0, ONE),
        "new_count": (sa.and_(starts, never_before), ONE),
        "reactivated_count": (sa.and_(starts, sa.not_(never_before)), ONE),
        "churned_count": (lost, ONE),
        "retained_count": (both, ONE),
    }[take]
    return sa.case((when, value), else_=ZERO)


def _rows(compiler: Compiler, group: Group, names: Mapping[Leaf, str], w: Any) -> Any:
    """A quantile of the window's own rows."""
    d, reached = compiler.rows(group, group.part.about)
    numbers = [
        quantile_of(leaf.number or 0.5, d.c.value).label(name) for leaf, name in names.items()
    ]
    source = sa.join(w, d, is_between(d, w))
    return compiler.finish(group, source, d, w.c.hi, w.c.id, numbers, reached)


def quantile_of(q: float, value: Any) -> Any:
    """The q-quantile of a column, linear between neighbours."""
    return quantile(sa.literal_column(repr(float(q))), double(value))


RULES: dict[str, Callable[..., Any]] = {
    "between": _by_days(is_between),
    "until": _by_days(is_until),
    "at": _by_days(_is_at),
    "keys": _by_days(_is_first_in_window, ("day", "prev_day")),
    "before": _by_days(_is_first_in_window_before, ("day", "prev_day")),
    "cohort": _cohort,
    "movement": _movement,
    "rows": _rows,
}
