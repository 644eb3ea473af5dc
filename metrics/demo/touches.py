"""The way of each lead: touches before it was qualified, and those of a deal until it closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.funnel import ORGANIC, SOURCES, Funnel
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, instants, pick

WAYS = [*SOURCES, "direct"]
CHANNELS = [
    "paid_search",
    "paid_social",
    "paid_social",
    "organic_search",
    "referral",
    "email",
    "event",
    "direct",
]
MEDIUMS = ["cpc", "paid_social", "paid_social", "organic", "referral", "email", "event", "none"]
BEFORE = [0.13, 0.08, 0.06, 0.27, 0.1, 0.08, 0.04, 0.24]
AFTER = [0.09, 0.03, 0.03, 0.15, 0.05, 0.3, 0.03, 0.32]
CONTENT = ["guide-line-cleaning", "blog-keg-yield", "webinar-bar-margins", "case-study-hotels"]
READ = np.array([0, 0, 0, 0.6, 0.2, 0.7, 0, 0])
"""How likely a touch of each way was one with a piece of content."""


@dataclass(frozen=True)
class Touches:
    """Touches in order of the lead and of time; `campaign` is -1 where no ad was clicked."""

    lead: np.ndarray
    at: np.ndarray
    way: np.ndarray
    campaign: np.ndarray


def write_touchpoints(world: World, funnel: Funnel, ids: list[str], warehouse: Warehouse) -> None:
    """Write every touch of every lead."""
    rng = world.rng("touchpoints")
    before, after = _before(funnel, rng), _after(world, funnel, rng)
    lead, at, way, campaign = (
        np.concatenate(column)
        for column in (
            (before.lead, after.lead),
            (before.at, after.at),
            (before.way, after.way),
            (before.campaign, after.campaign),
        )
    )
    order = np.lexsort((at, lead))
    lead, at, way, campaign = lead[order], at[order], way[order], campaign[order]
    count = np.bincount(lead, minlength=len(funnel.leads.at))
    position = np.arange(len(lead)) - (np.cumsum(count) - count)[lead] + 1
    content = np.where(
        rng.random(len(lead)) < READ[way], rng.integers(0, len(CONTENT), len(lead)), -1
    )
    titles = [c.name for c in funnel.campaigns]
    warehouse.put(
        "attribution_touchpoints",
        {
            "_n": np.arange(1, len(lead) + 1),
            "_m": lead + 1,
            "touchpoint_date": instants(at),
            "channel": pick(way, CHANNELS),
            "campaign_id": [ids[c] if c >= 0 else None for c in campaign],
            "campaign_name": [titles[c] if c >= 0 else None for c in campaign],
            "medium": pick(way, MEDIUMS),
            "source": pick(way, WAYS),
            "content": [CONTENT[c] if c >= 0 else None for c in content],
            "attribution_weight": np.round(1 / count[lead], 4),
            "touchpoint_position": position,
            "created_at": instants(at),
        },
        id="'tp_' || _n",
        mql_id="'mql_' || lpad(_m::VARCHAR, 6, '0')",
    )


def _before(funnel: Funnel, rng: np.random.Generator) -> Touches:
    """One to six touches a lead, some days apart; the last one is that of its own source."""
    leads = funnel.leads
    count = 1 + np.minimum(rng.poisson(1.9, len(leads.at)), 5)
    lead = np.repeat(np.arange(len(count)), count)
    position = np.arange(len(lead)) - np.repeat(np.cumsum(count) - count, count) + 1
    gap = rng.integers(DAY, 7 * DAY, len(count))
    at = leads.at[lead] - (count[lead] - position) * gap[lead] - 900
    last = position == count[lead]
    way, campaign = _choose(funnel, BEFORE, lead, at, rng)
    return Touches(
        lead,
        at,
        np.where(last, leads.source[lead], way),
        np.where(last, leads.campaign[lead], campaign),
    )


def _after(world: World, funnel: Funnel, rng: np.random.Generator) -> Touches:
    """A deal's people come back, read mails and see ads until it closes or the data end."""
    leads = funnel.leads
    mine = np.flatnonzero(leads.deal >= 0)
    until = np.minimum(funnel.deals.closed[leads.deal[mine]], world.closing - 3_600)
    room = np.maximum(until - leads.at[mine], 0)
    count = rng.poisson(np.minimum(room / (25 * DAY), 4))
    lead = np.repeat(mine, count)
    at = leads.at[lead] + (rng.random(len(lead)) * np.repeat(room, count)).astype(np.int64)
    way, campaign = _choose(funnel, AFTER, lead, at, rng)
    return Touches(lead, at, way, campaign)


def _choose(
    funnel: Funnel,
    weights: list[float],
    lead: np.ndarray,
    at: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """A way by weight; an ad needs a campaign that runs that day, else it was a search."""
    way = rng.choice(len(WAYS), len(lead), p=weights)
    campaign = funnel.campaign_of(way, at // DAY, funnel.leads.deal[lead] >= 0, rng)
    return np.where((way < ORGANIC) & (campaign < 0), ORGANIC, way), campaign
