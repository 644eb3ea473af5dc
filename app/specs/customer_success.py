"""The customer success page: how customers are, whom to call first, what support sees."""

from __future__ import annotations

from app.specs.company import HEALTH_BY_SEGMENT
from app.specs.model import (
    Domain,
    Members,
    Ranked,
    Row,
    Scatter,
    Section,
    Spread,
    Trend,
)

NAME = "customer_name"
FACTS = (
    ("industry", "Industry"),
    ("business_type", "Kind"),
    ("employee_count", "Employees"),
    ("state", "State"),
    ("created_date", "Account since"),
)
CUSTOMER_ROWS = (
    Row("Revenue", ("total_mrr", "net_new_mrr", "outstanding_receivables", "days_until_renewal")),
    Row(
        "How it goes",
        (
            "customer_health_score",
            "churn_risk_score",
            "support_tickets_open",
            "days_since_last_login",
        ),
    ),
    Row(
        "What they use",
        (
            "active_users",
            "avg_user_engagement_score",
            "features_adopted",
            "total_sessions_30d",
        ),
    ),
    Row(
        "What pours",
        (
            "total_devices",
            "device_availability_pct",
            "tap_events_30d",
            "quality_issue_rate_30d",
        ),
    ),
)
CUSTOMER_TRENDS = Section(
    "Over time",
    (
        (Trend("total_mrr"), Trend("customer_health_score")),
        (Trend("active_users"), Trend("tap_events_30d")),
    ),
)
# The scores a customer page opens up, and what their inputs are called there.
SCORES = {"customer_health_score": "Health", "churn_risk_score": "Churn risk"}
INPUTS = {
    "engagement": "Engagement of its users",
    "devices": "Health of its devices",
    "revenue_trend": "Trend of its MRR",
    "support": "Tickets for each location",
    "adoption": "Adoption of features",
    "cancellation": "Asked to cancel",
    "overdue": "Overdue invoices",
    "failed_payments": "Failed payments",
    "silent_devices": "Days without a pour",
    "silent_users": "Days without a user",
    "falling_pours": "Pours of 30 days, of 90",
    "falling_use": "Sessions of 30 days, of 90",
}
# What a customer's timeline tells, most telling first; measures count or sum what happened.
EVENTS = {
    "new_mrr": "Became a customer",
    "reactivation_mrr": "Came back",
    "expansion_mrr": "MRR rose",
    "contraction_mrr": "MRR fell",
    "churned_mrr": "Left",
    "failed_charges": "Failed payments",
    "urgent_tickets_created": "Urgent tickets opened",
    "tickets_created": "Tickets opened",
    "tickets_closed": "Tickets closed",
    "device_installs": "Devices installed",
    "held_reviews": "Business reviews held",
    "won_revenue": "Deal won",
    "issued_invoices": "Invoices issued",
}
BANDS = ("Critical", "Poor", "Fair", "Good")
CUSTOMER_SUCCESS = Domain(
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
    sections=(
        Section(
            "Whom to call first",
            (
                (
                    Members(
                        "Customers at risk",
                        "customer",
                        (
                            "mrr_at_risk",
                            "customer_health_score",
                            "churn_risk_score",
                            "health_trend_30d",
                            "days_since_last_login",
                            "support_tickets_open",
                            "days_until_renewal",
                        ),
                        (
                            "MRR at risk",
                            "Health",
                            "Churn risk",
                            "Health, 30 days",
                            "Last login",
                            "Open tickets",
                            "Renewal in",
                        ),
                        above=0,
                        named="customer_name",
                        also=(("industry", "Industry"),),
                        empty="No customer is at risk.",
                        note="Health below 60 or churn risk of 60 and more, most MRR first. Click "
                        "a row to open the customer.",
                    ),
                ),
            ),
        ),
        Section(
            "How customers are",
            (
                (
                    Spread(
                        "Customers by health",
                        "customer_health_score",
                        "customer",
                        (0, 40, 60, 80, 100),
                        BANDS,
                        note="Paying customers on the last day.",
                    ),
                    Scatter(
                        "Health and engagement",
                        "customer",
                        x="avg_user_engagement_score",
                        y="customer_health_score",
                        size="total_mrr",
                        named="customer_name",
                        note="One point per customer, as large as its MRR. Click one to open it.",
                    ),
                ),
                (HEALTH_BY_SEGMENT, Ranked("mrr_at_risk", "tier")),
            ),
        ),
        Section(
            "What support sees",
            (
                (Trend("support_tickets_30d"), Trend("median_ticket_resolution_hours")),
                (
                    Members(
                        "By category",
                        "category",
                        (
                            "support_tickets_30d",
                            "support_tickets_open",
                            "median_ticket_resolution_hours",
                            "sla_compliance",
                            "support_satisfaction_score",
                        ),
                        ("New, 30 days", "Open", "Resolved in", "In SLA", "Satisfaction"),
                    ),
                    Members(
                        "By owner",
                        "owner",
                        (
                            "support_tickets_open",
                            "support_tickets_30d",
                            "median_first_response_hours",
                            "median_ticket_resolution_hours",
                        ),
                        ("Open", "New, 30 days", "First reply in", "Resolved in"),
                    ),
                ),
            ),
        ),
    ),
)
