"""The marketing page: what is spent, what it brings, who gets the credit, the way to won."""

from __future__ import annotations

from app.specs.model import (
    Domain,
    Funnel,
    Members,
    Models,
    Part,
    Section,
    Several,
    Split,
    Trend,
)

BY_TOUCH = ("channel", "platform")
MARKETING = Domain(
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
    sections=(
        Section(
            "From spend to revenue",
            (
                (
                    Several(
                        "Spend and revenue by advertising",
                        (
                            Part("ad_attributed_revenue", "Revenue"),
                            Part("total_spend", "Spend"),
                        ),
                    ),
                    Members(
                        "By platform",
                        "platform",
                        (
                            "total_spend",
                            "ad_attributed_revenue",
                            "roas",
                            "total_mqls",
                            "cost_per_mql",
                            "cost_per_acquisition",
                        ),
                        ("Spend", "Revenue", "ROAS", "MQLs", "Per MQL", "Per customer"),
                    ),
                ),
                (
                    Members(
                        "Campaigns",
                        "campaign",
                        (
                            "total_spend",
                            "ad_attributed_revenue",
                            "roas",
                            "total_impressions",
                            "click_through_rate",
                            "cost_per_click",
                            "total_conversions",
                            "cost_per_conversion",
                        ),
                        (
                            "Spend",
                            "Revenue",
                            "ROAS",
                            "Impressions",
                            "CTR",
                            "Per click",
                            "Conversions",
                            "Per conversion",
                        ),
                        above=0,
                        named="campaign_name",
                        also=(("platform", "Platform"),),
                        note="Largest spend of the period first.",
                    ),
                ),
            ),
        ),
        Section(
            "Who gets the credit",
            (
                (
                    Models(
                        "Attributed revenue by channel",
                        "attribution",
                        (
                            Part("attributed_revenue", "Linear"),
                            Part("attributed_revenue_first_touch", "First touch"),
                            Part("attributed_revenue_last_touch", "Last touch"),
                            Part("attributed_revenue_last_non_direct", "Last non-direct"),
                            Part("attributed_revenue_position_based", "Position"),
                            Part("attributed_revenue_time_decay", "Time decay"),
                        ),
                        rest="unattributed_revenue",
                        by=BY_TOUCH,
                    ),
                    Split("total_touchpoints", BY_TOUCH, stacked=True),
                ),
            ),
        ),
        Section(
            "From lead to won",
            (
                (
                    Funnel(
                        "Leads on their way",
                        (
                            Part("leads_created", "New leads"),
                            Part("total_mqls", "Qualified"),
                            Part("converted_mqls", "With a deal"),
                            Part("leads_won", "Won"),
                        ),
                        rates=(
                            Part("mqls_per_lead", "Qualified per new lead"),
                            Part(
                                "mql_conversion_rate", "Qualified leads that became deals, 90 days"
                            ),
                            Part("won_leads_per_lead", "Won per new lead"),
                        ),
                        note="What happened in the period; a lead may be won in a later one than "
                        "it came in.",
                    ),
                    Split("leads_created", ("lead_source",), stacked=True),
                ),
            ),
        ),
        Section(
            "The website and e-mail",
            (
                (
                    Several(
                        "Visits",
                        (
                            Part("website_sessions", "Sessions"),
                            Part("website_users", "Visitors"),
                            Part("website_new_users", "New"),
                        ),
                    ),
                    Several(
                        "What becomes of visits",
                        (
                            Part("bounce_rate", "Bounce"),
                            Part("website_conversion_rate", "Conversion"),
                        ),
                    ),
                ),
                (Trend("email_open_rate"), Trend("email_click_rate")),
            ),
        ),
    ),
)
