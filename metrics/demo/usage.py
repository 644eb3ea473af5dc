"""Sessions, page views and feature use, month by month so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.demo.places import FEATURES, PAGES
from metrics.demo.sites import People
from metrics.demo.world import DAY, World, season, weekday
from metrics.demo.write import Warehouse, dates, instants, pick

CHUNK_DAYS = 30
WEEK = np.array([1.1, 1.12, 1.1, 1.08, 1.06, 0.62, 0.5])
# Share of sessions by hour of the day: office hours, a second bump when bars open, few at night.
HOURS = np.array(
    [3, 2, 1, 1, 1, 2, 5, 12, 30, 46, 50, 46, 40, 42, 44, 42, 40, 38, 34, 27, 20, 14, 9, 5], float
)
DEVICES = ["desktop", "mobile", "tablet"]
BROWSERS = ["Chrome", "Safari", "Firefox", "Edge"]
ANONYMOUS = 0.02
CORE = 14  # the first features are core and always there; the others arrive one by one


@dataclass
class Counters:
    """Rows written so far and each user's last day with a session."""

    last_login: np.ndarray
    sessions: int = 0
    page_views: int = 0
    feature_uses: int = 0


@dataclass(frozen=True)
class Sessions:
    """Sessions of one chunk in order of start; `user` is 0-based, -1 for anonymous ones."""

    number: np.ndarray
    user: np.ndarray
    customer: np.ndarray
    start: np.ndarray
    duration: np.ndarray
    pages: np.ndarray
    uses: np.ndarray
    breadth: np.ndarray


def write_usage(
    world: World, people: People, warehouse: Warehouse, tick: Callable[[float], None]
) -> np.ndarray:
    """Write sessions, page views, feature use and features; returns last login days by user."""
    counters = Counters(np.zeros(len(people.customer), dtype=np.int64))
    write_features(world, warehouse)
    offsets = list(range(0, len(world.days), CHUNK_DAYS))
    weights = [float(_appetite(world, people, offset).sum()) for offset in offsets]
    level = world.scale.sessions / sum(weights)
    rng = world.rng("usage")
    for done, offset in enumerate(offsets):
        rates = _appetite(world, people, offset) * level
        sessions = _draw_sessions(world, people, rates, offset, counters, rng)
        _write_sessions(sessions, warehouse, rng)
        _write_page_views(sessions, counters, warehouse, rng)
        _write_feature_uses(world, sessions, counters, warehouse, rng)
        tick((done + 1) / len(offsets))
    return counters.last_login


def _appetite(world: World, people: People, offset: int) -> np.ndarray:
    """Expected sessions, up to a common factor: [day, user] for one chunk of days."""
    days = world.days[offset : offset + CHUNK_DAYS]
    presence = world.presence[offset : offset + CHUNK_DAYS][:, people.customer]
    here = (days[:, None] >= people.created) & (days[:, None] < people.retired)
    calendar = (WEEK[weekday(days)] * season(days)).astype(np.float32)
    rates: np.ndarray = presence * here * calendar[:, None] * people.appetite.astype(np.float32)
    rates *= np.where(days[:, None] - people.created < 14, 1.5, 1.0)  # new users look around
    return rates


def _draw_sessions(
    world: World,
    people: People,
    rates: np.ndarray,
    offset: int,
    counters: Counters,
    rng: np.random.Generator,
) -> Sessions:
    counts = rng.poisson(rates)
    day, user = np.nonzero(counts)
    times = counts[day, user]
    day, user = np.repeat(day, times) + world.first + offset, np.repeat(user, times)
    hour = rng.choice(24, len(day), p=HOURS / HOURS.sum())
    start = day * DAY + hour * 3600 + rng.integers(0, 3600, len(day))
    order = np.argsort(start, kind="stable")
    user, start, day = user[order], start[order], day[order]
    np.maximum.at(counters.last_login, user, day)
    scale = world.scale
    depth = np.clip(people.appetite[user], 0.3, 4) ** 0.25
    more = scale.page_views / scale.sessions - 1
    pages = 1 + rng.negative_binomial(2, 2 / (2 + more), len(user))
    uses = rng.poisson(scale.feature_uses / scale.sessions * depth / depth.mean())
    duration = (25 + pages * rng.lognormal(4.6, 0.6, len(user))).astype(np.int64)
    duration = np.minimum(duration, world.closing - 1 - start)
    number = np.arange(counters.sessions + 1, counters.sessions + 1 + len(user))
    counters.sessions += len(user)
    anonymous = rng.random(len(user)) < ANONYMOUS
    return Sessions(
        number,
        np.where(anonymous, -1, user),
        people.customer[user],
        start,
        duration,
        pages,
        uses,
        people.breadth[user],
    )


