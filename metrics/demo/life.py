"""The life of each customer: when it came, what it pays, when it pauses, leaves and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from metrics.demo.scales import Scale

PLANS = ["starter", "professional", "business", "enterprise", "free"]
LIST_CENTS = [29_900, 99_900, 299_900, 999_900, 0]
PLAN_WEIGHTS = [0.44, 0.34, 0.155, 0.04, 0.025]
FREE = 4
MONTHLY_CHURN = [0.026, 0.014, 0.008, 0.004]
DAYS_A_MONTH = 30
REACH_BACK = 730  # days before the history in which the oldest customers signed up
# A competitor's campaign: customers left in these days before the end, and fewer came.
HARD_TIMES = (310, 215)


@dataclass(frozen=True)
class Change:
    """What is in force from `day` on; a pause has 0 cents."""

    day: int
    kind: str  # price, plan, pause, resume
    plan: int
    cents: int


@dataclass
class Spell:
    """One subscription of a customer; `end` is the first day without it, None while it lives."""

    customer: int
    start: int
    changes: list[Change]
    months_billed: int = 1
    end: int | None = None

    @property
    def last(self) -> Change:
        """What is in force now."""
        return self.changes[-1]

    @property
    def contract(self) -> Change:
        """The last change that set a price: what a paused subscription comes back to."""
        return next(change for change in reversed(self.changes) if change.kind != "pause")

    def add(self, day: int, kind: str, plan: int, cents: int) -> None:
        """Append a change."""
        self.changes.append(Change(day, kind, plan, cents))


@dataclass
class Lives:
    """Every customer's sign-up day (epoch days), quality of its cohort and subscriptions."""

    created: np.ndarray
    plan: np.ndarray
    quality: np.ndarray
    spells: list[Spell] = field(default_factory=list)


def live_lives(scale: Scale, first: int, end: int, rng: np.random.Generator) -> Lives:
    """Sign-ups and subscriptions of all customers, oldest customer first."""
    created = _sign_ups(scale, first, end, rng)
    plan = rng.choice(len(PLANS), size=scale.customers, p=PLAN_WEIGHTS)
    lives = Lives(created, plan, _cohort_quality(created, end))
    scripts = dict(enumerate(STORIES))
    scripts[scale.customers - 1] = _joins_on_the_last_day
    for customer in range(scale.customers):
        story = scripts.get(customer)
        if story is not None:
            lives.plan[customer] = 2
            lives.spells += story(_open(customer, int(created[customer]) + 5, 2, 1.0), end)
        else:
            lives.spells += _wander(lives, customer, scale, first, end, rng)
    return lives


def _sign_ups(scale: Scale, first: int, end: int, rng: np.random.Generator) -> np.ndarray:
    before = int(scale.customers * scale.share_before)
    old = first - REACH_BACK * rng.random(before) ** 1.4
    new = first + (end - first) * rng.random(scale.customers - before) ** 0.75
    hard = (new >= end - HARD_TIMES[0]) & (new < end - HARD_TIMES[1])
    new = np.maximum(np.where(hard & (rng.random(len(new)) < 0.5), new - 110, new), first)
    days = np.sort(np.floor(np.concatenate([old, new])).astype(np.int64))
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    days -= np.where(weekday >= 5, weekday - 4, 0)  # sales sign on working days
    days[: len(STORIES)] = np.minimum(days[: len(STORIES)], end - 300)
    days[-1] = end
    return np.sort(days)


def _cohort_quality(created: np.ndarray, end: int) -> np.ndarray:
    """1 is normal, above stays longer: newer cohorts do, a half-year of discounts did not."""
    age_years = (end - created) / 365
    quality = np.clip(1.45 - 0.18 * age_years, 0.7, 1.45)
    discounted = (age_years > 1.1) & (age_years < 1.6)
    return np.where(discounted, 0.45, quality)


def _open(customer: int, start: int, plan: int, factor: float, months: int = 1) -> Spell:
    cents = round(LIST_CENTS[plan] * factor / 100) * 100
    return Spell(customer, start, [Change(start, "price", plan, cents)], months)


