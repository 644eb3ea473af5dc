"""The demo company before anything is written: its customers, places, people and presence."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.demo.life import FREE, REACH_BACK, Lives, live_lives
from metrics.demo.places import BUSINESSES, STATES
from metrics.demo.scales import Scale

DAY = 86_400
FADE_DAYS = 75  # use falls this long before a customer leaves
OUTAGE_REGION = "South"
OUTAGE_DAYS_BEFORE_END = 43
OUTAGE_HOURS = 46


@dataclass
class World:
    """Everything the tables agree on; days count from 1970, arrays are indexed by customer."""

    scale: Scale
    seed: int
    end: int

    @property
    def first(self) -> int:
        """First day of the history."""
        return self.end - self.scale.history_days + 1

    @property
    def closing(self) -> int:
        """The second after the last one of the data."""
        return (self.end + 1) * DAY

    @property
    def outage(self) -> tuple[int, int]:
        """Start and end, in seconds, of the network outage of one region."""
        start = (self.end - OUTAGE_DAYS_BEFORE_END) * DAY + 9 * 3600
        return start, start + OUTAGE_HOURS * 3600

    def rng(self, purpose: str) -> np.random.Generator:
        """A stream of its own per purpose, so that one table's draws never shift another's."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    @cached_property
    def lives(self) -> Lives:
        """Sign-ups and subscriptions."""
        return live_lives(self.scale, self.first, self.end, self.rng("lives"))

    @cached_property
    def state(self) -> np.ndarray:
        """Index into STATES of each customer's home."""
        weights = np.array([state[2] for state in STATES], dtype=float)
        draw = self.rng("state").choice(
            len(STATES), self.scale.customers, p=weights / weights.sum()
        )
        return draw.astype(np.int64)

    @cached_property
    def business(self) -> np.ndarray:
        """Index into BUSINESSES."""
        weights = np.array([business[2] for business in BUSINESSES])
        draw = self.rng("business").choice(
            len(BUSINESSES), self.scale.customers, p=weights / weights.sum()
        )
        return draw.astype(np.int64)

    @cached_property
    def last_live(self) -> np.ndarray:
        """The last day with a subscription, the end of the data while one lives."""
        last = self.lives.created.copy()
        for spell in self.lives.spells:
            until = self.end if spell.end is None else spell.end - 1
            last[spell.customer] = max(last[spell.customer], until)
        return last

    @cached_property
    def days(self) -> np.ndarray:
        """Every day of the history."""
        return np.arange(self.first, self.end + 1)

    @cached_property
    def presence(self) -> np.ndarray:
        """How strongly a customer uses the product: float32 [day of history, customer], 0..~1.3.

        Zero without a subscription, ramping up after the start, fading before the end, and
        nearly silent in a pause. Every use of the product multiplies by this.
        """
        grid = np.zeros((len(self.days), self.scale.customers), dtype=np.float32)
        for spell in self.lives.spells:
            until = self.end + 1 if spell.end is None else spell.end
            days = np.arange(max(spell.start, self.first), until)
            level = np.clip(0.45 + (days - spell.start) / 70, 0, 1)
            if spell.end is not None:
                level *= np.clip((spell.end - days) / FADE_DAYS, 0.12, 1)
            if spell.contract.plan == FREE:
                level *= 0.3
            for change, following in zip(spell.changes, [*spell.changes[1:], None], strict=True):
                if change.kind == "pause":
                    back = until if following is None else following.day
                    level[(days >= change.day) & (days < back)] *= 0.08
            grid[days - self.first, spell.customer] = level
        grid *= self._mood
        return grid

    @property
    def _mood(self) -> np.ndarray:
        """Slow swings of each customer's use, constant within 30 days."""
        months = len(self.days) // 30 + 1
        swings = self.rng("mood").lognormal(0, 0.13, (months, self.scale.customers))
        return np.repeat(swings.astype(np.float32), 30, axis=0)[: len(self.days)]


def season(days: np.ndarray) -> np.ndarray:
    """Demand over the year around 1: bars are busy in summer and December, quiet in January."""
    new_year = days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
    day_of_year = days - new_year.astype(np.int64)
    summer = 0.10 * np.cos((day_of_year - 200) / 365 * 2 * np.pi)
    december = 0.16 * np.exp(-(((day_of_year - 352) / 14) ** 2))
    january = -0.12 * np.exp(-(((day_of_year - 15) / 16) ** 2))
    level: np.ndarray = 1 + summer + december + january
    return level


def weekday(days: np.ndarray) -> np.ndarray:
    """0 is Monday."""
    return (days + 3) % 7


__all__ = ["DAY", "REACH_BACK", "World", "season", "weekday"]
