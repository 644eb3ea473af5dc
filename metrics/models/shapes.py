"""Arrays to rows of published tables, one function per shape; each yields columnar batches.

A batch is a mapping of column to values, in the order of the model's columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from metrics.format import format_value, reaches
from metrics.models.days import STEPS, customer_days, earlier
from metrics.models.members import SHOWN, Batch, Places, Sources, dates, texts
from metrics.models.numbers import Numbers, column, members_of
from metrics.models.spec import ModelSpec
from metrics.query.catalog import MetricInfo
from metrics.query.cells import Flags
from metrics.query.evaluate import Array, growth
from metrics.query.grid import Grid
from metrics.query.known import target_on

Batches = Iterator[Batch]


def wide(spec: ModelSpec, sources: Sources, days: Sequence[date]) -> Batches:
    """A column per metric; by member where the model has a dimension."""
    named = spec.named(sources.numbers.pinned.catalog)
    if spec.by is None or spec.whole:
        yield _whole(spec, sources.numbers, named, days)
    if spec.by is not None:
        dimension = spec.by
        ids = list(sources.customers.fixed) if dimension == "customer" else []
        for grid in sources.numbers.by_member(dimension, named, days, ids):
            yield _by_member(dimension, grid, sources, named)


def _whole(
    spec: ModelSpec, numbers: Numbers, named: Mapping[str, MetricInfo], days: Sequence[date]
) -> Batch:
    rows = numbers.rows(days)
    members = {"row_type": ["company"] * len(days), "sales_rep": texts([None] * len(days))}
    values = {name: column(numbers.series(info), rows) for name, info in named.items()}
    return {"metric_date": list(days), **(members if spec.whole else {}), **values}


def _by_member(
    dimension: str, grid: Grid, sources: Sources, named: Mapping[str, MetricInfo]
) -> Batch:
    """Rows of the members that are there on a day, or have something on it."""
    days = [period.start for period in grid.periods]
    rows, places = np.nonzero(_there(dimension, grid, sources))
    values = {
        name: grid.series[info.name].values[rows, places]
        if info.name in grid.series
        else np.full(len(rows), np.nan)
        for name, info in named.items()
    }
    shown = SHOWN[dimension](sources, days, Places(members_of(grid), rows, places))
    return {"metric_date": dates(days, rows), **shown, **values}


def _there(dimension: str, grid: Grid, sources: Sources) -> Flags:
    """Which members have something on a day; an account is there from its creation on."""
    assert grid.present is not None
    if dimension != "customer":
        return grid.present
    members, customers = members_of(grid), sources.customers
    existing = [customers.existing(period.start) for period in grid.periods]
    known_by_then: Flags = np.array([[one in ids for one in members] for ids in existing])
    return grid.present | known_by_then


def long(spec: ModelSpec, sources: Sources, days: Sequence[date]) -> Batches:
    """A row per domain, name and entity: the company on all days, customers on some."""
    numbers = sources.numbers
    rows = numbers.rows(days)
    for domain, name, info in _names(numbers):
        series = numbers.series(info)
        values = {
            "metric_value": column(series, rows),
            "numerator": column(series, rows, "numerator"),
            "denominator": column(series, rows, "denominator"),
        }
        entity = ("company", "company", sources.company)
        yield _long(domain, name, info, days, values, entity)
    some = [day for day in customer_days(numbers.pinned.build.as_of) if day in set(days)]
    wanted = {info.name: info for _, _, info in _names(numbers) if "customer" in info.dimensions}
    for grid in numbers.by_member("customer", wanted, some):
        yield from _customer_rows(grid, sources)


def _names(numbers: Numbers) -> Iterator[tuple[str, str, MetricInfo]]:
    for domain, names in numbers.names.items():
        for name, info in names.items():
            yield domain, name, info


def _customer_rows(grid: Grid, sources: Sources) -> Batches:
    """A row for every value a customer has; what has no value has no row."""
    members = members_of(grid)
    days = [period.start for period in grid.periods]
    there = _there("customer", grid, sources)
    names = [sources.customers.name(id) for id in members]
    for domain, name, info in _names(sources.numbers):
        series = grid.series.get(info.name)
        if series is None:
            continue
        rows, places = np.nonzero(there & ~np.isnan(series.values))
        told = Places(members, rows, places)
        values = {
            "metric_value": series.values[rows, places],
            "numerator": series.numerator[rows, places],
            "denominator": series.denominator[rows, places],
        }
        entity = ("customer", told.ids, told.told(names))
        yield _long(domain, name, info, days, values, entity, rows)


def _long(
    domain: str,
    name: str,
    info: MetricInfo,
    days: Sequence[date],
    values: Mapping[str, Array],
    entity: tuple[Any, Any, Any],
    rows: npt.NDArray[np.intp] | None = None,
) -> Batch:
    """One name of one entity, a row for each day; or for those of the days the rows are of."""
    rows = np.arange(len(days)) if rows is None else rows
    return {
        "metric_date": dates(days, rows),
        "domain": domain,
        "metric_name": name,
        **values,
        "unit": info.unit,
        "importance_tier": _tier(info, domain),
        "entity_type": entity[0],
        "entity_id": entity[1],
        "entity_name": entity[2],
        "is_placeholder": info.status != "live",
        "is_complete": np.array(_complete(info, days), dtype=bool)[rows],
    }


def _tier(info: MetricInfo, domain: str) -> str:
    return f"tier_{info.tiers.get(domain, info.tier)}"


def _complete(info: MetricInfo, days: Sequence[date]) -> list[bool]:
    """Whether a metric's sources are known on each day."""
    return [info.answerable and info.as_of is not None and day <= info.as_of for day in days]


