"""What the pages show, as data: which metrics, in which order, split by what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FAVICON = HERE / "favicon.png"
EXPLORE = "app_pages/explore.py"
CATALOG = "app_pages/catalog.py"


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
        "Customers and product",
        ("active_customers", "monthly_active_users", "dau_mau_ratio", "net_new_customers_30d"),
    ),
    Row(
        "Operations and go-to-market",
        ("device_availability_pct", "tap_events_30d", "customer_acquisition_cost", "ltv_cac_ratio"),
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
