"""Attribution: touches, the customers and revenue they led to, and what advertising returns."""

from __future__ import annotations

import pandas as pd

from tests.proof.advertising import PLATFORMS, SPEND, total_spend
from tests.proof.question import Question, Value, count, distinct, divide, minus, total
from tests.proof.registry import proof

CREDITS = "attribution_credits"
AD_CREDITS = "ad_credits"
REVENUE_OF = {
    "first_touch": "attributed_revenue_first_touch",
    "last_touch": "attributed_revenue_last_touch",
    "last_non_direct": "attributed_revenue_last_non_direct",
    "linear": "attributed_revenue",
    "position_based": "attributed_revenue_position_based",
    "time_decay": "attributed_revenue_time_decay",
}


@proof("total_touchpoints", "touchpoints")
def total_touchpoints(q: Question) -> Value:
    return count(q.during("touchpoints", q.period))


def _attributed(q: Question) -> pd.DataFrame | None:
    """Touches of the conversions of the period."""
    return q.during(CREDITS, q.period, lambda r: r.is_attributed)


def _unattributed(q: Question) -> pd.DataFrame | None:
    return q.during(CREDITS, q.period, lambda r: ~r.is_attributed)


def _conversions(q: Question) -> pd.DataFrame | None:
    """One row of each conversion."""
    return q.during(CREDITS, q.period, lambda r: r.is_first)


@proof("avg_touchpoints_to_conversion", CREDITS)
def avg_touchpoints_to_conversion(q: Question) -> Value:
    touches = _attributed(q)
    return divide(count(touches), distinct(touches, "customer_id"))


@proof("converted_customers", CREDITS)
def converted_customers(q: Question) -> Value:
    return count(_conversions(q))


@proof("first_year_revenue", CREDITS)
def first_year_revenue(q: Question) -> Value:
    return total(_conversions(q), "first_year_revenue")


@proof("unattributed_conversions", CREDITS)
def unattributed_conversions(q: Question) -> Value:
    return count(_unattributed(q))


@proof("unattributed_revenue", CREDITS)
def unattributed_revenue(q: Question) -> Value:
    return total(_unattributed(q), "first_year_revenue")


def _register_model(model: str, revenue: str) -> None:
    @proof(f"{model}_conversions", CREDITS)
    def conversions(q: Question) -> Value:
        return total(_attributed(q), model)

    @proof(revenue, CREDITS)
    def attributed_revenue(q: Question) -> Value:
        return total(_attributed(q), f"{model}_revenue")


for _model, _revenue in REVENUE_OF.items():
    _register_model(_model, _revenue)


def _share_of(q: Question, traffic: str) -> Value:
    mine = q.during(CREDITS, q.period, lambda r: r.is_attributed & (r.traffic == traffic))
    return divide(total(mine, "linear"), total(_attributed(q), "linear"))


@proof("paid_touch_share_pct", CREDITS)
def paid_touch_share_pct(q: Question) -> Value:
    return _share_of(q, "paid")


@proof("organic_touch_share_pct", CREDITS)
def organic_touch_share_pct(q: Question) -> Value:
    return _share_of(q, "organic")


# What advertising returns


@proof("ad_attributed_customers", AD_CREDITS)
def ad_attributed_customers(q: Question) -> Value:
    return total(q.during(AD_CREDITS, q.period), "linear")


@proof("ad_attributed_revenue", AD_CREDITS)
def ad_attributed_revenue(q: Question) -> Value:
    return total(q.during(AD_CREDITS, q.period), "linear_revenue")


@proof("roas", AD_CREDITS, SPEND)
def roas(q: Question) -> Value:
    return divide(ad_attributed_revenue(q), total_spend(q))


@proof("overall_roi", AD_CREDITS, SPEND)
def overall_roi(q: Question) -> Value:
    return divide(minus(ad_attributed_revenue(q), total_spend(q)), total_spend(q))


@proof("cost_per_acquisition", AD_CREDITS, SPEND)
def cost_per_acquisition(q: Question) -> Value:
    return divide(total_spend(q), ad_attributed_customers(q))


def _register_platform(platform: str) -> None:
    @proof(f"{platform}_attributed_revenue", AD_CREDITS)
    def revenue(q: Question) -> Value:
        return ad_attributed_revenue(q.within(platform=[platform]))

    @proof(f"{platform}_roi", AD_CREDITS, SPEND)
    def roi(q: Question) -> Value:
        return overall_roi(q.within(platform=[platform]))


for _platform in PLATFORMS:
    _register_platform(_platform)
