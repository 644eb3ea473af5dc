"""The sales page: the funnel, what is to close, who closes, where it comes from."""

from __future__ import annotations

from app.specs.model import (
    ByAttribute,
    Domain,
    Members,
    Part,
    Ranked,
    Section,
    Several,
    Split,
    Stages,
    Trend,
)

SALES = Domain(
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
    sections=(
        Section(
            "The funnel",
            (
                (
                    Stages(
                        "By stage",
                        "stage",
                        "stage_order",
                        (
                            "open_opportunities",
                            "total_pipeline_value",
                            "weighted_pipeline_value",
                            "stage_conversion_rate_12m",
                            "avg_days_in_stage",
                        ),
                        ("Open", "Pipeline", "Weighted", "Go on", "Days in stage"),
                        note="Go on: share of the entries of 12 months that reached a later "
                        "stage within the time deals have. Days of the visits that ended in the "
                        "period.",
                    ),
                    Ranked("total_pipeline_value", "stage", title="Open pipeline by stage"),
                ),
                (
                    Members(
                        "Largest open deals",
                        "deal",
                        ("total_pipeline_value", "avg_deal_age_days"),
                        ("Amount", "Age"),
                        above=0,
                        named="deal_name",
                        also=(
                            ("stage_now", "Stage"),
                            ("owner_now", "Owner"),
                            ("closes_on", "Expected close"),
                        ),
                        empty="No deal is open.",
                        note="Open on the last day; stage, owner and close as the CRM says now.",
                    ),
                ),
                (
                    ByAttribute(
                        "Open pipeline by month of expected close",
                        "total_pipeline_value",
                        "deal",
                        "closes_in",
                        note="Deals open on the last day, by the close date the CRM has now. "
                        "Months gone by are overdue.",
                    ),
                    Ranked("overdue_deal_count", "owner", title="Overdue deals by owner"),
                ),
                (
                    Trend("pipeline_created_30d"),
                    Several(
                        "Won and lost",
                        (Part("won_revenue", "Won"), Part("lost_revenue", "Lost")),
                    ),
                ),
            ),
        ),
        Section(
            "Who closes",
            (
                (
                    Members(
                        "By owner",
                        "owner",
                        (
                            "won_revenue",
                            "won_deals",
                            "win_rate",
                            "avg_deal_size",
                            "avg_sales_cycle_days",
                            "total_pipeline_value",
                            "open_opportunities",
                            "stalled_deal_count",
                            "total_activities_30d",
                        ),
                        (
                            "Won",
                            "Deals won",
                            "Win rate",
                            "Deal size",
                            "Cycle",
                            "Pipeline",
                            "Open",
                            "Stalled",
                            "Activities",
                        ),
                        note="Won in the period; win rate and cycle of 90 days; activities of 30.",
                    ),
                ),
            ),
        ),
        Section(
            "Where it is won",
            (
                (Ranked("win_rate", "size_band"), Ranked("win_rate", "industry")),
                (
                    Ranked("win_rate", "deal_type"),
                    Ranked("lost_revenue", "lost_reason", title="Lost revenue by reason"),
                ),
            ),
        ),
        Section(
            "Where it comes from",
            (
                (
                    Members(
                        "Lead sources",
                        "lead_source",
                        (
                            "leads_created",
                            "total_mqls",
                            "mql_conversion_rate",
                            "leads_won",
                            "won_leads_per_lead",
                        ),
                        ("Leads", "MQLs", "MQLs to deals", "Won", "Won of leads"),
                    ),
                    Split("total_mqls", ("lead_source",), stacked=True),
                ),
            ),
        ),
    ),
)