SESSION_ID = "'ses_' || _s"
USER_ID = "CASE WHEN _u = 0 THEN '0' ELSE 'usr_' || lpad(_u::VARCHAR, 6, '0') END"
CUSTOMER_ID = "'acc_' || lpad(_c::VARCHAR, 5, '0')"


def _write_sessions(sessions: Sessions, warehouse: Warehouse, rng: np.random.Generator) -> None:
    count = len(sessions.number)
    end = sessions.start + sessions.duration
    warehouse.put(
        "app_database_user_sessions",
        {
            "_s": sessions.number,
            "_u": sessions.user + 1,
            "_c": sessions.customer + 1,
            "start_time": instants(sessions.start),
            "end_time": instants(end),
            "duration_seconds": sessions.duration,
            "page_views": sessions.pages,
            "actions_taken": sessions.uses + rng.poisson(0.8 * sessions.pages),
            "device_type": pick(rng.choice(3, count, p=[0.58, 0.31, 0.11]), DEVICES),
            "browser": pick(rng.choice(4, count, p=[0.55, 0.25, 0.08, 0.12]), BROWSERS),
            "created_at": instants(end),
        },
        session_id=SESSION_ID,
        user_id=USER_ID,
        customer_id=CUSTOMER_ID,
    )


def _within(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For rows repeated `counts` times: index of the origin, and position within it."""
    origin = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts

    return origin, np.arange(len(origin)) - starts[origin]


def _write_page_views(
    sessions: Sessions, counters: Counters, warehouse: Warehouse, rng: np.random.Generator
) -> None:
    origin, position = _within(sessions.pages)
    span = sessions.duration[origin] / sessions.pages[origin]
    seconds = np.maximum(span * rng.uniform(0.6, 1.0, len(origin)), 1).astype(np.int64)
    at = sessions.start[origin] + (position * span).astype(np.int64)
    page = np.minimum(rng.exponential(2.6, len(origin)).astype(np.int64), len(PAGES) - 1)
    page = np.where(position == 0, np.where(page > 6, 0, page), page)
    before = np.where(position == 0, len(PAGES), np.r_[0, page[:-1]])
    warehouse.put(
        "app_database_page_views",
        {
            "_n": np.arange(counters.page_views + 1, counters.page_views + 1 + len(origin)),
            "_s": sessions.number[origin],
            "_u": sessions.user[origin] + 1,
            "_c": sessions.customer[origin] + 1,
            "page_url": pick(page, [url for url, _ in PAGES]),
            "page_title": pick(page, [title for _, title in PAGES]),
            "timestamp": instants(at),
            "time_on_page_seconds": seconds,
            "referrer_url": pick(before, [*(url for url, _ in PAGES), ""]),
            "created_at": instants(at),
        },
        page_view_id="'pv_' || _n",
        session_id=SESSION_ID,
        user_id=USER_ID,
        customer_id=CUSTOMER_ID,
    )
    counters.page_views += len(origin)


def release_days(world: World) -> np.ndarray:
    """The day each feature came: core ones before the history, advanced ones spread over it."""
    advanced = len(FEATURES) - CORE
    spread = np.linspace(-0.1, 0.93, advanced) * world.scale.history_days
    core = np.full(CORE, world.first - 800)
    return np.concatenate([core, world.first + spread.astype(np.int64)])


def write_features(world: World, warehouse: Warehouse) -> None:
    """Write the feature catalogue."""
    released = release_days(world)
    warehouse.put(
        "app_database_features",
        {
            "feature_name": [name for name, _ in FEATURES],
            "category": [category for _, category in FEATURES],
            "released_at": dates(released),
            "created_at": instants(released * DAY),
        },
    )


def _write_feature_uses(
    world: World,
    sessions: Sessions,
    counters: Counters,
    warehouse: Warehouse,
    rng: np.random.Generator,
) -> None:
    origin, position = _within(sessions.uses)
    breadth = sessions.breadth[origin]
    rank = (rng.exponential(1.0, len(origin)) * breadth).astype(np.int64)
    feature = np.where(rank < len(FEATURES), rank, rank % 6)
    at = sessions.start[origin] + (
        (position + 0.5) * sessions.duration[origin] / sessions.uses[origin]
    ).astype(np.int64)
    released = release_days(world)[feature] * DAY <= at
    feature = np.where(released, feature, feature % CORE)
    warehouse.put(
        "app_database_feature_usage",
        {
            "_n": np.arange(counters.feature_uses + 1, counters.feature_uses + 1 + len(origin)),
            "_u": sessions.user[origin] + 1,
            "_c": sessions.customer[origin] + 1,
            "feature_name": pick(feature, [name for name, _ in FEATURES]),
            "usage_count": 1 + rng.poisson(0.9, len(origin)),
            "timestamp": instants(at),
            "created_at": instants(at),
        },
        usage_id="'use_' || _n",
        user_id=USER_ID,
        customer_id=CUSTOMER_ID,
    )
    counters.feature_uses += len(origin)
