"""What the company overview shows below its cards."""

from __future__ import annotations

from app.specs.model import Heat, Movement, Part, Row, Section, Split, Trend, Waterfall

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
MOVEMENTS = (
    Part("new_mrr", "New"),
    Part("reactivation_mrr", "Reactivation"),
    Part("expansion_mrr", "Expansion"),
    Part("contraction_mrr", "Contraction", down=True),
    Part("churned_mrr", "Churn", down=True),
)
MRR_MOVEMENTS = Movement("MRR movements", MOVEMENTS)
MRR_WATERFALL = Waterfall(
    "From opening to closing MRR",
    Part("opening_mrr", "Opening"),
    MOVEMENTS,
    Part("closing_mrr", "Closing"),
    note="Each customer is classified once, by its MRR at both ends of the period.",
)
HEALTH_BY_SEGMENT = Heat(
    "Customer health by tier and industry",
    "customer_health_score",
    down="tier",
    across="industry",
    note="Mean health of the active customers on the last day, 0 to 100. An empty cell has none.",
)
SECTIONS = (
    Section(
        "What is moving",
        (
            (Trend("total_mrr"), MRR_MOVEMENTS),
            (
                Trend("customer_churn_rate"),
                Split("active_customers", ("region", "tier", "industry")),
            ),
        ),
    ),
    Section("Where revenue and health stand", ((MRR_WATERFALL, HEALTH_BY_SEGMENT),)),
)
