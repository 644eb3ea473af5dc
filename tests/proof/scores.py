"""The four scores of docs/scores.md, entity by entity, in exact fractions."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
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

    `facts` are those the window reads; with `looks_back` false only the day itself is looked at.
    """

    weight: str
    points: Points
    facts: tuple[str, ...]
    numbers: Callable[[World, int], Numbers]
    looks_back: bool = True

    def scaled(self, world: World, day: int) -> Numbers:
        """The number of each entity on the scale; nothing where the input is missing."""
        begins = day - DAYS + 1 if self.looks_back else day
        for fact in self.facts:
            first = world.first_day(fact)
            if first is None or begins < first:
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
                scores[entity] = sum(w * value for w, value in present) / weight
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


# Rows of the last 30 days, and levels at the end of each of them


def recent(world: World, fact: str, day: int) -> pd.DataFrame:
    """Rows of a fact in the 30 days up to a day."""
    rows = world.facts[fact].rows
    return rows[(rows["day"] > day - DAYS) & (rows["day"] <= day)]


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


def in_force(fact: str, entity: str) -> Callable[[World, int], set[Entity]]:
    """Those with an interval in force at the end of a day."""
    return lambda world, day: set(level(world, fact, day, entity, None))


# Users


def _registered(world: World, day: int) -> set[Entity]:
    return set(level(world, "registrations", day, "user_id", None))


def _sessions(world: World, day: int) -> Numbers:
    rows = recent(world, "sessions", day)
    found = number_of(rows[~rows["is_anonymous"]], "user_id")
    return everyone(world, found, _registered(world, day))


def _page_views(world: World, day: int) -> Numbers:
    found = number_of(recent(world, "page_views", day), "user_id")
    return everyone(world, found, _registered(world, day))


def _features(world: World, day: int) -> Numbers:
    found = different(recent(world, "feature_use", day), "user_id", "feature_name")
    return everyone(world, found, _registered(world, day))


def _active_days(world: World, day: int) -> Numbers:
    found = different(recent(world, "activity", day), "user_id", "day")
    return everyone(world, found, _registered(world, day))


def _recency(world: World, day: int) -> Numbers:
    rows = world.facts["activity"].rows
    last: dict[Entity, int] = {}
    for user, at in zip(rows["user_id"], rows["day"], strict=True):
        if at <= day:
            last[user] = max(at, last.get(user, at))
    return {user: Fraction(day - at) for user, at in last.items()}


USER_ENGAGEMENT = Score(
    _registered,
    (
        Input("0.25", (("0", 0), ("4", 50), ("12", 100)), ("sessions",), _sessions),
        Input("0.15", (("0", 0), ("12", 50), ("40", 100)), ("page_views",), _page_views),
        Input("0.25", (("0", 0), ("3", 50), ("8", 100)), ("feature_use",), _features),
        Input("0.20", (("0", 0), ("4", 50), ("12", 100)), ("activity",), _active_days),
        Input("0.15", (("0", 100), ("7", 60), ("30", 0)), ("activity",), _recency, False),
    ),
)

# Devices

TAPS = "is_tap"
EVENTS, SERVICE, STATUS = "tap_events", "devices_in_service", "device_status"


def _pours(world: World, day: int) -> pd.DataFrame:
    rows = recent(world, EVENTS, day)
    return rows[rows["is_pour"]]


def _uptime_tap(world: World, day: int) -> Numbers:
    poured = different(_pours(world, day), "device_id", "day")
    return shares(poured, levels(world, SERVICE, day, "device_id", TAPS))


def _uptime_other(world: World, day: int) -> Numbers:
    online = levels(world, STATUS, day, "device_id", "is_online and not is_tap")
    told = levels(world, STATUS, day, "device_id", "(is_online or is_down) and not is_tap")
    return shares(online, told)


def _performance(world: World, day: int) -> Numbers:
    pours = _pours(world, day)
    return shares(number_of(pours[pours["is_anomaly"]], "device_id"), number_of(pours, "device_id"))


def _since_care(world: World, day: int) -> Numbers:
    rows = world.facts["device_care"].rows
    rows = rows[(rows["day"] <= day) & (rows["until"] > day)]
    began = zip(rows["device_id"], rows["day"], strict=True)
    return {device: Fraction(day - at) for device, at in began}


def _use(world: World, day: int) -> Numbers:
    pours = number_of(_pours(world, day), "device_id")
    return shares(pours, levels(world, SERVICE, day, "device_id", TAPS))


