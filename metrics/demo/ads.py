"""Ads: what each campaign cost and brought, day by day and over its life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.funnel import PLATFORMS, PREFIX, Funnel
from metrics.demo.world import DAY, World, season, weekday
from metrics.demo.write import Warehouse, dates, instants, pick

WEEK = np.array([1.1, 1.15, 1.12, 1.08, 0.95, 0.78, 0.82])


# How each platform names what a campaign row says.
LIFETIME = {
    "google": {
        "status": "if(_live, 'ENABLED', 'ENDED')",
        "campaign_type": "_objective",
        "advertising_channel_type": "_objective",
        "start_date": "_first",
        "end_date": "_last",
        "budget_amount": "_budget",
        "target_cpa": "140",
        "cost": "_cost",
        "conversions": "_conversions",
    },
    "facebook": {
        "status": "if(_live, 'ACTIVE', 'COMPLETED')",
        "objective": "_objective",
        "created_time": "_first",
        "start_time": "_first",
        "stop_time": "_last + INTERVAL 86399 SECOND",
        "daily_budget": "_daily",
        "lifetime_budget": "_budget",
        "spend": "_cost",
        "actions": """json_array(
            json_object('action_type', 'link_click', 'value', clicks),
            json_object('action_type', 'lead', 'value', _conversions - _conversions // 5),
            json_object('action_type', 'purchase', 'value', _conversions // 5))""",
    },
    "linkedin": {
        "status": "if(_live, 'ACTIVE', 'COMPLETED')",
        "campaign_type": "'SPONSORED_CONTENT'",
        "objective_type": "_objective",
        "created_time": "_first",
        "start_date": "_first",
        "end_date": "_last",
        "daily_budget": "_daily",
        "total_budget": "_budget",
        "cost": "_cost",
        "conversions": "_conversions",
    },
}


@dataclass(frozen=True)
class AdDays:
    """One row per campaign and day; cost in cents."""

    campaign: np.ndarray
    day: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    cents: np.ndarray
    conversions: np.ndarray


def write_ads(world: World, funnel: Funnel, warehouse: Warehouse) -> AdDays:
    """Write the days of all campaigns and a lifetime row of each; returns the days."""
    ads, ids = _spend(world, funnel), campaign_ids(funnel)
    _write_daily(funnel, ads, ids, warehouse)
    for platform in PLATFORMS:
        _write_campaigns(world, funnel, ads, ids, platform, warehouse)
    return ads


def campaign_ids(funnel: Funnel) -> list[str]:
    """The id of each campaign on its platform."""
    return [f"{PREFIX[c.platform]}{1_000_001 + i}" for i, c in enumerate(funnel.campaigns)]


def _spend(world: World, funnel: Funnel) -> AdDays:
    rng = world.rng("ads")
    campaign, day = [], []
    for index, one in enumerate(funnel.campaigns):
        start, last = funnel.campaign_days(one)
        days = np.arange(start, last + 1)
        day.append(days)
        campaign.append(np.full(len(days), index))
    which, days = np.concatenate(campaign), np.concatenate(day)
    budget = np.array([c.budget for c in funnel.campaigns])[which] * world.scale.customers
    growth = 0.75 + 0.5 * (days - world.first) / world.scale.history_days
    cost = budget * growth * WEEK[weekday(days)] * season(days) * rng.lognormal(0, 0.16, len(days))
    clicks = rng.poisson(cost / np.array([c.cost_per_click for c in funnel.campaigns])[which])
    shown = rng.poisson(clicks / rng.uniform(0.012, 0.03, len(days)) + 50)
    leads = np.zeros(len(days), dtype=np.int64)
    row = {(c, d): i for i, (c, d) in enumerate(zip(which.tolist(), days.tolist(), strict=True))}
    paid = funnel.leads.campaign >= 0
    for key in zip(
        funnel.leads.campaign[paid].tolist(), (funnel.leads.at[paid] // DAY).tolist(), strict=True
    ):
        leads[row[key]] += 1
    extra = rng.poisson(clicks * np.where(_wasteful(funnel)[which], 0.0006, 0.006))
    return AdDays(which, days, shown, clicks, np.round(cost * 100).astype(np.int64), leads + extra)


def _wasteful(funnel: Funnel) -> np.ndarray:
    return np.array([campaign.wasteful for campaign in funnel.campaigns])


def _write_daily(funnel: Funnel, ads: AdDays, ids: list[str], warehouse: Warehouse) -> None:
    order = np.lexsort((ads.campaign, ads.day))
    platform = np.array([PLATFORMS.index(c.platform) for c in funnel.campaigns])
    warehouse.put(
        "ad_performance_daily",
        {
            "_n": np.arange(1, len(order) + 1),
            "platform": pick(platform[ads.campaign[order]], PLATFORMS),
            "campaign_id": pick(ads.campaign[order], ids),
            "date": dates(ads.day[order]),
            "impressions": ads.impressions[order],
            "clicks": ads.clicks[order],
            "cost": ads.cents[order] / 100,
            "conversions": ads.conversions[order],
            "conversion_value": ads.conversions[order] * 180,
            "created_at": instants((ads.day[order] + 1) * DAY + 3_600),
        },
        id="'apd_' || _n",
    )


def _write_campaigns(
    world: World,
    funnel: Funnel,
    ads: AdDays,
    ids: list[str],
    platform: str,
    warehouse: Warehouse,
) -> None:
    """The lifetime row of each campaign in its platform's own table: the sums of its days."""
    mine = np.array([i for i, c in enumerate(funnel.campaigns) if c.platform == platform])
    chosen = [funnel.campaigns[i] for i in mine]
    spans = np.array([funnel.campaign_days(campaign) for campaign in chosen])
    live = np.array([campaign.end is None for campaign in chosen])
    daily = np.array([campaign.budget for campaign in chosen]) * world.scale.customers

    def total(values: np.ndarray) -> np.ndarray:
        sums: np.ndarray = np.bincount(ads.campaign, values, len(ids))[mine].astype(np.int64)
        return sums

    warehouse.put(
        f"{platform}_ads_campaigns",
        {
            "id": [ids[i] for i in mine],
            "name": [campaign.name for campaign in chosen],
            "impressions": total(ads.impressions),
            "clicks": total(ads.clicks),
            "created_at": instants(spans[:, 0] * DAY),
            "_live": live,
            "_objective": [campaign.objective for campaign in chosen],
            "_first": dates(spans[:, 0]),
            "_last": dates(np.where(live, np.nan, spans[:, 1])),
            "_daily": np.round(daily, 2),
            "_budget": np.round(daily * (spans[:, 1] - spans[:, 0] + 1) * 1.15, 2),
            "_cost": total(ads.cents) / 100,
            "_conversions": total(ads.conversions),
        },
        **LIFETIME[platform],
    )