def _wander(
    lives: Lives, customer: int, scale: Scale, first: int, end: int, rng: np.random.Generator
) -> list[Spell]:
    plan = int(lives.plan[customer])
    start = min(int(lives.created[customer]) + int(rng.integers(0, 21)), end)
    factor = float(rng.choice([1.0, 0.9, 0.8, 1.1], p=[0.7, 0.14, 0.06, 0.1]))
    months = int(rng.choice([1, 12, 3], p=[0.76, 0.18, 0.06]))
    spells = [_open(customer, start, plan, factor, months)]
    while plan != FREE and not _month_by_month(spells[-1], lives, scale, first, end, rng):
        gap = int(rng.integers(60, 200) / scale.pace)
        left = spells[-1].end
        if left is None or left + gap > end or rng.random() > 0.16:
            break
        back = max(spells[-1].contract.plan - int(rng.random() < 0.3), 0)
        spells.append(_open(customer, left + gap, back, factor))
    return spells


def _month_by_month(
    spell: Spell, lives: Lives, scale: Scale, first: int, end: int, rng: np.random.Generator
) -> bool:
    """Let a subscription live until it ends (False) or the data does (True)."""
    day = spell.start + int(rng.integers(20, 45))
    while day <= end:
        pace = scale.pace if day >= first else 1.0
        plan = spell.contract.plan
        early = 1.5 if day - spell.start < 120 else 1.0
        hard = 2.6 if end - HARD_TIMES[0] <= day < end - HARD_TIMES[1] else 1.0
        churn = MONTHLY_CHURN[plan] * early * pace * hard / lives.quality[spell.customer]
        chance = rng.random()
        if chance < churn * (0.5 if spell.months_billed == 12 else 1.0):
            spell.end = day
            return False
        day = _happen(spell, day, rng.random() / pace, end, rng)
        day += int(rng.integers(24, 37))
    return True


def _happen(spell: Spell, day: int, chance: float, end: int, rng: np.random.Generator) -> int:
    """Upgrade, downgrade, reprice, pause or nothing; returns the day life goes on from."""
    plan, cents = spell.contract.plan, spell.contract.cents
    factor = cents / LIST_CENTS[plan]
    if chance < 0.014 and plan < 3:
        spell.add(day, "plan", plan + 1, _price(plan + 1, min(factor, 1.1)))
    elif chance < 0.020 and plan > 0:
        spell.add(day, "plan", plan - 1, _price(plan - 1, min(factor, 1.1)))
    elif chance < 0.036:
        spell.add(day, "price", plan, _price(plan, factor * float(rng.uniform(1.05, 1.25))))
    elif chance < 0.041:
        spell.add(day, "price", plan, _price(plan, factor * float(rng.uniform(0.8, 0.95))))
    elif chance < 0.046:
        spell.add(day, "pause", plan, 0)
        back = day + int(rng.integers(20, 60))
        if back <= end:
            spell.add(back, "resume", plan, cents)
        return back
    return day


def _price(plan: int, factor: float) -> int:
    return round(LIST_CENTS[plan] * factor / 100) * 100


# The oldest customers follow scripts within the last 120 days, so that every scale and every
# seed shows each kind of movement.


def _expands(spell: Spell, end: int) -> list[Spell]:
    spell.add(end - 70, "plan", 3, LIST_CENTS[3])
    return [spell]


def _contracts(spell: Spell, end: int) -> list[Spell]:
    spell.add(end - 40, "plan", 1, LIST_CENTS[1])
    return [spell]


def _pays_more(spell: Spell, end: int) -> list[Spell]:
    spell.add(end - 55, "price", 2, 349_900)
    return [spell]


def _pauses_and_resumes(spell: Spell, end: int) -> list[Spell]:
    spell.add(end - 85, "pause", 2, 0)
    spell.add(end - 50, "resume", 2, LIST_CENTS[2])
    return [spell]


def _is_paused(spell: Spell, end: int) -> list[Spell]:
    spell.add(end - 12, "pause", 2, 0)
    return [spell]


def _churns(spell: Spell, end: int) -> list[Spell]:
    spell.end = end - 30
    return [spell]


def _leaves_and_returns(spell: Spell, end: int) -> list[Spell]:
    spell.end = end - 90
    return [spell, _open(spell.customer, end - 35, 1, 1.0)]


def _joins_on_the_last_day(spell: Spell, end: int) -> list[Spell]:
    first = replace(spell.changes[0], day=end)
    return [Spell(spell.customer, end, [first])]


STORIES: list[Callable[[Spell, int], list[Spell]]] = [
    _expands,
    _contracts,
    _pays_more,
    _pauses_and_resumes,
    _is_paused,
    _churns,
    _leaves_and_returns,
]
