"""Rows behind a number: which of its operands have rows, and one page of them from the warehouse.

They are read now, the number was computed by a build: what the rows make together is told beside
it, and whether both agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from metrics.definitions.expressions import Leaf
from metrics.errors import QueryError, UnknownNameError, UnsafeAggregationError
from metrics.kinds import PER_ENTITY
from metrics.parts.model import Model
from metrics.periods import Window
from metrics.query.answer import Answers
from metrics.query.compile import Split
from metrics.query.fact_rows import (
    TOGETHER,
    Taken,
    counts_rows,
    entities_of,
    taken,
    why_no_rows,
)
from metrics.query.look import look_at
from metrics.query.question import Query
from metrics.query.refusals import check_names, check_split, waits
from metrics.result import Stamp
from metrics.settings import Settings

MOST_ROWS = 500
MOST_COLUMNS = 12
ADDS = "adds"
CLOSE = 1e-6


@dataclass(frozen=True)
class Operand:
    """One number that a metric is made of.

    name     of the measure, with a number behind it where the metric takes it in several ways;
    about    what a row of its fact is;
    refused  why it has no rows to show; empty when it has.
    """

    name: str
    fact: str
    about: str
    refused: str
    leaf: Leaf


@dataclass(frozen=True)
class FactRows:
    """One page of the rows a number is made of.

    frame    the page's rows, newest first: the fact's columns, cut to the most telling, and what
             each row `adds` where that is not simply one; `columns` says what they mean.
    rows     how many rows there are; `total` is what they make (`together` says how), `number`
             what the build says.
    days     the days it looks at, `hi` alone for what is told at the end; `stamp` is the number's.
    """

    metric: str
    operand: Operand
    frame: pd.DataFrame
    columns: Mapping[str, str]
    rows: int
    total: float
    number: float
    together: str
    days: Window
    page: int
    size: int
    read_at: datetime
    sql: str
    stamp: Stamp

    @property
    def agrees(self) -> bool:
        """Whether the rows still make the number; they do not if the warehouse has changed."""
        if math.isnan(self.number) or math.isnan(self.total):
            return math.isnan(self.number) == math.isnan(self.total)
        return abs(self.total - self.number) <= CLOSE * max(1.0, abs(self.number))

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.rows // self.size))


def operands(model: Model, answers: Answers, metric: str, domain: str | None) -> list[Operand]:
    """The numbers a metric is made of, in the order of its formula."""
    info = answers.catalog.resolve(metric, domain)
    found: list[Operand] = []
    for leaf in dict.fromkeys(answers.catalog.tree(info.name).leaves()):
        measure = model.definitions.measures.get(leaf.measure)
        reason = why_no_rows(leaf, measure, leaf.take in PER_ENTITY)
        fact = model.queries.facts[measure.fact] if measure else None
        same = sum(one.leaf.measure == leaf.measure for one in found)
        name = f"{leaf.measure} ({same + 1})" if same else leaf.measure
        found.append(
            Operand(
                name,
                fact.name if fact else "",
                fact.description if fact else "",
                reason,
                leaf,
            )
        )
    return found


def page_of(
    settings: Settings,
    model: Model,
    answers: Answers,
    query: Query,
    operand: str | None,
    page: int,
    size: int,
) -> FactRows:
    """A page of the rows behind a metric's number for a range and filters, counted from 1.

    Raises UnsafeAggregationError with the reason where a number has no rows, WarehouseError where
    the warehouse cannot be read.
    """
    if not 1 <= size <= MOST_ROWS or page < 1:
        raise QueryError("There is no such page.", f"A page has at most {MOST_ROWS} rows.")
    [name] = query.metrics
    info = answers.catalog.resolve(name, query.domain)
    if not info.answerable:
        raise waits({name: info.waiting_for})
    check_names(query, model.definitions.dimensions)
    check_split(info, query)
    chosen = _chosen(operands(model, answers, name, query.domain), operand)
    if chosen.refused:
        raise UnsafeAggregationError(
            f"There are no rows to show for '{chosen.name}': {chosen.refused}.",
            "Look at its definition.",
        )
    leaf = chosen.leaf
    days, number, stamp = answers.number_of(query, leaf)
    if days is None:
        raise QueryError(f"'{name}' is not known for these days.", "Ask for earlier ones.")
    heeded = {name: wanted for name, wanted in query.where if leaf.heeds(name)}
    part = answers.planner.plan(leaf, Split((), query.where)).group.part
    fact, measure = model.queries.facts[chosen.fact], model.definitions.measures[leaf.measure]
    names = (*heeded, *(name for name, _ in leaf.where))
    entities = entities_of(model.joins, fact, measure, part, names)
    with look_at(settings, model, answers.info, chosen.fact, entities) as look:
        found = taken(look.maker, leaf, part, heeded, days)
        shown = _columns(model, chosen, found)
        select = found.page(shown, size, (page - 1) * size)
        [counted] = look.run(found.sum_up())
        rows = look.run(select)
        sql = look.sql(select)
    return FactRows(
        name,
        chosen,
        pd.DataFrame(rows, columns=list(shown), dtype=object),
        _described(model, chosen, shown),
        int(counted["rows"]),
        _total(counted["total"], number),
        number,
        TOGETHER[leaf.take],
        days,
        page,
        size,
        datetime.now(UTC),
        sql,
        stamp,
    )


def _chosen(found: list[Operand], name: str | None) -> Operand:
    if name is None:
        return next((one for one in found if not one.refused), found[0])
    for one in found:
        if one.name == name:
            return one
    raise UnknownNameError("operand", name, [one.name for one in found])


def _total(total: Any, number: float) -> float:
    """A sum of no rows is what the layer says of none: nothing, or zero."""
    if total is None:
        return number if math.isnan(number) else 0.0
    return float(total)


def _columns(model: Model, operand: Operand, found: Taken) -> dict[str, Any]:
    """Which columns are shown: keys, when, whose, what is summed or filtered on, then others."""
    fact = model.queries.facts[operand.fact]
    measure = model.definitions.measures[operand.leaf.measure]
    telling = [*fact.key, *fact.moments, *fact.references, *measure.key]
    telling += [measure.value or "", *measure.where, *(name for name, _ in operand.leaf.where)]
    names = [name for name in dict.fromkeys((*telling, *fact.columns)) if name in fact.columns]
    shown = {name: found.rows.staged.c[name] for name in names[:MOST_COLUMNS]}
    told = counts_rows(measure) or measure.value in shown
    if found.adds is not None and (not told or operand.leaf.take == "time_days"):
        shown[ADDS] = found.adds
    return shown


def _described(model: Model, operand: Operand, shown: Mapping[str, Any]) -> dict[str, str]:
    columns = model.queries.facts[operand.fact].columns
    texts = {name: columns[name].description for name in shown if name in columns}
    return texts | ({ADDS: "What the row adds to the number"} if ADDS in shown else {})
