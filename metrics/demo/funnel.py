"""From campaign to customer: companies, leads and deals that belong to each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.demo.life import FREE, LIST_CENTS
from metrics.demo.world import DAY, World

WON, LOST, OPEN = 0, 1, 2
SOURCES = [
    "google_ads",
    "facebook_ads",
    "linkedin_ads",
    "organic_search",
    "referral",
    "email",
    "trade_show",
]
SOURCE_WEIGHTS = [0.27, 0.15, 0.13, 0.2, 0.1, 0.09, 0.06]
ORGANIC = 3
PLATFORMS = ["google", "facebook", "linkedin"]


@dataclass(frozen=True)
class Campaign:
    """An ad campaign; start and end are shares of the history, budget is per day and customer."""

    platform: str
    name: str
    objective: str
    start: float
    end: float | None
    budget: float
    cost_per_click: float
    wasteful: bool = False


CAMPAIGNS = [
    Campaign("google", "Search - Tap management", "SEARCH", 0.0, None, 0.26, 3.4),
    Campaign("google", "Search - Brand", "SEARCH", 0.1, None, 0.08, 1.1),
    Campaign("facebook", "Bar owners - Leads", "LEAD_GENERATION", 0.05, None, 0.15, 1.9),
    Campaign("linkedin", "Hospitality leaders - Leads", "LEAD_GENERATION", 0.2, None, 0.14, 7.2),
    Campaign("linkedin", "Nightlife Week takeover", "BRAND_AWARENESS", 0.62, None, 0.34, 9.5, True),
    Campaign("google", "Display - Retargeting", "DISPLAY", 0.35, 0.8, 0.07, 0.9),
    Campaign("facebook", "Taproom stories", "CONVERSIONS", 0.4, None, 0.09, 1.5),
    Campaign("google", "Search - Keg tracking", "SEARCH", 0.5, None, 0.12, 2.8),
    Campaign("facebook", "Spring opening", "CONVERSIONS", 0.25, 0.45, 0.13, 1.7),
    Campaign("linkedin", "Hotel groups", "WEBSITE_VISITS", 0.3, 0.7, 0.1, 6.4),
    Campaign("google", "Video - How it works", "VIDEO", 0.7, None, 0.08, 1.2),
    Campaign("facebook", "Lookalike - Breweries", "LEAD_GENERATION", 0.75, None, 0.11, 2.1),
]
PREFIX = {"google": "ga_", "facebook": "fb_", "linkedin": "li_"}


@dataclass(frozen=True)
class Deals:
    """Deals by order of creation; instants in seconds, `closed` is the expected close if open."""

    company: np.ndarray
    existing: np.ndarray
    outcome: np.ndarray
    created: np.ndarray
    closed: np.ndarray
    cycle: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Leads:
    """Marketing qualified leads by order of date; `campaign` is -1 where no ad brought them."""

    company: np.ndarray
    at: np.ndarray
    source: np.ndarray
    campaign: np.ndarray
    deal: np.ndarray  # index into deals, -1 where none followed


@dataclass
class Funnel:
    """Companies are numbered accounts first, then prospects that never became one."""

    world: World

    @cached_property
    def campaigns(self) -> list[Campaign]:
        """The campaigns of this scale."""
        return CAMPAIGNS[: self.world.scale.campaigns]

    def campaign_days(self, campaign: Campaign) -> tuple[int, int]:
        """First and last day of a campaign; a running one lasts to the end of the data."""
        length = self.world.scale.history_days
        start = self.world.first + int(campaign.start * length)
        last = (
            self.world.end
            if campaign.end is None
            else self.world.first + int(campaign.end * length)
        )
        return start, last

    @cached_property
    def deals(self) -> Deals:
        """New business won by accounts, expansions, lost prospects and what is still open."""
        rng = self.world.rng("deals")
        parts = [self._won(rng), self._expansions(rng)]
        parts += [
            self._prospects(len(parts[0][0]), rng),
            self._lost_expansions(len(parts[1][0]), rng),
        ]
        company, existing, outcome, created, closed, amount = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        cycle = closed - created
        late = (outcome != WON) & (closed >= self.world.closing)
        outcome = np.where(late, OPEN, outcome)
        # The newest open deal is brought up to the last day, so that the source reaches it.
        newest = np.argmax(np.where(outcome == OPEN, created, -1))
        created[newest] = self.world.closing - 9 * 3600
        order = np.argsort(created, kind="stable")
        return Deals(
            *(c[order] for c in (company, existing, outcome, created, closed, cycle, amount))
        )

    def _won(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        firsts = {spell.customer: spell for spell in reversed(self.world.lives.spells)}
        new = [
            s for s in firsts.values() if s.start >= self.world.first and s.contract.plan != FREE
        ]
        new.sort(key=lambda s: (s.start, s.customer))
        plan = np.array([s.changes[0].plan for s in new], dtype=np.int64)
        closed = np.array([s.start for s in new]) * DAY + rng.integers(9, 17, len(new)) * 3600
        amount = np.array([s.changes[0].cents for s in new]) * 12 / 100
        created = closed - _cycle_days(plan, rng) * DAY
        company = np.array([s.customer for s in new])
        return company, np.zeros(len(new), bool), np.full(len(new), WON), created, closed, amount

    def _expansions(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        found = [
            (spell.customer, after.day, after.cents - before.cents)
            for spell in self.world.lives.spells
            for before, after in zip(spell.changes, spell.changes[1:], strict=False)
            if after.kind in ("plan", "price")
            and after.cents > before.cents
            and after.day >= self.world.first
        ]
        company, day, rise = (np.array(column) for column in zip(*found, strict=True))
        closed = day * DAY + rng.integers(9, 17, len(day)) * 3600
        created = closed - rng.integers(8, 50, len(day)) * DAY
        return (
            company,
            np.ones(len(day), bool),
            np.full(len(day), WON),
            created,
            closed,
            rise * 0.12,
        )

    def _prospects(self, won: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        lost, fresh = max(int(won * 1.9), 10), max(self.world.scale.customers // 8, 6)
        count = lost + fresh
        span = self.world.scale.history_days - 1
        day = self.world.first + span * rng.random(lost) ** 0.75
        recent = self.world.end - np.minimum(rng.exponential(28, fresh), span)
        created = (
            np.concatenate([day, recent]).astype(np.int64) * DAY + rng.integers(9, 17, count) * 3600
        )
        plan = rng.choice(4, count, p=[0.4, 0.34, 0.2, 0.06])
        cycle = _cycle_days(plan, rng)
        # Some open deals have slipped: their expected close lies behind them.
        ahead = np.maximum(cycle[lost:], (self.world.end - created[lost:] // DAY) + 1)
        ahead = np.where(rng.random(fresh) < 0.8, ahead + rng.integers(3, 50, fresh), cycle[lost:])
        closed = created + np.concatenate([cycle[:lost], ahead]) * DAY
        amount = np.array(LIST_CENTS)[plan] * 0.12 * rng.lognormal(0, 0.25, count)
        outcome = np.r_[np.full(lost, LOST), np.full(fresh, OPEN)]
        company = self.world.scale.customers + np.arange(count)
        return company, np.zeros(count, bool), outcome, created, closed, amount

    def _lost_expansions(self, won: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        count = max(int(won * 0.9), 6)
        company = rng.integers(0, self.world.scale.customers - 1, count)
        since = np.maximum(self.world.lives.created[company] + 30, self.world.first)
        room = np.maximum(self.world.last_live[company] - since, 1)
        day = np.minimum(since + rng.random(count) * room, self.world.end).astype(np.int64)
        created = day * DAY + 10 * 3600
        closed = created + rng.integers(10, 60, count) * DAY
        amount = rng.lognormal(8.9, 0.7, count)
        return company, np.ones(count, bool), np.full(count, LOST), created, closed, amount

    @cached_property
    def leads(self) -> Leads:
        """Leads that led to deals, and about as many again that did not."""
        rng = self.world.rng("leads")
        deals = self.deals
        chosen = np.flatnonzero(~deals.existing & (rng.random(len(deals.created)) < 0.72))
        at = deals.created[chosen] - rng.integers(2 * DAY, 24 * DAY, len(chosen))
        idle = max(int(len(chosen) * 1.1), 12)
        span = self.world.scale.history_days
        idle_at = (self.world.first + rng.random(idle) ** 0.7 * span) * DAY
        first_idle = int(deals.company.max()) + 1
        company = np.concatenate([deals.company[chosen], first_idle + np.arange(idle)])
        at = np.concatenate([at, idle_at.astype(np.int64)])
        deal = np.concatenate([chosen, np.full(idle, -1)])
        at[-1] = self.world.closing - 11 * 3600
        source = rng.choice(len(SOURCES), len(at), p=SOURCE_WEIGHTS)
        campaign = self.campaign_of(source, at // DAY, deal >= 0, rng)
        source = np.where((source < 3) & (campaign < 0), ORGANIC, source)
        order = np.argsort(at, kind="stable")
        order = order[at[order] >= self.world.first * DAY]
        return Leads(*(column[order] for column in (company, at, source, campaign, deal)))

    def campaign_of(
        self, source: np.ndarray, day: np.ndarray, converts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A running campaign of the source's platform; the wasteful one never brings a deal."""
        appeal = np.zeros((len(self.campaigns), len(source)))
        for index, campaign in enumerate(self.campaigns):
            start, last = self.campaign_days(campaign)
            fits = (source == PLATFORMS.index(campaign.platform)) & (day >= start) & (day <= last)
            if campaign.wasteful:
                fits &= ~converts
            appeal[index] = fits * campaign.budget / campaign.cost_per_click
        total = appeal.sum(axis=0)
        reach = np.cumsum(appeal, axis=0) > rng.random(len(source)) * np.where(total > 0, total, 1)
        return np.where(total > 0, reach.argmax(axis=0), -1)

    @cached_property
    def companies(self) -> int:
        """Accounts and prospects together."""
        return max(int(self.deals.company.max()), int(self.leads.company.max())) + 1

    @cached_property
    def known_since(self) -> np.ndarray:
        """Second each company was first heard of."""
        since = np.full(self.companies, self.world.closing - 1, dtype=np.int64)
        accounts = self.world.scale.customers
        since[:accounts] = self.world.lives.created * DAY
        np.minimum.at(since, self.deals.company, self.deals.created)
        np.minimum.at(since, self.leads.company, self.leads.at)
        since -= 3 * DAY
        return since


def _cycle_days(plan: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    typical = np.array([20, 34, 58, 95, 15])[plan]
    days: np.ndarray = np.maximum(typical * rng.lognormal(0, 0.35, len(plan)), 3)
    return days.astype(np.int64)
