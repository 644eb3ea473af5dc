"""The revenue page: what came, what went, what stays, who carries it, who owes."""

from __future__ import annotations

from app.specs.company import MRR_MOVEMENTS, MRR_WATERFALL
from app.specs.model import Cohorts, Domain, Members, Part, Ranked, Section, Several, Trend

REVENUE = Domain(
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
    sections=(
        Section("What came and what went", ((MRR_WATERFALL, MRR_MOVEMENTS),)),
        Section(
            "What stays",
            (
                (
                    Cohorts(
                        "MRR retained by month of first payment",
                        "closing_mrr",
                        "value_share",
                        note="MRR of the cohort at each month's end, of that at the end of its "
                        "first month. Above 100% expansion outweighs what left.",
                    ),
                    Cohorts(
                        "Customers retained by month of first payment",
                        "closing_mrr",
                        "member_share",
                        note="Customers of the cohort who pay at each month's end. The running "
                        "month is as of the last day.",
                    ),
                ),
                (
                    Several(
                        "Retention over 12 months",
                        (
                            Part("net_revenue_retention", "NRR"),
                            Part("gross_revenue_retention", "GRR"),
                            Part("logo_retention_rate", "Logos"),
                        ),
                    ),
                    Several(
                        "Monthly churn",
                        (
                            Part("customer_churn_rate", "Customers"),
                            Part("revenue_churn_rate", "MRR"),
                        ),
                    ),
                ),
            ),
        ),
        Section(
            "Who carries it",
            (
                (
                    Members(
                        "Largest customers",
                        "customer",
                        ("total_mrr", "expansion_mrr", "contraction_mrr", "customer_health_score"),
                        ("MRR", "Expansion", "Contraction", "Health"),
                        above=0,
                        named="customer_name",
                        also=(("industry", "Industry"), ("state", "State")),
                        note="Click a row to open the customer.",
                    ),
                ),
                (Trend("top_10_revenue_concentration"), Trend("arpa")),
                (Ranked("total_mrr", "plan"), Ranked("total_mrr", "industry")),
            ),
        ),
        Section(
            "Who owes",
            (
                (Trend("outstanding_receivables"), Trend("payment_success_rate")),
                (
                    Members(
                        "Largest receivables",
                        "customer",
                        (
                            "outstanding_receivables",
                            "overdue_receivables",
                            "total_mrr",
                            "payment_health_score",
                        ),
                        ("Outstanding", "Overdue", "MRR", "Payment health"),
                        above=0,
                        named="customer_name",
                        empty="Nobody owes anything.",
                        note="As of the last day. Click a row to open the customer.",
                    ),
                ),
            ),
        ),
    ),
)
