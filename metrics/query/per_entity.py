"""Aggregates over one row per entity: median, maximum, share of the n largest, counts.

inner   windows x entities: each measure's own value (as of the end, or over the window)
placed  the same, with dimensions that change read as of the window's end
answer  one aggregate per window and split
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from metrics.definitions.expressions import Leaf
from metrics.engines.functions import double
from metrics.parts.plan import Part
from metrics.query.compile import ONE, ZERO, Compiler, Group
from metrics.query.rules import is_between, is_until, kept_columns, number_of, quantile_of


def per_entity(
    compiler: Compiler,
    group: Group,
    leaf: Leaf,
    parts: Sequence[Part],
    takes: Sequence[str],
    windows: Any,
) -> Any:
    """The statement of one leaf; `parts` and `takes` belong to its measures in order."""
    values = [f"v{index}" for index in range(len(parts))]
    inner_split = replace(group.split, by=tuple(dict.fromkeys((*group.split.by, *leaf.by))))
    streams, reached = [], None
    for index, (part, take) in enumerate(zip(parts, takes, strict=True)):
        name = leaf.measures[index]
        inner_group = replace(group, part=part, split=inner_split)
        one = Leaf(name, take)
        d, reached = compiler.days(inner_group, ("day",), kept_columns(part, [one]), f"d{index}")
        carried = [column for column in d.c if column.name.startswith(("by_", "key_"))]
        on = is_between(d, windows) if take == "sum" else is_until(d, windows)
        value = sa.func.sum(number_of(one, part)(d, windows))
        padded = [
            (value if other == index else ZERO).label(label) for other, label in enumerate(values)
        ]
        streams.append(
            sa.select(windows.c.id, windows.c.hi, *carried, *padded)
            .select_from(sa.join(windows, d, on))
            .group_by(windows.c.id, windows.c.hi, *carried)
        )
    assert reached is not None
    entities = _entities(streams, leaf, values)
    source, filters, shown = compiler.place(group, entities, entities, entities.c.hi, reached)
    # Several customers may share an entity such as an hour of a day: sum them once their
    # plan is known, and only then take the maximum.
    columns = {f"by_{name}": column for name, column in shown.items()}
    columns |= {f"by_{name}": entities.c[f"by_{name}"] for name in leaf.by}
    placed = (
        sa.select(
            entities.c.id,
            *[column.label(name) for name, column in columns.items()],
            *[sa.func.sum(entities.c[value]).label(value) for value in values],
        )
        .select_from(source)
        .where(*filters)
        .group_by(entities.c.id, *columns.values())
        .cte("placed")
    )
    splits = [placed.c[f"by_{name}"] for name in group.split.by]
    return AGGREGATES[leaf.take](placed, splits, leaf)


def _entities(streams: Sequence[Any], leaf: Leaf, values: Sequence[str]) -> Any:
    union: Any = sa.union_all(*streams) if len(streams) > 1 else streams[0]
    rows: Any = union.subquery("streams")
    keys = [column for column in rows.c if column.name not in values]
    named = [rows.c[f"by_{name}"].is_not(None) for name in leaf.by]
    return (
        sa.select(*keys, *[sa.func.sum(rows.c[value]).label(value) for value in values])
        .where(*named)
        .group_by(*keys)
        .cte("entities")
    )


def _grouped(placed: Any, splits: Sequence[Any], value: Any, *where: Any) -> Any:
    return (
        sa.select(placed.c.id, *splits, value.label("c0"))
        .where(*where)
        .group_by(placed.c.id, *splits)
    )


def _median(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    return _grouped(placed, splits, quantile_of(0.5, placed.c.v0), placed.c.v0 > 0)


def _max(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    # An entity with nothing in the window is none: a maximum of nothing is no value.
    return _grouped(placed, splits, sa.func.max(placed.c.v0), placed.c.v0 != 0)


def _top_share(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    rank = sa.func.row_number().over(
        partition_by=[placed.c.id, *splits], order_by=placed.c.v0.desc()
    )
    ranked = sa.select(*placed.c, rank.label("place")).where(placed.c.v0 > 0).cte("ranked")
    top = sa.func.sum(sa.case((ranked.c.place <= int(leaf.number or 10), ranked.c.v0), else_=ZERO))
    share = double(top).op("/")(sa.func.nullif(double(sa.func.sum(ranked.c.v0)), ZERO))
    return _grouped(ranked, [ranked.c[column.name] for column in splits], share)


def _differ_by(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    gap = sa.func.abs(sa.func.coalesce(placed.c.v0, ZERO) - sa.func.coalesce(placed.c.v1, ZERO))
    return _grouped(
        placed, splits, sa.func.sum(sa.case((gap > (leaf.number or 0), ONE), else_=ZERO))
    )


def _share_at_least(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    ratio = double(sa.func.coalesce(placed.c.v0, ZERO)).op("/")(double(placed.c.v1))
    reaches = sa.case((ratio >= leaf.number, double(ONE)), else_=double(ZERO))
    return _grouped(placed, splits, sa.func.avg(reaches), placed.c.v1 > 0)


def _count_above(placed: Any, splits: Sequence[Any], leaf: Leaf) -> Any:
    above = sa.case((placed.c.v0 > (leaf.number or 0), ONE), else_=ZERO)
    return _grouped(placed, splits, sa.func.sum(above))


AGGREGATES: Mapping[str, Callable[[Any, Sequence[Any], Leaf], Any]] = {
    "median": _median,
    "max": _max,
    "top_share": _top_share,
    "differ_by": _differ_by,
    "share_at_least": _share_at_least,
    "count_above": _count_above,
}
