"""Every cell of every published table is what the layer answers to the same question."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.format import format_value
from metrics.models.spec import published_models
from metrics.query.catalog import DOMAINS, MetricInfo
from tests.models.conftest import LAST_DAY, Published

Cell = tuple[Any, ...]
DAYS = [
    date(2026, 9, 30),
    date(2026, 10, 31),
    *(LAST_DAY - timedelta(days=back) for back in range(11, -1, -1)),
]
ID = {"customer": "customer_id", "location": "location_id", "owner": "sales_rep"}
OF_WHOLE = [name for name, spec in published_models().items() if spec.shape == "wide"]


def day_of(value: Any) -> date:
    return pd.Timestamp(value).date()


def text(value: Any) -> Any:
    return None if value is None or value != value else value


def same(found: Any, wanted: Any) -> bool:
    """Equal numbers; nothing is only equal to nothing."""
    if found is None or wanted is None or found != found or wanted != wanted:
        return (found is None or found != found) and (wanted is None or wanted != wanted)
    return math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-9)


def answers(
    published: Published, names: list[str], by: str | None = None, **question: Any
) -> pd.DataFrame:
    """What the layer says of metrics that are live, day by day."""
    question.setdefault("days", DAYS)
    return published.layer.query(names, by=by, skip_waiting=True, **question).frame


def cells(frame: pd.DataFrame, by: str | None, column: str = "value") -> dict[Cell, float]:
    members = [None] * len(frame) if by is None else [text(one) for one in frame[by]]
    keys = zip(map(day_of, frame["start"]), members, frame["metric"], strict=True)
    return dict(zip(keys, frame[column], strict=True))


def live(names: dict[str, MetricInfo], by: str | None = None) -> list[str]:
    return sorted(
        {
            info.name
            for info in names.values()
            if info.answerable and (by is None or by in info.dimensions)
        }
    )


def wrong_cells(
    table: pd.DataFrame, names: dict[str, MetricInfo], by: str | None, wanted: dict[Cell, float]
) -> Iterator[str]:
    """Cells that differ from the answers; a name without an answer must be empty."""
    members = [None] * len(table) if by is None else [text(one) for one in table[ID.get(by, by)]]
    days = [day_of(one) for one in table["metric_date"]]
    for name, info in names.items():
        for day, member, found in zip(days, members, table[name], strict=True):
            if not same(found, wanted.get((day, member, info.name), math.nan)):
                yield f"{day} {member} {name}: {found}"


@pytest.mark.parametrize("name", OF_WHOLE)
def test_wide_models_hold_the_layers_answers(published: Published, name: str) -> None:
    spec = published_models()[name]
    table = published.read(f"SELECT * FROM metrics.{name}")
    names = spec.named(published.layer.catalog)
    if spec.whole:
        company = table[table["row_type"] == "company"]
        whole = cells(answers(published, live(names)), None)
        assert list(wrong_cells(company, names, None, whole)) == []
        assert [day_of(day) for day in sorted(company["metric_date"])] == DAYS
        table = table[table["row_type"] == "rep"]
    wanted = cells(answers(published, live(names, spec.by), spec.by), spec.by)
    assert list(wrong_cells(table, names, spec.by, wanted)) == []
    assert len(names) + 2 <= len(table.columns)
    if spec.by is None:
        assert [day_of(day) for day in sorted(table["metric_date"])] == DAYS
    else:
        told = {day_of(day) for day in table["metric_date"]}
        assert told <= set(DAYS)
        assert max(told) == LAST_DAY
        keys = table[["metric_date", ID.get(spec.by, spec.by)]]
        assert not keys.duplicated().any()


@pytest.mark.parametrize("name", ["metrics_revenue", "metrics_operations_by_location"])
def test_members_add_up_to_the_company(published: Published, name: str) -> None:
    spec = published_models()[name]
    metric = {"metrics_revenue": "total_mrr"}.get(name, "total_devices")
    sums = published.read(
        f"SELECT metric_date, SUM({metric}) AS total FROM metrics.{name} GROUP BY metric_date"
    )
    whole = cells(answers(published, [metric]), None)
    for day, total in zip(sums["metric_date"], sums["total"], strict=True):
        assert same(total, whole[day_of(day), None, metric]), day
    assert spec.by is not None


def accounts(published: Published) -> list[dict[str, Any]]:
    """Accounts as the build keeps them."""
    with published.layer.hold() as pinned, published.layer.store.lease() as lease:
        entity = pinned.entities["customers"]
        with lease.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(entity.select())]


def created_days(published: Published) -> dict[Any, date | None]:
    return {row["customer_id"]: row["created_date"] for row in accounts(published)}


def test_customers_are_there_from_the_day_they_are_created(published: Published) -> None:
    table = published.read(
        "SELECT metric_date, customer_id, customer_name, industry, customer_tier, plan "
        "FROM metrics.metrics_customer_success WHERE customer_id IS NOT NULL"
    )
    rows = accounts(published)
    created = created_days(published)
    wanted = {
        (day, id) for id, first in created.items() for day in DAYS if first is None or first <= day
    }
    found = {
        (day_of(d), id) for d, id in zip(table["metric_date"], table["customer_id"], strict=True)
    }
    assert wanted <= found
    strangers = {id for _, id in found} - set(created)
    assert strangers  # rows that name an account nobody knows are not dropped
    names = {row["customer_id"]: (row["customer_name"], row["industry"]) for row in rows}
    for id, name, industry in zip(
        table["customer_id"], table["customer_name"], table["industry"], strict=True
    ):
        assert (text(name), text(industry)) == names.get(id, (None, None))


def test_plan_and_tier_are_those_in_force_on_the_day(published: Published) -> None:
    table = published.read(
        "SELECT metric_date, plan, customer_tier, SUM(total_mrr) AS mrr "
        "FROM metrics.metrics_revenue GROUP BY metric_date, plan, customer_tier"
    )
    frame = published.layer.query("total_mrr", by=["plan", "tier"], days=DAYS).frame
    wanted = {
        (day_of(row.start), text(row.plan), text(row.tier)): row.value
        for row in frame.itertuples()
        if row.value
    }
    found = {
        (day_of(row.metric_date), text(row.plan), text(row.customer_tier)): row.mrr
        for row in table.itertuples()
        if row.mrr
    }
    assert found.keys() == wanted.keys()
    assert all(same(found[key], wanted[key]) for key in wanted)


def names_by_domain(published: Published) -> dict[str, dict[str, MetricInfo]]:
    return {domain: published.layer.catalog.names(domain) for domain in DOMAINS}


def test_the_long_model_holds_every_name_of_every_domain(published: Published) -> None:
    table = published.read("SELECT * FROM metrics.metrics_unified_domains")
    company = table[table["entity_type"] == "company"]
    infos = published.layer.catalog.metrics
    everything = {name: info for name, info in infos.items() if info.answerable}
    frame = answers(published, sorted(everything))
    asked = {column: cells(frame, None, column) for column in ("value", "numerator", "denominator")}
    complete = cells(frame, None, "complete")
    rows, names = {}, names_by_domain(published)
    for row in company.itertuples():
        day, info = day_of(row.metric_date), names[row.domain][row.metric_name]
        rows[day, row.domain, row.metric_name] = row
        key = (day, None, info.name)
        assert same(row.metric_value, asked["value"].get(key)), row
        assert same(row.numerator, asked["numerator"].get(key)), row
        assert same(row.denominator, asked["denominator"].get(key)), row
        assert row.is_complete == complete.get(key, False), row
        assert row.is_placeholder == (info.status != "live")
        assert (row.unit, row.entity_id) == (info.unit, "company")
        assert row.importance_tier == f"tier_{info.tiers.get(row.domain, info.tier)}"
    assert rows.keys() == {
        (day, domain, name) for day in DAYS for domain, own in names.items() for name in own
    }
    assert len(rows) == len(company)


def test_the_long_model_has_customers_on_the_latest_day_and_month_ends(
    published: Published,
) -> None:
    table = published.read(
        "SELECT * FROM metrics.metrics_unified_domains WHERE entity_type = 'customer'"
    )
    days = [date(2026, 9, 30), date(2026, 10, 31), LAST_DAY]
    names = names_by_domain(published)
    everything = sorted({one for own in names.values() for one in live(own, "customer")})
    frame = answers(published, everything, "customer", days=days)
    wanted = {
        (day, member, metric): value
        for (day, member, metric), value in cells(frame, "customer").items()
        if value == value
    }
    found = {}
    for row in table.itertuples():
        info = names[row.domain][row.metric_name]
        key = (day_of(row.metric_date), text(row.entity_id), info.name)
        found[key] = row.metric_value
        assert same(row.metric_value, wanted[key]), row
    created = created_days(published)
    assert found.keys() >= {
        (day, member, metric)
        for day, member, metric in wanted
        if member in created and (created[member] or day) <= day
    }
    assert not table.duplicated(["metric_date", "domain", "metric_name", "entity_id"]).any()


STEPS = {
    "day": "previous_days",
    "week": "previous_week",
    "month": "previous_month",
    "quarter": "previous_quarter",
    "year": "previous_year",
}


@pytest.mark.parametrize(
    "step",
    [
        "month",
        "year",
        # The same columns by the same road, a few days away.
        *(pytest.param(step, marks=pytest.mark.slow) for step in ("day", "week", "quarter")),
    ],
)
def test_the_api_model_holds_a_metric_against_its_past(published: Published, step: str) -> None:
    columns = f"value_{step}_before, change_{step}, growth_{step}"
    table = published.read(
        f"SELECT metric_date, domain, metric_name, metric_value, is_complete, {columns} "
        "FROM metrics.metrics_api"
    )
    infos = published.layer.catalog.metrics
    everything = sorted(name for name, info in infos.items() if info.answerable)
    frame = answers(published, everything, compare=STEPS[step])
    wanted = {
        column: cells(frame, None, column)
        for column in ("value", "previous_value", "change", "growth")
    }
    names = names_by_domain(published)
    for row in table.to_dict("records"):
        info = names[row["domain"]][row["metric_name"]]
        key = (day_of(row["metric_date"]), None, info.name)
        assert same(row["metric_value"], wanted["value"].get(key)), row
        assert same(row[f"value_{step}_before"], wanted["previous_value"].get(key)), row
        assert same(row[f"change_{step}"], wanted["change"].get(key)), row
        assert same(row[f"growth_{step}"], wanted["growth"].get(key)), row
    assert len(table) == len(DAYS) * sum(len(own) for own in names.values())


def test_the_overview_reads_as_cards_do(published: Published) -> None:
    table = published.read("SELECT * FROM metrics.metrics_company_overview")
    names = published.layer.catalog.names("company")
    frame = answers(published, live(names), compare="previous_month")
    wanted = {
        column: cells(frame, None, column)
        for column in ("value", "previous_value", "change", "growth")
    }
    assert len(table) == len(DAYS) * len(names)
    for row in table.itertuples():
        info = names[row.metric_name]
        key = (day_of(row.metric_date), None, info.name)
        value = wanted["value"].get(key, math.nan)
        assert same(row.current_value, value), row
        assert same(row.previous_value, wanted["previous_value"].get(key)), row
        assert same(row.change, wanted["change"].get(key)), row
        assert same(row.growth, wanted["growth"].get(key)), row
        assert row.display_value == format_value(value, info.unit, info.display_unit)
        assert row.direction == info.direction
        assert row.metric_category in {*info.domains}


def test_targets_stand_beside_the_days_of_their_period(published: Published) -> None:
    table = published.read(
        "SELECT metric_date, metric_name, current_value, target, status "
        "FROM metrics.metrics_company_overview WHERE target IS NOT NULL OR status IS NOT NULL "
        "ORDER BY metric_name, metric_date"
    )
    rows = [
        (row.metric_name, day_of(row.metric_date), row.target, row.status)
        for row in table.itertuples()
    ]
    november = [date(2026, 11, day) for day in range(1, 13)]
    assert rows == [
        ("dau", date(2026, 11, 10), 100000, "missed"),
        ("dau", date(2026, 11, 11), 100000, "missed"),
        *(("total_mrr", day, 1, "reached") for day in november),
    ]
