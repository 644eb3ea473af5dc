"""What the pages show, as data: which metrics, in which order, split by what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FAVICON = HERE / "favicon.png"
EXPLORE = "app_pages/explore.py"
CATALOG = "app_pages/catalog.py"
QUALITY = "app_pages/quality.py"
BUILDS = "app_pages/builds.py"
GLOSSARY = "app_pages/glossary.py"
NEED_NO_DATES = (CATALOG, QUALITY, BUILDS, GLOSSARY)


@dataclass(frozen=True)
class Row:
    """A labelled row of headline cards."""

    title: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """One domain page: four headlines, the metrics its chart switches between, its split.

    `breakdowns` are tried in order; a metric takes the first it allows.
    """

    key: str
    title: str
    headlines: tuple[str, ...]
    switch: tuple[str, ...]
    breakdowns: tuple[str, ...] = ("tier", "region", "industry", "device_type", "role")


@dataclass(frozen=True)
class Part:
    """One class of a movement, and whether it is drawn below zero."""

    metric: str
    label: str
    down: bool = False


COMPANY = "company"
OVERVIEW = (
    Row(
        "Growth",
        ("total_mrr", "net_revenue_retention", "customer_churn_rate", "net_new_mrr"),
    ),
    Row(
        "Customers",
        (
            "active_customers",
            "net_new_customers_30d",
            "customer_health_score",
            "support_tickets_open",
        ),
    ),
    Row(
        "Go-to-market",
        ("total_pipeline_value", "win_rate", "total_mqls", "customer_acquisition_cost"),
    ),
    Row(
        "Product and operations",
        ("monthly_active_users", "dau_mau_ratio", "device_availability_pct", "tap_events_30d"),
    ),
)
# The word after "Explore" on a card: unique, and short enough for half a phone.
SHORT_NAMES = {
    "total_mrr": "MRR",
    "total_arr": "ARR",
    "net_revenue_retention": "NRR",
    "customer_churn_rate": "churn",
    "net_new_mrr": "net new MRR",
    "active_customers": "customers",
    "monthly_active_users": "MAU",
    "dau_mau_ratio": "stickiness",
    "net_new_customers_30d": "net adds",
    "device_availability_pct": "uptime",
    "tap_events_30d": "pours",
    "total_volume_liters_30d": "volume",
    "quality_issue_rate_30d": "quality",
    "customer_acquisition_cost": "CAC",
    "ltv_cac_ratio": "LTV to CAC",
    "active_users": "users",
    "account_engagement_rate": "accounts",
    "avg_session_minutes_30d": "sessions",
    "engaged_user_rate": "engaged",
    "customer_health_score": "health",
    "at_risk_customer_count": "at risk",
    "mrr_at_risk": "MRR at risk",
    "support_tickets_open": "tickets",
    "total_pipeline_value": "pipeline",
    "win_rate": "win rate",
    "revenue_closed_mtd": "closed",
    "avg_sales_cycle_days": "cycle",
    "daily_active_users": "DAU",
    "activation_rate": "activation",
    "total_mqls": "MQLs",
    "total_spend": "spend",
    "roas": "ROAS",
}
EXPLORE_FIRST = "total_mrr"
OVERVIEW_TRENDS = ("total_mrr", "customer_churn_rate")
OVERVIEW_SPLIT = "active_customers"
OVERVIEW_SPLIT_BY = ("region", "tier", "industry")
MOVEMENT_TITLE = "MRR movements"
MOVEMENT = (
    Part("new_mrr", "New"),
    Part("reactivation_mrr", "Reactivation"),
    Part("expansion_mrr", "Expansion"),
    Part("contraction_mrr", "Contraction", down=True),
    Part("churned_mrr", "Churn", down=True),
)
# Neighbours in the stack get colours that are far apart; the legend keeps the reading order.
MOVEMENT_COLOURS = ("New", "Churn", "Expansion", "Contraction", "Reactivation")

DOMAINS = {
    "revenue": Domain(
        "revenue",
        "Revenue",
        headlines=("total_mrr", "total_arr", "net_new_mrr", "customer_churn_rate"),
        switch=(
            "total_mrr",
            "total_arr",
            "net_new_mrr",
            "customer_churn_rate",
            "net_revenue_retention",
            "arpa",
        ),
    ),
    "operations": Domain(
        "operations",
        "Operations",
        headlines=(
            "device_availability_pct",
            "tap_events_30d",
            "total_volume_liters_30d",
            "quality_issue_rate_30d",
        ),
        switch=(
            "device_availability_pct",
            "tap_events_30d",
            "total_volume_liters_30d",
            "quality_issue_rate_30d",
            "active_devices",
            "active_locations",
        ),
        breakdowns=("region", "industry", "device_type", "tier"),
    ),
    "engagement": Domain(
        "engagement",
        "Engagement",
        headlines=(
            "active_users",
            "account_engagement_rate",
            "avg_session_minutes_30d",
            "engaged_user_rate",
        ),
        switch=(
            "active_users",
            "active_accounts",
            "account_engagement_rate",
            "total_sessions_30d",
            "avg_session_minutes_30d",
            "engaged_user_rate",
        ),
    ),
    "customer_success": Domain(
        "customer_success",
        "Customer success",
        headlines=(
            "customer_health_score",
            "at_risk_customer_count",
            "mrr_at_risk",
            "support_tickets_open",
        ),
        switch=(
            "customer_health_score",
            "mrr_at_risk",
            "churn_risk_score",
            "customer_churn_rate",
            "user_activation_rate",
            "support_tickets_30d",
        ),
        breakdowns=("tier", "industry", "region", "category"),
    ),
    "sales": Domain(
        "sales",
        "Sales",
        headlines=(
            "total_pipeline_value",
            "revenue_closed_mtd",
            "win_rate",
            "avg_sales_cycle_days",
        ),
        switch=(
            "total_pipeline_value",
            "weighted_pipeline_value",
            "revenue_closed_mtd",
            "win_rate",
            "avg_deal_size",
            "avg_sales_cycle_days",
        ),
        breakdowns=("owner", "stage", "deal_type", "lead_source"),
    ),
    "product": Domain(
        "product",
        "Product analytics",
        headlines=(
            "daily_active_users",
            "monthly_active_users",
            "dau_mau_ratio",
            "activation_rate",
        ),
        switch=(
            "monthly_active_users",
            "daily_active_users",
            "dau_mau_ratio",
            "feature_user_adoption_rate",
            "user_retention_d30",
            "activation_rate",
        ),
        breakdowns=("feature_name", "role", "device_type", "tier", "region"),
    ),
    "marketing": Domain(
        "marketing",
        "Marketing",
        headlines=(
            "total_spend",
            "total_mqls",
            "roas",
            "customer_acquisition_cost",
        ),
        switch=(
            "total_spend",
            "attributed_revenue",
            "roas",
            "total_mqls",
            "cost_per_mql",
            "website_sessions",
        ),
        breakdowns=("platform", "channel", "lead_source", "campaign"),
    ),
}

TIER_NAMES = {1: "1 · Headline", 2: "2 · Core", 3: "3 · Detail"}
DOMAIN_NAMES = {
    "company": "Company",
    "revenue": "Revenue",
    "operations": "Operations",
    "engagement": "Engagement",
    "customer_success": "Customer success",
    "sales": "Sales",
    "product": "Product analytics",
    "marketing": "Marketing",
}
STATUS_NAMES = {"live": "Live", "ready": "Ready", "waiting": "Waiting", "blocked": "Blocked"}
SOURCE_STATUS_NAMES = {"read": "Read", "missing": "Missing", "unused": "Not used"}
SEVERITY_NAMES = {"error": "Left out", "warning": "Counted"}
STATUS_TEXTS = {
    "ready": "Defined, and the warehouse has what it needs. The next build brings it to life:",
    "waiting": "Defined, but the warehouse lacks what it needs:",
    "blocked": "Defined, and its tables are there, but empty or silent:",
}
WINDOW_NAMES = {
    "period": "the period shown",
    "end": "its last day",
    "all time": "all days up to its last",
    "wtd": "week to date",
    "mtd": "month to date",
    "qtd": "quarter to date",
    "ytd": "year to date",
}
GOOD_WHEN = {"up": "higher", "down": "lower", "neutral": "depends"}
