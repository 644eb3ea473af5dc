"""Ads, leads and their touchpoints, e-mail, web analytics and the monthly cost of selling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.crm import FIRST_CONTACT
from metrics.demo.funnel import ORGANIC, PLATFORMS, PREFIX, SOURCES, Funnel
from metrics.demo.world import DAY, World, season, weekday
from metrics.demo.write import Warehouse, dates, instants, pick

WEEK = np.array([1.1, 1.15, 1.12, 1.08, 0.95, 0.78, 0.82])
MEDIUMS = ["cpc", "paid_social", "paid_social", "organic", "referral", "email", "event"]
CHANNELS = [
    "paid_search",
    "paid_social",
    "paid_social",
    "organic_search",
    "referral",
    "email",
    "event",
]


@dataclass(frozen=True)
class AdDays:
    """One row per campaign and day; cost in cents."""

    campaign: np.ndarray
    day: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    cents: np.ndarray
    conversions: np.ndarray


def write_marketing(world: World, funnel: Funnel, warehouse: Warehouse) -> None:
    """Write every marketing table and the monthly costs."""
    ads = _spend(world, funnel)
    ids = [f"{PREFIX[c.platform]}{1_000_001 + i}" for i, c in enumerate(funnel.campaigns)]
    _write_daily(funnel, ads, ids, warehouse)
    _write_campaigns(world, funnel, ads, ids, warehouse)
    _write_leads(world, funnel, ids, warehouse)
    _write_touchpoints(world, funnel, ids, warehouse)
    _write_web(world, ads, warehouse)
    _write_email(world, warehouse)
    _write_costs(world, ads, warehouse)


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
    world: World, funnel: Funnel, ads: AdDays, ids: list[str], warehouse: Warehouse
) -> None:
    """The lifetime row of each campaign in its platform's own table: the sums of its days."""
    count = len(ids)
    total = {
        name: np.bincount(ads.campaign, values, count).astype(np.int64)
        for name, values in (
            ("impressions", ads.impressions),
            ("clicks", ads.clicks),
            ("cents", ads.cents),
            ("conversions", ads.conversions),
        )
    }
    for platform in PLATFORMS:
        mine = np.array([i for i, c in enumerate(funnel.campaigns) if c.platform == platform])
        chosen = [funnel.campaigns[i] for i in mine]
        spans = np.array([funnel.campaign_days(campaign) for campaign in chosen])
        live = np.array([campaign.end is None for campaign in chosen])
        daily = np.array([campaign.budget for campaign in chosen]) * world.scale.customers
        common = {
            "id": [ids[i] for i in mine],
            "name": [campaign.name for campaign in chosen],
            "impressions": total["impressions"][mine],
            "clicks": total["clicks"][mine],
            "created_at": instants(spans[:, 0] * DAY),
        }
        kind = [campaign.objective for campaign in chosen]
        cost = total["cents"][mine] / 100
        budget = np.round(daily * (spans[:, 1] - spans[:, 0] + 1) * 1.15, 2)
        conversions = total["conversions"][mine]
        last = dates(np.where(live, np.nan, spans[:, 1]))
        if platform == "google":
            warehouse.put(
                "google_ads_campaigns",
                common
                | {
                    "status": pick((~live).astype(int), ["ENABLED", "ENDED"]),
                    "campaign_type": kind,
                    "advertising_channel_type": kind,
                    "start_date": dates(spans[:, 0]),
                    "end_date": last,
                    "budget_amount": budget,
                    "target_cpa": np.full(len(mine), 140.0),
                    "cost": cost,
                    "conversions": conversions,
                },
            )
        elif platform == "linkedin":
            warehouse.put(
                "linkedin_ads_campaigns",
                common
                | {
                    "status": pick((~live).astype(int), ["ACTIVE", "COMPLETED"]),
                    "campaign_type": ["SPONSORED_CONTENT"] * len(mine),
                    "objective_type": kind,
                    "created_time": instants(spans[:, 0] * DAY),
                    "start_date": dates(spans[:, 0]),
                    "end_date": last,
                    "daily_budget": np.round(daily, 2),
                    "total_budget": budget,
                    "cost": cost,
                    "conversions": conversions,
                },
            )
        else:
            warehouse.put(
                "facebook_ads_campaigns",
                common
                | {
                    "_leads": conversions - conversions // 5,
                    "_purchases": conversions // 5,
                    "status": pick((~live).astype(int), ["ACTIVE", "COMPLETED"]),
                    "objective": kind,
                    "created_time": instants(spans[:, 0] * DAY),
                    "start_time": instants(spans[:, 0] * DAY),
                    "stop_time": last.astype("datetime64[s]"),
                    "daily_budget": np.round(daily, 2),
                    "lifetime_budget": budget,
                    "spend": cost,
                },
                actions="""json_array(
                    json_object('action_type', 'link_click', 'value', clicks),
                    json_object('action_type', 'lead', 'value', _leads),
                    json_object('action_type', 'purchase', 'value', _purchases))""",
            )


