"""The rules every score of docs/scores.md follows, in exact fractions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.proof.world import World

Entity = Hashable
Points = tuple[tuple[str, int], ...]
Numbers = dict[Entity, Fraction]
DAYS = 30


@dataclass(frozen=True)
class Input:
    """One row of a table in docs/scores.md; `numbers` gives each entity's number, if it has one.

    `facts` are those the window of so many `days` reads; of 1 where it looks at the day itself.
    """

    weight: str
    points: Points
    facts: tuple[str, ...]
    numbers: Callable[[World, int], Numbers]
    days: int = DAYS

    def scaled(self, world: World, day: int) -> Numbers:
        """The number of each entity on the scale; nothing where the input is missing."""
        if not covered(world, self.facts, day - self.days + 1):
            return {}
        found = self.numbers(world, day)
        return {entity: on_scale(number, self.points) for entity, number in found.items()}


@dataclass(frozen=True)
class Score:
    """A score: who has one, its inputs, and the share of weight below which there is none."""

    population: Callable[[World, int], set[Entity]]
    inputs: tuple[Input, ...]
    floor: str = "0.6"

    def on(self, world: World, day: int) -> Numbers:
        """The score of each entity that has one on a day."""
        scaled = [(Fraction(one.weight), one.scaled(world, day)) for one in self.inputs]
        everything = sum(weight for weight, _ in scaled)
        scores = {}
        for entity in self.population(world, day):
            present = [(w, values[entity]) for w, values in scaled if entity in values]
            weight = sum(w for w, _ in present)
            if round(weight / everything, 9) >= Fraction(self.floor):
                scores[entity] = self.blend(present)
        return scores

    def blend(self, present: list[tuple[Fraction, Fraction]]) -> Fraction:
        """The score of the weights and scaled numbers that are there: their weighted mean."""
        weight = sum(w for w, _ in present)
        return sum(w * value for w, value in present) / weight


def covered(world: World, facts: Iterable[str], begins: int) -> bool:
    """Whether all facts are known from a day on."""
    firsts = [world.first_day(fact) for fact in facts]
    return all(first is not None and first <= begins for first in firsts)


class Worst(Score):
    """A score of blend "highest"."""

    def blend(self, present: list[tuple[Fraction, Fraction]]) -> Fraction:
        """The largest of what is there."""
        return max(value for _, value in present)


@dataclass(frozen=True)
class Condition:
    """A condition on a number of each entity; unknown where there is no number."""

    facts: tuple[str, ...]
    numbers: Callable[[World, int], Numbers]
    holds: Callable[[Fraction], bool]

    def on(self, world: World, day: int) -> dict[Entity, bool]:
        """Whether it holds for each entity it is known of."""
        if not covered(world, self.facts, day):
            return {}
        return {one: self.holds(number) for one, number in self.numbers(world, day).items()}


@dataclass(frozen=True)
class Flag(Score):
    """A flag of blend "any": 100 where a condition holds, else 0."""

    conditions: tuple[Condition, ...] = ()

    def on(self, world: World, day: int) -> Numbers:
        """The flag of each entity of which a condition is known."""
        told = [condition.on(world, day) for condition in self.conditions]
        flags = {}
        for one in self.population(world, day):
            known = [found[one] for found in told if one in found]
            if known:
                flags[one] = Fraction(100 if any(known) else 0)
        return flags


@dataclass(frozen=True)
class Gated(Score):
    """A score for those alone who meet all requirements."""

    requirements: tuple[Condition, ...] = ()

    def on(self, world: World, day: int) -> Numbers:
        """The score of each entity that has one on a day."""
        scores = super().on(world, day)
        for condition in self.requirements:
            met = condition.on(world, day)
            scores = {one: score for one, score in scores.items() if met.get(one)}
        return scores


def on_scale(value: Fraction, points: Points) -> Fraction:
    """0 to 100 by straight lines between cut points, flat outside."""
    cuts = [(Fraction(at), Fraction(score)) for at, score in points]
    if value <= cuts[0][0]:
        return cuts[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(cuts):
        if value <= x1:
            return y0 + (value - x0) * (y1 - y0) / (x1 - x0)
    return cuts[-1][1]


def remember(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what was computed of a world and a day."""

    def remembered(world: World, *key: Any) -> Any:
        name = (compute.__module__, compute.__qualname__, *key)
        if name not in world.cache:
            world.cache[name] = compute(world, *key)
        return world.cache[name]

    return remembered


# Rows of the last days, and levels at the end of each of them


def recent(world: World, fact: str, day: int, days: int = DAYS) -> pd.DataFrame:
    """Rows of a fact in the 30 days, or so many, up to a day."""
    rows = world.facts[fact].rows
    return rows[(rows["day"] > day - days) & (rows["day"] <= day)]


def number_of(rows: pd.DataFrame, entity: str) -> Counter[Entity]:
    """Rows by entity."""
    return Counter(one for one in rows[entity] if one is not None)


def different(rows: pd.DataFrame, entity: str, *columns: str) -> Counter[Entity]:
    """Different values of some columns by entity."""
    pairs = set(zip(rows[entity], *(rows[column] for column in columns), strict=True))
    return Counter(pair[0] for pair in pairs if all(part is not None for part in pair))


def levels(
    world: World, fact: str, day: int, entity: str, where: str | None = None
) -> Counter[Entity]:
    """Intervals in force at the end of each of the 30 days, added up, by entity."""
    added: Counter[Entity] = Counter()
    for at in range(day - DAYS + 1, day + 1):
        added.update(level(world, fact, at, entity, where))
    return added


@remember
def level(world: World, fact: str, day: int, entity: str, where: str | None) -> Counter[Entity]:
    """Intervals in force at the end of a day, by entity."""
    if world.first_day(fact) is None:
        return Counter()
    rows = world.facts[fact].rows
    rows = rows[(rows["day"] <= day) & (rows["until"] > day)]
    return number_of(rows if where is None else rows.query(where), entity)


def shares(above: Counter[Entity], below: Counter[Entity]) -> Numbers:
    """A quotient for every entity that has something to divide by."""
    return {one: Fraction(above[one], total) for one, total in below.items() if total}


def everyone(world: World, found: Counter[Entity], among: Iterable[Entity]) -> Numbers:
    """A number for everyone; 0 for those without rows."""
    return {one: Fraction(found[one]) for one in among}


def since(rows: pd.DataFrame, day: int, entity: str) -> Numbers:
    """Days since the last row up to a day, for those that have one."""
    last: dict[Entity, int] = {}
    for one, at in zip(rows[entity], rows["day"], strict=True):
        if at <= day and one is not None:
            last[one] = max(at, last.get(one, at))
    return {one: Fraction(day - at) for one, at in last.items()}


def in_force(fact: str, entity: str) -> Callable[[World, int], set[Entity]]:
    """Those with an interval in force at the end of a day."""
    return lambda world, day: set(level(world, fact, day, entity, None))


SCORES: dict[str, Score] = {}
"""Every score by its name."""


@remember
def scores_on(world: World, name: str, day: int) -> Numbers:
    """The score of each entity that has one on a day."""
    return SCORES[name].on(world, day)
