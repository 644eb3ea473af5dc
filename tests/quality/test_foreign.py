"""The shipped queries on a warehouse that nobody made for them, on both engines.

Nothing crashes, no column that is empty turns into a zero, and what is wrong is counted. What the
warehouse holds is told in `foreign`; every number here was counted from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import data
from metrics import CheckInfo, Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import ROOT, load_settings
from tests.quality import foreign

START = date(2026, 8, 1)

LACKING = {
    "collected_revenue": "values in charges.refunded",
    "total_feature_uses": "values in feature_use.usage_count",
    "quality_issue_rate_30d": "values in tap_events.is_anomaly",
    "temperature_anomaly_rate": "values in tap_events.is_temperature_anomaly",
    "pressure_anomaly_rate": "values in tap_events.is_pressure_anomaly",
    "actions_per_session": "values in sessions.actions",
    "avg_days_to_mql": "values in leads.days_to_mql",
    "website_conversion_rate": "values in website_days.goals",
    "overdue_deal_count": "values in deal_outlook.close_date",
    "converted_mqls": "rows in lead_conversions",
    "online_devices": "raw.app_database_device_status_events",
    "device_cpu_usage_pct": "raw.device_telemetry",
    "total_spend": "raw.ad_performance_daily",
    "stage_conversion_rate": "raw.hubspot_deal_stage_history",
    "lifetime_value": "raw.finance_monthly_costs",
}
"""What some metrics lack: empty columns, ids that join nothing, tables that are not there."""

FOUND = {
    ("entity.customers", "unique", "customer_id"): 1,
    ("entity.users", "references", "customer_id"): 1,
    ("fact.accounts", "not_future", "valid_from"): 1,
    ("fact.subscriptions", "not_future", "valid_from"): 1,
    ("fact.subscriptions", "forward", "valid_to"): 1,
    ("fact.subscriptions", "accepted", "status"): 1,
    ("fact.deals", "accepted", "current_stage"): 3,
    ("fact.registrations", "not_future", "valid_from"): 1,
    ("fact.devices_in_service", "not_future", "valid_from"): 1,
    ("fact.tap_events", "not_future", "occurred_at"): 1,
    ("fact.tap_events", "references", "device_id"): 1,
    ("fact.sessions", "not_future", "started_at"): 1,
    ("fact.charges", "accepted", "status"): 12,
    ("fact.charges", "references", "customer_id"): 36,
    ("fact.invoices", "references", "customer_id"): 24,
    ("fact.tickets", "accepted", "status"): 3,
    ("fact.tickets", "accepted", "priority"): 5,
    ("fact.engagements", "accepted", "activity_type"): 15,
    ("fact.engagements", "references", "owner_id"): 59,
    ("fact.deals", "references", "owner_id"): 14,
    ("fact.leads", "not_future", "qualified_at"): 1,
    ("fact.sessions", "filled", "browser"): 404,
    ("fact.touchpoints", "filled", "medium"): 24,
}
"""Rows that some checks found."""

VALUES = {
    "total_customers": 11,
    "total_users": 23,
    "total_devices": 23,
    "active_customers": 8,
    "total_mrr": 23_892,
    "total_sessions": 404,
    "anonymous_session_pct": 45 / 404,
    "won_deals": 3,
    "won_revenue": 12_000,
    "support_tickets_open": 10,
    "total_mqls": 13,
    "outstanding_receivables": 30,
    "bounce_rate": 0.4,
}

ZERO = {
    "nobody is new, grew, shrank or came back": """expansion_revenue_30d new_mrr expansion_mrr
        contraction_mrr reactivation_mrr new_customers reactivated_customers
        churned_customers_12m monthly_churn_12m quick_ratio new_subscription_count""",
    "the newest leads and deals are older than that": """mqls_last_30d mqls_1m
        new_opportunities_30d pipeline_created_30d""",
    "no score is that high": "high_quality_mql_pct",
    "the newest device is older than that": "new_devices_installed_30d",
    "nobody comes by tablet, or at the peak hours": "tablet_usage_pct peak_hour_usage_pct",
    "use is the same every day": "churn_risk_score power_users power_user_percentage casual_users",
    "all owners are owners": "active_admin_users",
    "tickets take three weeks": "sla_compliance",
}
"""Live metrics that are 0 here, by the reason. Another one is a guess until it has one."""


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def layer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Layer]:
    """A build of the foreign warehouse."""
    folder = tmp_path_factory.mktemp("foreign")
    url = f"duckdb:///{folder / 'warehouse.duckdb'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_module_url")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        foreign.load(connection)
    settings = load_settings(
        env={},
        file=folder / "none.toml",
        home=folder,
        warehouse_url=url,
        as_of=foreign.END,
        published_days=2,
    )
    run_build(settings)
    opened = open_layer(settings)
    yield opened
    opened.close()


def live(layer: Layer) -> list[str]:
    return [info.name for info in layer.catalog.metrics.values() if info.status == "live"]


def values(layer: Layer) -> dict[str, float]:
    frame = layer.query(live(layer), start=START, end=foreign.END).frame
    return dict(zip(frame["metric"], frame["value"].astype(float), strict=True))


def test_every_live_metric_answers_whole_by_month_and_by_its_dimensions(layer: Layer) -> None:
    names, catalog = live(layer), layer.catalog
    assert len(names) > 200
    layer.query(names, start=START, grain="month")
    for dimension in catalog.dimensions:
        split = [name for name in names if dimension in catalog.metrics[name].dimensions]
        if split:
            layer.query(split, start=START, by=dimension)


def test_what_is_lacking_is_named(layer: Layer) -> None:
    catalog = layer.catalog
    assert {name: catalog.metrics[name].waits_on[0] for name in LACKING} == LACKING


def test_what_is_wrong_is_counted(layer: Layer) -> None:
    with layer.hold() as pinned:
        found = {(one.about, one.kind, one.column): one.failing for one in pinned.build.checks}
    assert {key: found[key] for key in FOUND} == FOUND


def test_numbers_are_those_of_the_good_rows(layer: Layer) -> None:
    found = values(layer)
    assert {name: found[name] for name in VALUES} == pytest.approx(VALUES)


def test_no_zero_is_silent(layer: Layer) -> None:
    reasoned = {name for names in ZERO.values() for name in names.split()}
    assert {name for name, value in values(layer).items() if value == 0} == reasoned


def test_a_dimension_nobody_has_is_not_offered(layer: Layer) -> None:
    metrics = layer.catalog.metrics
    assert "browser" not in metrics["total_sessions"].dimensions
    assert "category" not in metrics["total_feature_interactions"].dimensions
    assert "device_type" in metrics["total_sessions"].dimensions


@pytest.mark.parametrize("page", ["overview", "quality", "revenue", "operations", "engagement"])
def test_pages_show_it(layer: Layer, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "open_layer", lambda: layer)
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60)
    if page != "overview":
        at.switch_page(f"app_pages/{page}.py")
    at.run()
    assert not at.exception
    assert "could not read" not in "\n".join(one.value for one in at.markdown)
    if page == "quality":
        shown = at.dataframe[0].value
        assert len(shown) == len(layer.catalog.quality.failing)
        assert "requires_action" in set(shown["For example"])


SEEN: dict[str, tuple[dict[str, float], list[CheckInfo]]] = {}


def test_engines_find_and_count_alike(layer: Layer) -> None:
    with layer.hold() as pinned:
        SEEN[pinned.build.engine] = (values(layer), pinned.catalog.quality.failing)
    (numbers, found), *others = SEEN.values()
    for other_numbers, other_found in others:
        assert other_numbers == pytest.approx(numbers, nan_ok=True)
        assert [told(one) for one in other_found] == [told(one) for one in found]


def told(check: CheckInfo) -> tuple[str, ...]:
    """What a check says, but for how an engine writes an instant."""
    return (str(check).replace(".000000", ""), *check.sources)
