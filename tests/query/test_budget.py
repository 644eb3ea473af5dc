"""How many statements the shipped metrics take: a number of parts, whatever is asked of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from metrics import Query
from metrics.parts.model import Model, load_model
from metrics.parts.plan import Part
from metrics.periods import Calendar
from metrics.query.answer import Answers
from metrics.query.catalog import DOMAINS, Catalog
from metrics.query.cells import Executed
from metrics.query.compile import Tables
from metrics.settings import load_settings
from metrics.sources.contract import declared
from metrics.store.info import BuildInfo, FactState

LAST_DAY = date(2026, 10, 31)


class Asked:
    """A store that has every table, answers nothing and counts what it is asked."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.selects: list[Any] = []
        self.catalog = Catalog(model, info_of(model))
        tables = Tables(self.part, {name: self.entity(name) for name in model.queries.entities})
        self.answers = Answers(model, self.catalog, info_of(model), tables, self.run, Calendar())

    def part(self, part: Part) -> sa.TableClause:
        measures = [name for one in part.measures for name in (one, f"{one}__clock")]
        scored: list[str] = []
        if part.kind == "score":
            score = self.model.definitions.scores[part.about]
            numbers = ["total", "entities", *(f"under_{bound}" for bound in score.kept_bounds)]
            scored = [*numbers, *(f"{name}__{one}" for name in score.sums for one in numbers)]
        others = "day prev_day first_day age prev_age n total entities".split()
        names = dict.fromkeys([*part.dimensions, *measures, *others, *scored])
        return sa.table(part.name, *map(sa.column, names))

    def entity(self, name: str) -> sa.TableClause:
        columns = [*self.model.queries.entities[name].columns, "valid_to"]
        return sa.table(f"entity__{name}", *map(sa.column, columns))

    def run(self, select: Any) -> Executed:
        self.selects.append(select)
        nothing = {column.name: np.empty(0) for column in select.selected_columns}
        return Executed(lambda: "", nothing)

    def statements(self, *queries: Query) -> int:
        self.selects.clear()
        self.answers.answer(queries)
        return len(self.selects)

    def live(self, *dimensions: str) -> list[str]:
        return [
            name
            for name, info in self.catalog.metrics.items()
            if info.status == "live" and set(dimensions) <= set(info.dimensions)
        ]


def info_of(model: Model) -> BuildInfo:
    """A build in which every fact has rows."""
    now = datetime.now(UTC)
    first = LAST_DAY - timedelta(days=800)
    state = FactState(rows=1, first_day=first, as_of=LAST_DAY)
    return BuildInfo(
        id="1",
        started_at=now,
        finished_at=now,
        engine="duckdb",
        warehouse="none",
        is_demo=False,
        last_full_day=LAST_DAY,
        as_of=LAST_DAY,
        first_day=first,
        facts=dict.fromkeys(model.queries.facts, state),
        parts=model.fingerprints,
        looked_for=tuple(source.table for source in model.queries.sources.values()),
        warehouse_tables=dict(declared(model.queries)),
    )


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked(load_model(load_settings(env={})))


def test_all_metrics_are_live_where_every_fact_has_rows(asked: Asked) -> None:
    assert [n for n, info in asked.catalog.metrics.items() if info.status != "live"] == []


def test_every_live_metric_at_once_takes_few_statements(asked: Asked) -> None:
    everything = asked.live()
    assert len(everything) > 400
    assert asked.statements(Query.of(everything, grain="month")) <= 0.41 * len(everything)


@pytest.mark.parametrize("dimension", ["plan", "industry", "region", "customer"])
def test_every_breakdown_at_once_takes_few_statements(asked: Asked, dimension: str) -> None:
    names = asked.live(dimension)
    assert len(names) > 30
    assert asked.statements(Query.of(names, grain="month", by=dimension)) <= 0.48 * len(names)


def test_more_grains_and_comparisons_take_no_more_statements(asked: Asked) -> None:
    everything = asked.live()
    alone = asked.statements(Query.of(everything))
    questions = [
        Query.of(everything, grain=grain, start=LAST_DAY - timedelta(days=100), compare=compare)
        for grain in ("day", "week", "month", None)
        for compare in ("previous_month", "previous_year", None)
    ]
    assert asked.statements(*questions) == alone


MOST = {
    "company": 22,
    "revenue": 19,
    "customer_success": 56,
    "sales": 28,
    "product": 38,
    "marketing": 37,
    "operations": 22,
    "engagement": 16,
}


def test_every_page_has_a_budget() -> None:
    assert set(MOST) == set(DOMAINS)


@pytest.mark.parametrize(("domain", "most"), MOST.items())
def test_a_page_takes_few_statements(asked: Asked, domain: str, most: int) -> None:
    """A statement reads one part by one rule, so a domain over more facts takes more of them."""
    names = [info.name for info in asked.catalog.domain(domain) if info.status == "live"]
    question = Query.of(names, grain="month", compare="previous_year")
    assert asked.statements(question) <= most


def test_one_metric_takes_one_statement(asked: Asked) -> None:
    for name in ("total_mrr", "mau", "new_mrr", "churned_customers"):
        if name in asked.catalog.metrics:
            assert asked.statements(Query.of(name, grain="day", compare="previous_year")) == 1
