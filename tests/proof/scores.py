"""The scores of users, devices and locations in docs/scores.md, and that of account operations."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.proof.score_rules import (
    DAYS,
    SCORES,
    Entity,
    Input,
    Numbers,
    Score,
    different,
    everyone,
    in_force,
    level,
    levels,
    number_of,
    recent,
    scores_on,
    shares,
    since,
)
from tests.proof.world import World

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
    return since(world.facts["activity"].rows, day, "user_id")


USER_ENGAGEMENT = Score(
    _registered,
    (
        Input("0.25", (("0", 0), ("4", 50), ("12", 100)), ("sessions",), _sessions),
        Input("0.15", (("0", 0), ("12", 50), ("40", 100)), ("page_views",), _page_views),
        Input("0.25", (("0", 0), ("3", 50), ("8", 100)), ("feature_use",), _features),
        Input("0.20", (("0", 0), ("4", 50), ("12", 100)), ("activity",), _active_days),
        Input("0.15", (("0", 100), ("7", 60), ("30", 0)), ("activity",), _recency, 1),
    ),
)

# Devices

TAPS = "is_tap"
EVENTS, SERVICE, STATUS = "tap_events", "devices_in_service", "device_status"


def pour_rows(world: World, day: int, days: int = DAYS) -> pd.DataFrame:
    """Rows that are pours."""
    rows = recent(world, EVENTS, day, days)
    return rows[rows["is_pour"]]


def _uptime_tap(world: World, day: int) -> Numbers:
    poured = different(pour_rows(world, day), "device_id", "day")
    return shares(poured, levels(world, SERVICE, day, "device_id", TAPS))


def _uptime_other(world: World, day: int) -> Numbers:
    online = levels(world, STATUS, day, "device_id", "is_online and not is_tap")
    told = levels(world, STATUS, day, "device_id", "(is_online or is_down) and not is_tap")
    return shares(online, told)


def _performance(world: World, day: int) -> Numbers:
    pours = pour_rows(world, day)
    return shares(number_of(pours[pours["is_anomaly"]], "device_id"), number_of(pours, "device_id"))


def _since_care(world: World, day: int) -> Numbers:
    rows = world.facts["device_care"].rows
    rows = rows[(rows["day"] <= day) & (rows["until"] > day)]
    began = zip(rows["device_id"], rows["day"], strict=True)
    return {device: Fraction(day - at) for device, at in began}


def _use(world: World, day: int) -> Numbers:
    pours = number_of(pour_rows(world, day), "device_id")
    return shares(pours, levels(world, SERVICE, day, "device_id", TAPS))


DEVICE_HEALTH = Score(
    in_force(SERVICE, "device_id"),
    (
        Input("0.4", (("0", 0), ("1", 100)), (EVENTS, SERVICE), _uptime_tap),
        Input("0.4", (("0", 0), ("1", 100)), (STATUS,), _uptime_other),
        Input("0.3", (("0", 100), ("0.05", 75), ("0.25", 0)), (EVENTS,), _performance),
        Input("0.2", (("30", 100), ("90", 60), ("180", 0)), ("device_care",), _since_care, 1),
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
    poured = different(pour_rows(world, day), "location_id", "day")
    return shares(poured, levels(world, OPEN, day, "location_id"))


def _pours_a_day(world: World, day: int) -> Numbers:
    poured = number_of(pour_rows(world, day), "location_id")
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


def mean_of_members(scores: Numbers, customer_of: dict[Any, Any]) -> Numbers:
    """Plain mean of the scores of each customer's own."""
    members: dict[Entity, list[Fraction]] = defaultdict(list)
    for entity, score in scores.items():
        members[customer_of.get(entity)].append(score)
    return {one: sum(found, Fraction(0)) / len(found) for one, found in members.items()}


def devices(world: World, day: int) -> Numbers:
    """Mean health of each customer's devices."""
    owners = {one: row["customer_id"] for one, row in world.entities.devices.items()}
    return mean_of_members(scores_on(world, "device_health", day), owners)


def locations(world: World, day: int) -> Numbers:
    """Mean health of each customer's locations."""
    owners = {one: row["customer_id"] for one, row in world.entities.locations.items()}
    return mean_of_members(scores_on(world, "location_health", day), owners)


def _efficiency(world: World, day: int) -> Numbers:
    pours = number_of(pour_rows(world, day), "by_customer")
    return shares(pours, levels(world, SERVICE, day, "customer_id", TAPS))


def _uptime(world: World, day: int) -> Numbers:
    poured: Counter[Entity] = Counter()
    for device, days in different(pour_rows(world, day), "device_id", "day").items():
        poured[world.entities.devices.get(device, {}).get("customer_id")] += days
    return shares(poured, levels(world, SERVICE, day, "customer_id", TAPS))


def _tickets(world: World, day: int) -> Numbers:
    opened = levels(world, "tickets", day, "customer_id")
    return shares(opened, levels(world, OPEN, day, "customer_id"))


WHOLE = (("0", 0), ("100", 100))
ACCOUNT_OPERATIONS = Score(
    in_force("subscription_periods", "customer_id"),
    (
        Input("0.30", WHOLE, (), devices, 1),
        Input("0.25", WHOLE, (), locations, 1),
        Input("0.20", (("0", 0), ("3", 50), ("9", 100)), (EVENTS, SERVICE), _efficiency),
        Input("0.15", (("0.3", 0), ("0.95", 100)), (EVENTS, SERVICE), _uptime),
        Input("0.10", (("0", 100), ("0.5", 50), ("2", 0)), ("tickets", OPEN), _tickets),
    ),
)

SCORES |= {
    "user_engagement": USER_ENGAGEMENT,
    "device_health": DEVICE_HEALTH,
    "location_health": LOCATION_HEALTH,
    "account_operations": ACCOUNT_OPERATIONS,
}
