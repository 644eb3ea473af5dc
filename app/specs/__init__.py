"""What the pages show, as data: which metrics, in which order, split by what."""

from __future__ import annotations

from pathlib import Path

from app.specs.company import COMPANY, OVERVIEW
from app.specs.customer_success import CUSTOMER_SUCCESS
from app.specs.engagement import ENGAGEMENT
from app.specs.marketing import MARKETING
from app.specs.model import Domain, Part, Row, Section
from app.specs.operations import OPERATIONS
from app.specs.product import PRODUCT
from app.specs.revenue import REVENUE
from app.specs.sales import SALES

__all__ = ["COMPANY", "OVERVIEW", "Domain", "Part", "Row", "Section"]

HERE = Path(__file__).parent.parent
FAVICON = HERE / "favicon.png"
EXPLORE = "app_pages/explore.py"
CATALOG = "app_pages/catalog.py"
QUALITY = "app_pages/quality.py"
CUSTOMER_PAGE = "app_pages/customer.py"
BUILDS = "app_pages/builds.py"
GLOSSARY = "app_pages/glossary.py"
NEED_NO_DATES = (CATALOG, QUALITY, BUILDS, GLOSSARY)


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
    "outstanding_receivables": "receivables",
    "days_until_renewal": "renewal",
    "churn_risk_score": "churn risk",
    "days_since_last_login": "logins",
    "avg_user_engagement_score": "engagement",
    "features_adopted": "features",
    "total_sessions_30d": "all sessions",
    "total_devices": "devices",
}
EXPLORE_FIRST = "total_mrr"
DOMAINS = {
    one.key: one
    for one in (REVENUE, OPERATIONS, ENGAGEMENT, CUSTOMER_SUCCESS, SALES, PRODUCT, MARKETING)
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
WEEKDAYS = {
    "1": "Monday",
    "2": "Tuesday",
    "3": "Wednesday",
    "4": "Thursday",
    "5": "Friday",
    "6": "Saturday",
    "7": "Sunday",
}
# Words that sources have for themselves, as people read them; a word not listed stays as it is.
MEMBER_NAMES = {
    "weekday": WEEKDAYS,
    "stage": {
        "appointmentscheduled": "Appointment scheduled",
        "qualifiedtobuy": "Qualified to buy",
        "presentationscheduled": "Presentation scheduled",
        "decisionmakerboughtin": "Decision maker bought in",
        "contractsent": "Contract sent",
        "closedwon": "Closed won",
        "closedlost": "Closed lost",
    },
    "deal_type": {"newbusiness": "New business", "existingbusiness": "Existing business"},
}
MEMBER_NAMES["stage_now"] = MEMBER_NAMES["stage"]
