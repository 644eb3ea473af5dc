"""Product: which features are used, by whom, how soon and how much."""

from __future__ import annotations

from dataclasses import replace

from tests.proof.engagement import active_accounts, user_features_30d
from tests.proof.product_analytics import monthly_active_users, total_users
from tests.proof.question import Question, Value, count, distinct, divide, total
from tests.proof.registry import proof

USES = "feature_use"
USERS = "feature_use of users"
SESSIONS = "sessions of users"
FIRST = "feature_first_uses"
AUDIENCE = "feature_release_audience"


def of_everyone(q: Question, *dimensions: str) -> Question:
    """The same question whatever members of these dimensions were asked for."""
    return replace(q, scope=tuple(one for one in q.scope if one[0] not in dimensions))


def of_all_features(q: Question) -> Question:
    """The same question whatever features were asked for."""
    return of_everyone(q, "feature_name", "category")


@proof("total_feature_interactions", USES)
def total_feature_interactions(q: Question) -> Value:
    return count(q.during(USES, q.period))


@proof("total_feature_uses", USES)
def total_feature_uses(q: Question) -> Value:
    return total(q.during(USES, q.period), "usage_count")


@proof("total_features", USES)
def total_features(q: Question) -> Value:
    return distinct(q.during(USES, q.period), "feature_name")


# Adoption


@proof("daily_feature_users", USERS)
def daily_feature_users(q: Question) -> Value:
    return distinct(q.during(USERS, q.last(days=1)), "user_id")


@proof("monthly_feature_users", USERS)
def monthly_feature_users(q: Question) -> Value:
    return distinct(q.during(USERS, q.last(days=30)), "user_id")


@proof("feature_user_adoption_rate", USERS, SESSIONS)
def feature_user_adoption_rate(q: Question) -> Value:
    return divide(monthly_feature_users(q), monthly_active_users(of_all_features(q)))


@proof("user_adoption_rate", USERS, "registrations")
def user_adoption_rate(q: Question) -> Value:
    return divide(monthly_feature_users(q), total_users(of_all_features(q)))


@proof("account_adoption_rate", USES, "activity")
def account_adoption_rate(q: Question) -> Value:
    used = q.during(USES, q.last(days=30), lambda r: ~r.is_anonymous)
    return divide(distinct(used, "customer_id"), active_accounts(of_all_features(q)))


@proof("overall_feature_adoption_rate", USERS, SESSIONS, "features_available")
def overall_feature_adoption_rate(q: Question) -> Value:
    """Feature by feature: the share of active users who used it; then the plain mean."""
    customers = ("role", "tier", "plan", "industry", "region", "customer")
    available = q.world.facts["features_available"]
    there = of_everyone(q, *customers).in_force(available.promise.name)
    active = monthly_active_users(of_all_features(q))
    pairs = user_features_30d(q)
    if there is None or active is None or pairs is None or active == 0 or there.empty:
        return None
    used = q.during(USERS, q.last(days=30))
    assert used is not None
    shares = [
        len(
            {
                u
                for u, f in zip(used["user_id"], used["feature_name"], strict=True)
                if f == one and u
            }
        )
        / active
        for one in there["feature_name"]
    ]
    return sum(shares) / len(shares)


@proof("feature_stickiness", USERS)
def feature_stickiness(q: Question) -> Value:
    return divide(daily_feature_users(q), monthly_feature_users(q))


@proof("feature_release_adoption_7d", AUDIENCE)
def feature_release_adoption_7d(q: Question) -> Value:
    audience = q.during(AUDIENCE, q.period)
    adopters = q.during(AUDIENCE, q.period, lambda r: r.has_adopted.astype(bool))
    return divide(count(adopters), count(audience))


# Time and depth


@proof("feature_time_to_first_use_days", FIRST)
def feature_time_to_first_use_days(q: Question) -> Value:
    used = q.during(FIRST, q.period, at="until")
    if used is None:
        return None
    return divide(float((used["until"] - used["day"]).sum()), count(used))


@proof("feature_user_days_30d", USERS)
def feature_user_days_30d(q: Question) -> Value:
    return distinct(q.during(USERS, q.last(days=30)), "user_id", "day")


@proof("feature_uses_per_user_day_30d", USES, USERS)
def feature_uses_per_user_day_30d(q: Question) -> Value:
    known = q.during(USES, q.last(days=30), lambda r: ~r.is_anonymous)
    return divide(total(known, "usage_count"), feature_user_days_30d(q))