def _write_leads(world: World, funnel: Funnel, ids: list[str], warehouse: Warehouse) -> None:
    rng = world.rng("lead columns")
    leads = funnel.leads
    count = len(leads.at)
    good = leads.deal >= 0
    score = np.clip(rng.normal(np.where(good, 76, 62), 13, count), 5, 100)
    account = np.where(leads.company < world.scale.customers, leads.company + 1, np.nan)
    warehouse.put(
        "marketing_qualified_leads",
        {
            "_n": np.arange(1, count + 1),
            "created_at_source": instants(leads.at - 2 * DAY),
            "contact_id": leads.company + FIRST_CONTACT,
            "account_id": account,
            "mql_date": instants(leads.at),
            "mql_score": score,
            "lead_source": pick(leads.source, SOURCES),
            "campaign_id": [ids[c] if c >= 0 else None for c in leads.campaign],
            "conversion_probability": np.clip(score / 220 + rng.normal(0, 0.05, count), 0.01, 0.95),
            "days_to_mql": rng.poisson(9, count),
            "engagement_score": np.clip(score + rng.normal(0, 10, count), 0, 100),
            "created_at": instants(leads.at),
        },
        id="'mql_' || lpad(_n::VARCHAR, 6, '0')",
    )


def _write_touchpoints(world: World, funnel: Funnel, ids: list[str], warehouse: Warehouse) -> None:
    """The path to each lead: one to six touches, the last one of the lead's own source."""
    rng = world.rng("touchpoints")
    leads = funnel.leads
    count = 1 + np.minimum(rng.poisson(1.9, len(leads.at)), 5)
    lead = np.repeat(np.arange(len(count)), count)
    position = np.arange(len(lead)) - np.repeat(np.cumsum(count) - count, count) + 1
    last = position == count[lead]
    source = np.where(last, leads.source[lead], rng.integers(ORGANIC, len(SOURCES), len(lead)))
    campaign = np.where(last, leads.campaign[lead], -1)
    back = (count[lead] - position) * rng.integers(DAY, 7 * DAY, len(lead)) + 1_800
    at = leads.at[lead] - np.where(last, 900, back)
    order = np.lexsort((position, lead))
    titles = [c.name for c in funnel.campaigns]
    warehouse.put(
        "attribution_touchpoints",
        {
            "_n": np.arange(1, len(lead) + 1),
            "_m": lead[order] + 1,
            "touchpoint_date": instants(at[order]),
            "channel": pick(source[order], CHANNELS),
            "campaign_id": [ids[c] if c >= 0 else None for c in campaign[order]],
            "campaign_name": [titles[c] if c >= 0 else None for c in campaign[order]],
            "medium": pick(source[order], MEDIUMS),
            "source": pick(source[order], SOURCES),
            "attribution_weight": np.round(1 / count[lead[order]], 4),
            "touchpoint_position": position[order],
            "created_at": instants(at[order]),
        },
        id="'tp_' || _n",
        mql_id="'mql_' || lpad(_m::VARCHAR, 6, '0')",
    )


