"""What analysts write on their first day works as it stands, and says what the layer says."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.models.conftest import LAST_DAY, Published
from tests.models.test_cells import day_of, same

LOWEST_HEALTH = """
SELECT customer_name, customer_tier, customer_health_score, churn_risk_score, current_mrr
FROM metrics.metrics_customer_success
WHERE metric_date = (SELECT MAX(metric_date) FROM metrics.metrics_customer_success)
  AND customer_health_score IS NOT NULL
ORDER BY customer_health_score ASC
LIMIT 10
"""
TIER_ONE = """
SELECT domain, metric_name, AVG(metric_value) AS avg_value, COUNT(DISTINCT entity_id) AS entities
FROM metrics.metrics_unified_domains
WHERE importance_tier = 'tier_1'
  AND metric_date = (SELECT MAX(metric_date) FROM metrics.metrics_unified_domains)
GROUP BY domain, metric_name
ORDER BY domain, metric_name
"""
STICKINESS = """
SELECT metric_date,
       MAX(CASE WHEN metric_name = 'dau' THEN metric_value END) AS dau,
       MAX(CASE WHEN metric_name = 'mau' THEN metric_value END) AS mau,
       MAX(CASE WHEN metric_name = 'stickiness' THEN metric_value END) AS stickiness
FROM metrics.metrics_unified_domains
WHERE domain = 'product'
  AND entity_type = 'company'
  AND metric_date > CAST('2026-11-12' AS DATE) - 30
GROUP BY metric_date
ORDER BY metric_date
"""
HEALTH_CATEGORY = """
WITH customer_metrics AS (
    SELECT entity_id,
           MAX(CASE WHEN metric_name = 'customer_health_score' THEN metric_value END) AS health,
           MAX(CASE WHEN metric_name = 'current_mrr' THEN metric_value END) AS mrr,
           MAX(CASE WHEN metric_name = 'monthly_active_users' THEN metric_value END) AS mau
    FROM metrics.metrics_unified_domains
    WHERE domain = 'customer_success'
      AND entity_type = 'customer'
      AND metric_date = (SELECT MAX(metric_date) FROM metrics.metrics_unified_domains)
    GROUP BY entity_id
)
SELECT CASE WHEN health >= 80 THEN 'Healthy' WHEN health >= 60 THEN 'Watch' ELSE 'At risk' END
           AS health_category,
       COUNT(*) AS customers, SUM(mrr) AS mrr, SUM(mau) AS mau
FROM customer_metrics
WHERE health IS NOT NULL
GROUP BY 1
ORDER BY 1
"""


def by_customer(published: Published, metric: str) -> dict[str, float]:
    frame = published.layer.query(metric, by="customer", days=[LAST_DAY]).frame
    return {row.customer: row.value for row in frame.itertuples() if row.value == row.value}


def test_the_ten_least_healthy_customers(published: Published) -> None:
    table = published.read(LOWEST_HEALTH)
    health = by_customer(published, "customer_health_score")
    assert len(table) == 10
    assert table["customer_health_score"].tolist() == pytest.approx(sorted(health.values())[:10])
    assert table["customer_name"].notna().all()


def test_tier_one_of_every_domain(published: Published) -> None:
    table = published.read(TIER_ONE)
    infos = published.layer.catalog
    wanted = {
        (domain, name)
        for domain in sorted({domain for info in infos.metrics.values() for domain in info.domains})
        for name, info in infos.names(domain).items()
        if info.tiers[domain] == 1
    }
    assert set(zip(table["domain"], table["metric_name"], strict=True)) == wanted
    mrr = table[(table["domain"] == "revenue") & (table["metric_name"] == "total_mrr")].iloc[0]
    frame = published.layer.query(
        ["total_mrr", "customer_health_score", "total_users"], by="customer", days=[LAST_DAY]
    ).frame
    customers = frame[frame["metric"] == "total_mrr"]["value"].tolist()
    whole = published.layer.query("total_mrr", days=[LAST_DAY]).value()
    assert whole is not None
    # The company, its customers, and a row for what belongs to none of them.
    assert mrr["entities"] >= len([one for one in customers if one])
    assert same(mrr["avg_value"], 2 * whole / (mrr["entities"] + 1))


def test_stickiness_by_day(published: Published) -> None:
    table = published.read(STICKINESS)
    days = [day_of(day) for day in table["metric_date"]]
    assert days[-1] == LAST_DAY
    for name in ("dau", "mau", "stickiness"):
        frame = published.layer.query(name, days=days).frame
        pd.testing.assert_series_equal(
            table[name], frame["value"], check_names=False, check_exact=False, rtol=1e-12
        )


def test_health_categories_with_revenue_and_users(published: Published) -> None:
    table = published.read(HEALTH_CATEGORY).set_index("health_category")
    health, mrr, users = (
        by_customer(published, metric)
        for metric in ("customer_health_score", "total_mrr", "monthly_active_users")
    )
    wanted: dict[str, list[float]] = {}
    for id, score in health.items():
        category = "Healthy" if score >= 80 else "Watch" if score >= 60 else "At risk"
        found = wanted.setdefault(category, [0, 0.0, 0.0])
        found[0] += 1
        found[1] += mrr.get(id, 0.0)
        found[2] += users.get(id, 0.0)
    assert table.index.tolist() == sorted(wanted)
    for category, (customers, revenue, active) in wanted.items():
        row = table.loc[category]
        assert row["customers"] == customers
        assert same(row["mrr"], revenue)
        assert same(row["mau"], active)