DEVICE_HEALTH = Score(
    in_force(SERVICE, "device_id"),
    (
        Input("0.4", (("0", 0), ("1", 100)), (EVENTS, SERVICE), _uptime_tap),
        Input("0.4", (("0", 0), ("1", 100)), (STATUS,), _uptime_other),
        Input("0.3", (("0", 100), ("0.05", 75), ("0.25", 0)), (EVENTS,), _performance),
        Input("0.2", (("30", 100), ("90", 60), ("180", 0)), ("device_care",), _since_care, False),
        Input("0.1", (("0", 0), ("2", 50), ("6", 100)), (EVENTS, SERVICE), _use),
    ),
    floor="0.428",
)

# Locations

OPEN = "locations_open"


def _device_rate(world: World, day: int) -> Numbers:
    online = levels(world, STATUS, day, "by_location", "is_online")
    return shares(online, levels(world, SERVICE, day, "location_id"))


def _days_poured(world: World, day: int) -> Numbers:
    poured = different(_pours(world, day), "location_id", "day")
    return shares(poured, levels(world, OPEN, day, "location_id"))


def _pours_a_day(world: World, day: int) -> Numbers:
    poured = number_of(_pours(world, day), "location_id")
    return shares(poured, levels(world, OPEN, day, "location_id"))


LOCATION_HEALTH = Score(
    in_force(OPEN, "location_id"),
    (
        Input("0.4", (("0.5", 0), ("0.8", 50), ("1", 100)), (STATUS, SERVICE), _device_rate),
        Input("0.3", (("0", 0), ("0.5", 50), ("0.9", 100)), (EVENTS, OPEN), _days_poured),
        Input("0.3", (("0", 0), ("3", 50), ("10", 100)), (EVENTS, OPEN), _pours_a_day),
    ),
)

# Customers


def _mean_of_members(scores: Numbers, customer_of: dict[Any, Any]) -> Numbers:
    members: dict[Entity, list[Fraction]] = defaultdict(list)
    for entity, score in scores.items():
        members[customer_of.get(entity)].append(score)
    return {one: sum(found, Fraction(0)) / len(found) for one, found in members.items()}


def _devices(world: World, day: int) -> Numbers:
    owners = {one: row["customer_id"] for one, row in world.entities.devices.items()}
    return _mean_of_members(scores_on(world, "device_health", day), owners)


def _locations(world: World, day: int) -> Numbers:
    owners = {one: row["customer_id"] for one, row in world.entities.locations.items()}
    return _mean_of_members(scores_on(world, "location_health", day), owners)


def _efficiency(world: World, day: int) -> Numbers:
    pours = number_of(_pours(world, day), "by_customer")
    return shares(pours, levels(world, SERVICE, day, "customer_id", TAPS))


def _uptime(world: World, day: int) -> Numbers:
    poured: Counter[Entity] = Counter()
    for device, days in different(_pours(world, day), "device_id", "day").items():
        poured[world.entities.devices.get(device, {}).get("customer_id")] += days
    return shares(poured, levels(world, SERVICE, day, "customer_id", TAPS))


def _tickets(world: World, day: int) -> Numbers:
    opened = levels(world, "tickets", day, "customer_id")
    return shares(opened, levels(world, OPEN, day, "customer_id"))


WHOLE = (("0", 0), ("100", 100))
ACCOUNT_OPERATIONS = Score(
    in_force("subscription_periods", "customer_id"),
    (
        Input("0.30", WHOLE, (), _devices, False),
        Input("0.25", WHOLE, (), _locations, False),
        Input("0.20", (("0", 0), ("3", 50), ("9", 100)), (EVENTS, SERVICE), _efficiency),
        Input("0.15", (("0.3", 0), ("0.95", 100)), (EVENTS, SERVICE), _uptime),
        Input("0.10", (("0", 100), ("0.5", 50), ("2", 0)), ("tickets", OPEN), _tickets),
    ),
)

SCORES = {
    "user_engagement": USER_ENGAGEMENT,
    "device_health": DEVICE_HEALTH,
    "location_health": LOCATION_HEALTH,
    "account_operations": ACCOUNT_OPERATIONS,
}


@remember
def scores_on(world: World, name: str, day: int) -> Numbers:
    """The score of each entity that has one on a day."""
    return SCORES[name].on(world, day)
