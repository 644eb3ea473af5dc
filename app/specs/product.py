"""The product page: who uses it, who stays, which features carry it, on what."""

from __future__ import annotations

from app.specs.model import (
    Curve,
    Domain,
    Heat,
    Members,
    Movement,
    Part,
    Ranked,
    Section,
    Several,
    Trend,
)

PRODUCT = Domain(
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
    sections=(
        Section(
            "Who uses it",
            (
                (
                    Several(
                        "Active users",
                        (
                            Part("monthly_active_users", "MAU"),
                            Part("weekly_active_users", "WAU"),
                            Part("daily_active_users", "DAU"),
                        ),
                        note="On the last day of each period.",
                    ),
                    Several(
                        "Stickiness",
                        (Part("wau_mau_ratio", "WAU/MAU"), Part("dau_mau_ratio", "DAU/MAU")),
                    ),
                ),
                (
                    Movement(
                        "Where active users come from and go",
                        (
                            Part("newly_active_users_30d", "New"),
                            Part("resurrected_users", "Resurrected"),
                            Part("returning_users", "Returning"),
                            Part("churned_users", "Churned", down=True),
                        ),
                        note="The last 30 days of each period against the 30 before; the bars "
                        "above zero add up to the active users.",
                    ),
                    Several(
                        "Kinds of users",
                        (
                            Part("power_users", "Power"),
                            Part("casual_users", "Casual"),
                            Part("dormant_users", "Dormant"),
                        ),
                    ),
                ),
            ),
        ),
        Section(
            "Who stays",
            (
                (
                    Curve(
                        "Users who come back, week by week",
                        "user_retention_d7_bracket",
                        (0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84),
                        note="Share of the users created in the month who had a session in that "
                        "week after; cells appear once everybody of the month is old enough.",
                    ),
                ),
            ),
        ),
        Section(
            "What they use",
            (
                (
                    Members(
                        "Features",
                        "feature_name",
                        (
                            "monthly_feature_users",
                            "feature_user_adoption_rate",
                            "account_adoption_rate",
                            "feature_stickiness",
                            "total_feature_uses",
                            "retention_impact_score",
                        ),
                        ("Users", "Adoption", "Of accounts", "Stickiness", "Uses", "Impact"),
                        note="Impact: points by which users who tried it come back more. It "
                        "compares people who chose.",
                    ),
                ),
                (
                    Heat(
                        "Feature adoption by role",
                        "feature_user_adoption_rate",
                        down="feature_name",
                        across="role",
                        note="Share of the active users of the role who used the feature.",
                    ),
                    Heat(
                        "Feature adoption by tier",
                        "feature_user_adoption_rate",
                        down="feature_name",
                        across="tier",
                        note="Share of the active users of the tier who used the feature.",
                    ),
                ),
            ),
        ),
        Section(
            "On what",
            (
                (
                    Several(
                        "Share of sessions by device",
                        (
                            Part("desktop_usage_pct", "Desktop"),
                            Part("mobile_usage_pct", "Mobile"),
                            Part("tablet_usage_pct", "Tablet"),
                        ),
                    ),
                    Ranked("total_sessions", "browser"),
                ),
                (Trend("page_load_time_ms"), Trend("sessions_per_user")),
            ),
        ),
    ),
)
