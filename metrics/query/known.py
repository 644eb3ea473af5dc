"""What a build knows beside numbers: what its things are called, and what the company wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa

from metrics.build.targets import TARGET_COLUMNS, TARGETS
from metrics.errors import QueryError, UnsafeAggregationError
from metrics.query.catalog import MetricInfo
from metrics.query.cells import Executed
from metrics.query.question import Query
from metrics.result import Result
from metrics.sources.model import Entity

Run = Callable[[Any], Executed]
Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Target:
    """What the company wants a metric to be in a period; `end` is the first day after it."""

    metric: str
    start: date
    end: date
    amount: float

    def holds(self, day: date) -> bool:
        """Whether a day lies in its period."""
        return self.start <= day < self.end


def target_on(targets: Iterable[Target], metric: str, day: date) -> float | None:
    """What a metric is to be on a day, by the latest period to start where several hold it.

    People write names of metrics in any case.
    """
    held = [one for one in targets if one.metric.lower() == metric and one.holds(day)]
    return max(held, key=lambda one: one.start).amount if held else None


def attributes(
    run: Run, entity: Entity, table: sa.TableClause, columns: Sequence[str]
) -> Attributes:
    """Columns of an entity by the key of each of its rows; of what changes, the latest row's.

    Raises QueryError for a column it does not have.
    """
    unknown = [name for name in columns if name not in entity.columns]
    if unknown:
        raise QueryError(
            f"'{unknown[0]}' is nothing that is known of a {entity.key}.",
            f"Ask for some of {', '.join(entity.columns)}.",
        )
    key = sa.cast(table.c[entity.key], sa.String()).label("key")
    select = sa.select(key, *[table.c[name].label(f"c_{name}") for name in columns])
    if entity.valid_from:
        select = select.order_by(table.c[entity.valid_from])
    found = run(select.where(table.c[entity.key].is_not(None))).columns
    named = [found[f"c_{name}"] for name in columns]
    rows = zip(found["key"], *named, strict=True)
    return {key: dict(zip(columns, map(_plain, values), strict=True)) for key, *values in rows}


def targets(run: Run, schema: str | None) -> list[Target]:
    """What the company wants to reach, by metric and period."""
    table = sa.table(TARGETS, *map(sa.column, TARGET_COLUMNS), schema=schema)
    columns = [table.c[name] for name in TARGET_COLUMNS]
    found = run(sa.select(*columns).where(*[one.is_not(None) for one in columns])).columns
    rows = zip(*[found[name] for name in TARGET_COLUMNS], strict=True)
    told = [
        Target(str(name), _plain(start), _plain(end), float(amount))
        for name, start, end, amount in rows
    ]
    return sorted(told, key=lambda one: (one.metric, one.start))


def _plain(value: Any) -> Any:
    """A value as Python has it, whatever array it comes from; NaN and NaT are none."""
    if value is None or value != value:
        return None
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[D]").item()
    return value.item() if isinstance(value, np.generic) else value


def by_attribute(
    ask: Callable[[Query], Result], info: MetricInfo, query: Query, known: Attributes, name: str
) -> dict[str | None, float]:
    """The metric of a question by what is known of its members, in order of that.

    Members of whom nothing is known are one group of None. Raises UnsafeAggregationError for a
    metric whose members do not add up.
    """
    if not info.additive_over_dimensions:
        raise UnsafeAggregationError(
            f"Members of '{info.name}' do not add up.",
            "Ask for a metric that is a sum over its members.",
        )
    [dimension] = query.by
    rows = ask(query).frame
    rows = rows[rows["value"].notna() & (rows["value"] != 0)]
    groups = [known.get(str(member), {}).get(name) for member in rows[dimension]]
    sums: dict[str | None, float] = {}
    for group, value in zip(groups, rows["value"], strict=True):
        text = None if group is None else str(group)
        sums[text] = sums.get(text, 0.0) + float(value)
    return {text: sums[text] for text in sorted(sums, key=lambda text: (text is None, text))}
