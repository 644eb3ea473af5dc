"""Accounts, locations and users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.life import FREE
from metrics.demo.places import (
    BUSINESSES,
    NAME_FIRST,
    NAME_LAST,
    NAME_SECOND,
    PEOPLE_FIRST,
    PEOPLE_LAST,
    STATES,
)
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, dates, instants, pick

LOCATIONS_BY_PLAN = np.array([0.05, 0.3, 1.6, 5.0, 0.01])
USERS_BY_PLAN = np.array([4.0, 9.0, 19.0, 45.0, 2.0])
ROLES = ["admin", "manager", "staff", "viewer"]


@dataclass(frozen=True)
class Sites:
    """Locations: customer, day of opening and state of each."""

    customer: np.ndarray
    installed: np.ndarray
    state: np.ndarray


@dataclass(frozen=True)
class People:
    """Users: customer, sign-up day, role code, appetite for the product and last active day."""

    customer: np.ndarray
    created: np.ndarray
    role: np.ndarray
    appetite: np.ndarray
    breadth: np.ndarray
    retired: np.ndarray


def share_out(total: int, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Owners of `total` things: one each while there are enough, the rest by weight; sorted."""
    count = len(weights)
    one_each = np.arange(count) if total >= count else rng.permutation(count)[:total]
    extra = rng.choice(count, total - len(one_each), p=weights / weights.sum())
    return np.sort(np.concatenate([one_each, extra]))


def open_sites(world: World) -> Sites:
    """The locations of all customers; the first opens with the account, others follow."""
    rng = world.rng("sites")
    customer = share_out(world.scale.locations, LOCATIONS_BY_PLAN[world.lives.plan], rng)
    first = first_of_each(customer)
    created = world.lives.created[customer]
    room = np.maximum(world.last_live[customer] - created, 0)
    later = (rng.random(len(customer)) ** 1.8 * room).astype(np.int64)
    installed = created + np.where(
        first, np.minimum(rng.integers(0, 10, len(customer)), room), later
    )
    abroad = rng.random(len(customer)) < 0.12
    state = np.where(abroad & ~first, rng.permutation(world.state[customer]), world.state[customer])
    return Sites(customer, installed, state)


def hire_people(world: World) -> People:
    """The users of all customers; each account starts with an administrator."""
    rng = world.rng("people")
    spread = rng.lognormal(0, 0.5, world.scale.customers)
    customer = share_out(world.scale.users, USERS_BY_PLAN[world.lives.plan] * spread, rng)
    first = first_of_each(customer)
    created = world.lives.created[customer]
    room = np.maximum(world.last_live[customer] - created, 0)
    early = rng.random(len(customer)) < 0.6
    wait = np.where(early, rng.exponential(20, len(customer)), rng.random(len(customer)) * room)
    joined = created + np.where(first, 0, np.minimum(wait, room)).astype(np.int64)
    role = np.where(first, 0, rng.choice(4, len(customer), p=[0.06, 0.28, 0.48, 0.18]))
    appetite = rng.lognormal(0, 1.05, len(customer)) * np.array([1.2, 1.4, 0.9, 0.4])[role]
    stays = rng.random(len(customer)) < 0.34
    life = rng.exponential(300 * world.lives.quality[customer]) + 4
    retired = np.where(stays, world.end + 1, joined + life.astype(np.int64))
    breadth = np.clip(rng.lognormal(1.15, 0.5, len(customer)), 1.2, 12)
    return People(customer, joined, role, appetite, breadth, retired)


