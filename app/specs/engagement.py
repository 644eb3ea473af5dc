"""The engagement page: who comes, how deep they go, when."""

from __future__ import annotations

from app.specs.model import Domain, Heat, Members, Part, Ranked, Section, Several, Trend

ENGAGEMENT = Domain(
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
    sections=(
        Section(
            "Who comes",
            (
                (
                    Several(
                        "Active and inactive users",
                        (
                            Part("active_users", "Active"),
                            Part("inactive_users", "Inactive"),
                        ),
                        note="Registered users with and without activity in the 30 days before "
                        "each period's end.",
                    ),
                    Members(
                        "By role",
                        "role",
                        (
                            "active_users",
                            "active_days_30d",
                            "avg_session_minutes_30d",
                            "features_used_30d",
                            "avg_user_engagement_score",
                        ),
                        ("Active", "Days", "Session", "Features", "Score"),
                    ),
                ),
                (Ranked("account_engagement_rate", "tier"), Ranked("active_accounts", "industry")),
            ),
        ),
        Section(
            "How deep they go",
            (
                (Trend("features_used_30d"), Trend("avg_page_views_per_session")),
                (Trend("active_days_30d"), Trend("avg_user_engagement_score")),
                (
                    Members(
                        "Least engaged customers",
                        "customer",
                        (
                            "avg_user_engagement_score",
                            "active_users",
                            "total_sessions_30d",
                            "total_mrr",
                        ),
                        ("Engagement", "Active users", "Sessions", "MRR"),
                        smallest=True,
                        named="customer_name",
                        positive="total_mrr",
                        note="Paying customers only. Click a row to open the customer.",
                    ),
                ),
            ),
        ),
        Section(
            "When they come",
            (
                (
                    Heat(
                        "Sessions of the last 30 days by weekday and hour",
                        "total_sessions_30d",
                        down="weekday",
                        across="hour",
                        numbers=False,
                        note="In the reporting time zone.",
                    ),
                ),
            ),
        ),
    ),
)