def _write_web(world: World, ads: AdDays, warehouse: Warehouse) -> None:
    rng = world.rng("web")
    days = world.days
    clicks = np.bincount(ads.day - world.first, ads.clicks, len(days))
    growth = 0.6 + 0.8 * (days - world.first) / world.scale.history_days
    organic = world.scale.customers * 1.1 * growth * WEEK[weekday(days)] * season(days)
    sessions = rng.poisson(organic + 0.9 * clicks) + 5
    users = (sessions * rng.uniform(0.74, 0.82, len(days))).astype(np.int64)
    goals = rng.binomial(sessions, 0.021)
    warehouse.put(
        "google_analytics_sessions",
        {
            "date": dates(days),
            "sessions": sessions,
            "users": users,
            "new_users": (users * rng.uniform(0.5, 0.65, len(days))).astype(np.int64),
            "page_views": (sessions * rng.uniform(2.3, 3.1, len(days))).astype(np.int64),
            "bounce_rate": np.clip(rng.normal(0.46, 0.035, len(days)), 0.2, 0.8),
            "avg_session_duration": rng.normal(152, 14, len(days)),
            "goal_completions": goals,
            "goal_conversion_rate": goals / sessions,
            "created_at": instants((days + 1) * DAY + 3_600),
        },
    )


def _write_email(world: World, warehouse: Warehouse) -> None:
    rng = world.rng("email")
    start = np.arange(world.end, world.first, -14)[::-1]
    count = len(start)
    names = ["Product update", "Webinar invitation", "Industry report", "Feature announcement"]
    sent = start * DAY + 15 * 3600
    running = start > world.end - 14
    warehouse.put(
        "iterable_campaigns",
        {
            "_n": np.arange(1, count + 1),
            "name": [f"{names[i % 4]} {i + 1}" for i in range(count)],
            "status": pick((~running).astype(int), ["Running", "Finished"]),
            "created_at_source": instants(sent - 3 * DAY),
            "updated_at_source": instants(sent),
            "start_at": instants(sent),
            "ended_at": instants(np.where(running, np.nan, sent + DAY)),
            "send_size": rng.integers(3, 9, count) * world.scale.customers,
            "labels": [names[i % 4].lower().replace(" ", "-") for i in range(count)],
            "created_at": instants(sent - 3 * DAY),
        },
        id="'it_' || (200000 + _n)",
        campaign_type="'EMAIL'",
        message_medium="'EMAIL'",
    )


def _write_costs(world: World, ads: AdDays, warehouse: Warehouse) -> None:
    """Fully loaded cost of each month that the history touches; media are part of marketing."""
    rng = world.rng("costs")
    first = np.datetime64(world.first, "D").astype("datetime64[M]")
    last = np.datetime64(world.end, "D").astype("datetime64[M]")
    months = np.arange(first, last + 1)
    starts = months.astype("datetime64[D]").astype(np.int64)
    month = np.searchsorted(starts, ads.day, "right") - 1
    media = np.bincount(month, ads.cents, len(months)) / 100
    span = (months + 1).astype("datetime64[D]").astype(np.int64) - starts
    covered = np.minimum(starts + span, world.end + 1) - np.maximum(starts, world.first)
    progress = np.arange(len(months)) / max(len(months) - 1, 1)
    warehouse.put(
        "finance_monthly_costs",
        {
            "_n": np.arange(1, len(months) + 1),
            "period_start": dates(starts),
            "period_end": dates(starts + span),
            "sales_cost": world.scale.customers
            * (75 + 45 * progress)
            * rng.lognormal(0, 0.04, len(months)),
            "marketing_cost": media * span / covered + world.scale.customers * (26 + 12 * progress),
            "gross_margin_pct": np.round(
                0.765 + 0.035 * progress + rng.normal(0, 0.004, len(months)), 4
            ),
            "created_at": instants(starts * DAY),
        },
        id="'cost_' || lpad(_n::VARCHAR, 3, '0')",
    )
