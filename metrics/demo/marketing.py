"""Qualified leads, e-mail, web analytics and the monthly cost of selling."""

from __future__ import annotations

import numpy as np

from metrics.demo.ads import WEEK, AdDays, campaign_ids, write_ads
from metrics.demo.crm import FIRST_CONTACT
from metrics.demo.funnel import SOURCES, Funnel
from metrics.demo.touches import write_touchpoints
from metrics.demo.world import DAY, World, season, weekday
from metrics.demo.write import Warehouse, dates, instants, pick


def write_marketing(world: World, funnel: Funnel, warehouse: Warehouse) -> None:
    """Write every marketing table and the monthly costs."""
    ads, ids = write_ads(world, funnel, warehouse), campaign_ids(funnel)
    _write_leads(world, funnel, ids, warehouse)
    write_touchpoints(world, funnel, ids, warehouse)
    _write_web(world, ads, warehouse)
    _write_email(world, warehouse)
    _write_costs(world, ads, warehouse)


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