def first_of_each(owner: np.ndarray) -> np.ndarray:
    """True at the first row of each owner of a sorted array."""
    first = np.ones(len(owner), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    return first


def account_names(world: World, count: int, purpose: str) -> np.ndarray:
    """Names of bars; they repeat once in a while, as in life."""
    rng = world.rng(purpose)
    first = np.array(NAME_FIRST)[rng.integers(0, len(NAME_FIRST), count)]
    second = np.array(NAME_SECOND)[rng.integers(0, len(NAME_SECOND), count)]
    last = np.array(NAME_LAST)[rng.integers(0, len(NAME_LAST), count)]
    return np.char.add(np.char.add(first, " "), np.char.add(np.char.add(second, " "), last))


def write_accounts(world: World, sites: Sites, warehouse: Warehouse) -> np.ndarray:
    """Write accounts; returns their names."""
    rng = world.rng("accounts")
    lives, count = world.lives, world.scale.customers
    names = account_names(world, count, "account names")
    live = world.last_live == world.end
    size = np.array([9, 28, 90, 420, 6])[lives.plan] * rng.lognormal(0, 0.4, count)
    created = lives.created * DAY + rng.integers(8 * 3600, 18 * 3600, count)
    warehouse.put(
        "app_database_accounts",
        {
            "_n": np.arange(1, count + 1),
            "name": names,
            "created_date": dates(lives.created),
            "business_type": pick(world.business, [name for name, _, _ in BUSINESSES]),
            "industry": pick(world.business, [name for _, name, _ in BUSINESSES]),
            "location_count": np.bincount(sites.customer, minlength=count),
            "employee_count": np.ceil(size).astype(int),
            "annual_revenue": (size * rng.uniform(60_000, 110_000, count)).astype(np.int64),
            "status": pick((~live).astype(int), ["active", "churned"]),
            "created_at": instants(created),
            "updated_at": instants(np.minimum(created + 40 * DAY, world.closing - 1)),
        },
        id="'acc_' || lpad(_n::VARCHAR, 5, '0')",
        email="'hello@' || regexp_replace(lower(name), '[^a-z]', '', 'g') || '.example'",
        website="'https://' || regexp_replace(lower(name), '[^a-z]', '', 'g') || '.example'",
    )
    return names


def write_locations(world: World, sites: Sites, names: np.ndarray, warehouse: Warehouse) -> None:
    """Write locations."""
    rng = world.rng("locations")
    count = len(sites.customer)
    cities = [rng.choice(STATES[state][5]) for state in sites.state]
    plan = world.lives.plan[sites.customer]
    size = np.clip(np.where(plan == FREE, 0, plan) + rng.integers(-1, 2, count), 0, 2)
    opened = sites.installed * DAY + 10 * 3600
    latitude = np.array([state[3] for state in STATES])[sites.state]
    longitude = np.array([state[4] for state in STATES])[sites.state]
    warehouse.put(
        "app_database_locations",
        {
            "_n": np.arange(1, count + 1),
            "_c": sites.customer + 1,
            "_street": rng.integers(10, 9_900, count),
            "_zip": rng.integers(10_000, 99_999, count),
            "city": cities,
            "name": [f"{names[c]} {city}" for c, city in zip(sites.customer, cities, strict=True)],
            "state": pick(sites.state, [state[0] for state in STATES]),
            "location_type": pick(rng.integers(0, 3, count), ["downtown", "suburban", "venue"]),
            "business_type": pick(
                world.business[sites.customer], [name for name, _, _ in BUSINESSES]
            ),
            "size": pick(size, ["small", "medium", "large"]),
            "expected_device_count": size * 2 + 2,
            "install_date": dates(sites.installed),
            "latitude": latitude + rng.normal(0, 0.35, count),
            "longitude": longitude + rng.normal(0, 0.35, count),
            "capacity": (size + 1) * rng.integers(35, 90, count),
            "is_active": world.last_live[sites.customer] == world.end,
            "created_at": instants(opened),
            "updated_at": instants(opened),
        },
        id="'loc_' || lpad(_n::VARCHAR, 5, '0')",
        customer_id="'acc_' || lpad(_c::VARCHAR, 5, '0')",
        address="_street || ' Main Street'",
        zip_code="_zip::VARCHAR",
        country="'US'",
    )


def write_users(world: World, people: People, last_login: np.ndarray, warehouse: Warehouse) -> None:
    """Write users; `last_login` is the last day with a session, 0 for never."""
    rng = world.rng("users")
    count = len(people.customer)
    created = people.created * DAY + rng.integers(8 * 3600, 18 * 3600, count)
    live = world.last_live[people.customer] == world.end
    warehouse.put(
        "app_database_users",
        {
            "_n": np.arange(1, count + 1),
            "_c": people.customer + 1,
            "first_name": pick(rng.integers(0, len(PEOPLE_FIRST), count), PEOPLE_FIRST),
            "last_name": pick(rng.integers(0, len(PEOPLE_LAST), count), PEOPLE_LAST),
            "role": pick(people.role, ROLES),
            "created_date": dates(people.created),
            "last_login_date": dates(np.where(last_login > 0, last_login, np.nan)),
            "is_active": live & (people.retired > world.end),
            "created_at": instants(created),
            "updated_at": instants(created),
        },
        id="'usr_' || lpad(_n::VARCHAR, 6, '0')",
        customer_id="'acc_' || lpad(_c::VARCHAR, 5, '0')",
        email="lower(first_name) || '.' || lower(last_name) || _n || '@acc' || _c || '.example'",
    )
