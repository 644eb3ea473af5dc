"""Random questions about a warehouse: some metrics, a range, a grain, break-downs, filters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from metrics import Layer
from tests.proof.answers import members_of
from tests.proof.compare import Case, plain
from tests.proof.world import World

GRAINS = (None, None, "day", "week", "month", "month", "quarter", "year")
LONGEST = {"day": 7, "week": 40}


def random_cases(
    layer: Layer, world: World, names: Sequence[str], chance: random.Random, rounds: int = 1
) -> list[Case]:
    """Questions about metrics; one round asks for totals, three break-downs and three filters."""
    cases = []
    for _ in range(rounds):
        start, end, grain = _range(world, chance)
        cases.append(Case(_some(names, chance, 50), start, end, grain))
        cases += [_split(layer, world, names, chance) for _ in range(3)]
        cases += [_filtered(layer, world, names, chance) for _ in range(3)]
    return [case for case in cases if case.metrics]


def _some(names: Sequence[str], chance: random.Random, most: int) -> tuple[str, ...]:
    return tuple(sorted(chance.sample(list(names), min(most, len(names)))))


def _range(world: World, chance: random.Random) -> tuple[date, date, str | None]:
    last = date.fromordinal(world.last_full_day)
    grain = chance.choice(GRAINS)
    end = last - timedelta(days=chance.choice([-5, -1, 0, 0, 0, 1, 7, 20, 45]))
    days = chance.randint(0, LONGEST.get(grain or "", chance.choice([100, 100, 500])))
    return end - timedelta(days=days), end, grain


def _dimensions(layer: Layer, names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        for dimension in layer.catalog.metrics[name].dimensions:
            found.setdefault(dimension, []).append(name)
    return found


def _split(layer: Layer, world: World, names: Sequence[str], chance: random.Random) -> Case:
    start, end, grain = _range(world, chance)
    known = _dimensions(layer, names)
    first = chance.choice(sorted(known))
    if chance.random() < 0.7:
        return Case(_some(known[first], chance, 15), start, end, grain, by=(first,))
    both = _dimensions(layer, known[first])
    second = chance.choice(sorted(set(both) - {first}))
    return Case(_some(both[second], chance, 6), start, end, by=(first, second))


def _filtered(layer: Layer, world: World, names: Sequence[str], chance: random.Random) -> Case:
    start, end, grain = _range(world, chance)
    known = _dimensions(layer, names)
    first = chance.choice(sorted(known))
    members = [plain(one) for one in members_of(world, first)]
    wanted = chance.sample(members, chance.randint(1, min(3, len(members))))
    where = ((first, tuple(wanted)),)
    both = _dimensions(layer, known[first])
    by = (chance.choice(sorted(both)),) if chance.random() < 0.4 else ()
    among = both[by[0]] if by else known[first]
    return Case(_some(among, chance, 15), start, end, None if by else grain, by, where)