def comparisons(spec: ModelSpec, sources: Sources, days: Sequence[date]) -> Batches:
    """A row per domain, name and day, with the value on the days it is held against."""
    numbers = sources.numbers
    rows = numbers.rows(days)
    before = {step: numbers.rows([earlier(day, step) for day in days]) for step in STEPS}
    for domain, name, info in _names(numbers):
        series = numbers.series(info)
        value, complete = column(series, rows), _complete(info, days)
        held: dict[str, Any] = {}
        for step in STEPS:
            past = np.where(complete, column(series, before[step]), np.nan)
            held |= {
                f"value_{step}_before": past,
                f"change_{step}": value - past,
                f"growth_{step}": growth(value, past),
            }
        yield {
            "metric_date": list(days),
            "domain": domain,
            "metric_name": name,
            "metric_value": value,
            "is_complete": complete,
            **held,
            "unit": info.unit,
            "importance_tier": _tier(info, domain),
        }


def overview(spec: ModelSpec, sources: Sources, days: Sequence[date]) -> Batches:
    """A row per headline number and day, as a card would show it."""
    numbers = sources.numbers
    rows = numbers.rows(days)
    before = numbers.rows([earlier(day, "month") for day in days])
    for name, info in spec.named(numbers.pinned.catalog).items():
        value = column(numbers.series(info), rows)
        complete = _complete(info, days)
        past = np.where(complete, column(numbers.series(info), before), np.nan)
        own = [one for one in sources.targets if one.metric.lower() == name]
        # What a single day adds says nothing of a whole period's target.
        held = [None if info.additive_over_time else target_on(own, name, day) for day in days]
        yield {
            "metric_date": list(days),
            "metric_name": name,
            "metric_category": next((one for one in info.domains if one != "company"), "company"),
            "current_value": value,
            "display_value": [
                format_value(one, info.unit, info.display_unit, notation=sources.notation)
                for one in value.tolist()
            ],
            "unit": info.unit,
            "direction": info.direction,
            "previous_value": past,
            "change": value - past,
            "growth": growth(value, past),
            "target": pa.array(held, pa.float64()),
            "status": texts(
                [
                    reaches(one, wanted, info.direction) or None
                    for one, wanted in zip(value.tolist(), held, strict=True)
                ]
            ),
            "is_complete": complete,
        }


SHAPES: Mapping[str, Callable[[ModelSpec, Sources, Sequence[date]], Batches]] = {
    "wide": wide,
    "long": long,
    "comparisons": comparisons,
    "overview": overview,
}
