"""Advertising: campaigns, what they cost and what the platforms say they bring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from tests.proof.question import Question, Value, Window, count, divide, times, total
from tests.proof.registry import proof

SPEND = "ad_spend"
CAMPAIGNS = "campaigns_in_flight"
PLATFORMS = ("google", "facebook", "linkedin")


def spent(q: Question, window: Window, column: str = "cost") -> Value:
    """Sum of a column of the days of all campaigns."""
    return total(q.during(SPEND, window), column)


def _days_with_cost(q: Question, window: Window) -> Value:
    rows = q.during(SPEND, window)
    if rows is None:
        return None
    return float(sum(cost is not None and cost > 0 for cost in rows["cost"]))


def _begun(q: Question, fact: str) -> pd.DataFrame | None:
    """Campaigns whose first day lies on or before the last asked day."""
    return q.during(fact, Window(1, q.end))


def _register_platform(platform: str, campaigns: str) -> None:
    @proof(f"{platform}_spend", SPEND)
    def spend(q: Question) -> Value:
        return spent(q.within(platform=[platform]), q.period)

    @proof(campaigns, f"{platform}_campaigns")
    def begun(q: Question) -> Value:
        return count(_begun(q, f"{platform}_campaigns"))


_register_platform("google", "google_ads_campaigns_count")
_register_platform("facebook", "facebook_campaigns_count")
_register_platform("linkedin", "linkedin_campaigns_count")


@proof("total_spend", SPEND)
def total_spend(q: Question) -> Value:
    return spent(q, q.period)


@proof("total_ad_spend_active", "spend_in_flight")
def total_ad_spend_active(q: Question) -> Value:
    return total(q.in_force("spend_in_flight"), "cost")


@proof("daily_spend_rate", SPEND)
def daily_spend_rate(q: Question) -> Value:
    return divide(spent(q, q.period), _days_with_cost(q, q.period))


@proof("budget_utilization_pct", "spend_in_flight", CAMPAIGNS)
def budget_utilization_pct(q: Question) -> Value:
    cost = total(q.in_force("spend_in_flight", where=lambda r: r.is_budgeted), "cost")
    return divide(cost, total(q.in_force(CAMPAIGNS), "budget"))


@proof("active_campaigns", CAMPAIGNS)
def active_campaigns(q: Question) -> Value:
    return count(q.in_force(CAMPAIGNS))


@proof("total_campaigns", CAMPAIGNS)
def total_campaigns(q: Question) -> Value:
    return count(_begun(q, CAMPAIGNS))


@proof("total_impressions", SPEND)
def total_impressions(q: Question) -> Value:
    return spent(q, q.period, "impressions")


@proof("total_clicks", SPEND)
def total_clicks(q: Question) -> Value:
    return spent(q, q.period, "clicks")


@proof("total_conversions", SPEND)
def total_conversions(q: Question) -> Value:
    return spent(q, q.period, "conversions")


@proof("reported_conversion_value", SPEND)
def reported_conversion_value(q: Question) -> Value:
    return spent(q, q.period, "conversion_value")


@proof("reported_roas", SPEND)
def reported_roas(q: Question) -> Value:
    return divide(reported_conversion_value(q), total_spend(q))


@proof("click_through_rate", SPEND)
def click_through_rate(q: Question) -> Value:
    return divide(total_clicks(q), total_impressions(q))


@proof("conversion_rate", SPEND)
def conversion_rate(q: Question) -> Value:
    return divide(total_conversions(q), total_clicks(q))


@proof("cost_per_click", SPEND)
def cost_per_click(q: Question) -> Value:
    return divide(total_spend(q), total_clicks(q))


@proof("cost_per_thousand_impressions", SPEND)
def cost_per_thousand_impressions(q: Question) -> Value:
    return divide(times(1000.0, total_spend(q)), total_impressions(q))


@proof("cost_per_conversion", SPEND)
def cost_per_conversion(q: Question) -> Value:
    return divide(total_spend(q), total_conversions(q))


# How well it does: docs/scores.md


@proof("cost_per_conversion_30d", SPEND)
def cost_per_conversion_30d(q: Question) -> Value:
    window = q.last(days=30)
    return divide(spent(q, window), spent(q, window, "conversions"))


@proof("conversion_rate_30d", SPEND)
def conversion_rate_30d(q: Question) -> Value:
    window = q.last(days=30)
    return divide(spent(q, window, "conversions"), spent(q, window, "clicks"))


@proof("conversions_per_campaign_day_30d", SPEND)
def conversions_per_campaign_day_30d(q: Question) -> Value:
    window = q.last(days=30)
    return divide(spent(q, window, "conversions"), _days_with_cost(q, window))


@proof("performance_score", SPEND)
def performance_score(q: Question) -> Value:
    inputs = (
        (0.4, cost_per_conversion_30d(q), ((50, 100), (200, 60), (800, 0))),
        (0.4, conversion_rate_30d(q), ((0, 0), (0.01, 50), (0.04, 100))),
        (0.2, conversions_per_campaign_day_30d(q), ((0, 0), (0.25, 50), (1, 100))),
    )
    present = [
        (weight, _on_scale(value, points)) for weight, value, points in inputs if value is not None
    ]
    weight = sum(weight for weight, _ in present)
    if round(weight, 9) < 0.6:
        return None
    return sum(weight * scaled for weight, scaled in present) / weight


def _on_scale(value: float, points: Sequence[tuple[float, float]]) -> float:
    """0 to 100 by straight lines between cut points, flat outside."""
    if value <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if value <= x1:
            return y0 + (value - x0) * (y1 - y0) / (x1 - x0)
    return points[-1][1]
