"""When devices were down: failures, services and the outage of one region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.fleet import MODELS, Fleet
from metrics.demo.places import STATES
from metrics.demo.sites import Sites
from metrics.demo.world import DAY, OUTAGE_REGION, World

FAILURES_A_DAY = 0.0058
SERVICE_DAYS = 88
FAILURE, SERVICE, OUTAGE = 0, 1, 2


@dataclass(frozen=True)
class Downtime:
    """Times a device was not online, by device and start, never overlapping; seconds."""

    device: np.ndarray
    start: np.ndarray
    end: np.ndarray
    reason: np.ndarray

    def covers(self, device: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether each device was down at each second."""
        if not len(self.device):
            return np.zeros(len(device), dtype=bool)
        span = np.int64(1 << 40)
        last = np.searchsorted(self.device * span + self.start, device * span + at, "right") - 1
        found = np.maximum(last, 0)
        down: np.ndarray = (last >= 0) & (self.device[found] == device) & (at < self.end[found])
        return down


def find_downtime(world: World, fleet: Fleet, sites: Sites) -> Downtime:
    """Failures, services and the regional outage within the history, overlaps dropped."""
    rng = world.rng("downtime")
    since = np.maximum(fleet.installed + 1, world.first)
    until = np.minimum(world.last_live[fleet.customer], world.end) + 1
    exposed = np.maximum(until - since, 0)
    # The first device never fails and is serviced on the last day: the source reaches that day.
    fails = np.where(np.arange(len(exposed)) == 0, 0, exposed)
    parts = [
        _failures(fleet, since, fails, rng),
        _services(fleet, since, exposed, rng),
        _service_on(world.end),
        _outage(world, fleet, sites, rng),
    ]
    device, start, end, reason = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((start, device))
    device, start, end, reason = device[order], start[order], end[order], reason[order]
    keep = (start < world.closing) & ~_overlaps(device, start, end, reason)
    return Downtime(device[keep], start[keep], end[keep], reason[keep])


def _overlaps(
    device: np.ndarray, start: np.ndarray, end: np.ndarray, reason: np.ndarray
) -> np.ndarray:
    """Rows that begin before an earlier one of the same device ended, or touch an outage."""
    span = np.int64(1 << 40)
    reach = np.maximum.accumulate(device * span + end + 600)
    drop = np.zeros(len(device), dtype=bool)
    drop[1:] = reach[:-1] > (device * span + start)[1:]
    outage = np.flatnonzero(reason == OUTAGE)
    if len(outage):
        of = np.searchsorted(device[outage], device).clip(max=len(outage) - 1)
        same = device[outage][of] == device
        meets = (start <= end[outage][of] + 600) & (end + 600 >= start[outage][of])
        drop |= same & meets
    drop[outage] = False
    return drop


Intervals = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _failures(
    fleet: Fleet, since: np.ndarray, exposed: np.ndarray, rng: np.random.Generator
) -> Intervals:
    weak = np.array([row[4] for row in MODELS])[fleet.model]
    newest = np.array([len(row[3]) for row in MODELS])[fleet.model] - 1
    weak = weak * np.where(fleet.firmware < newest, 1.5, 0.8) * rng.lognormal(-0.1, 0.5, len(weak))
    counts = rng.poisson(FAILURES_A_DAY * weak * exposed)
    device = np.repeat(np.arange(len(weak)), counts)
    start = (since[device] + rng.random(len(device)) * exposed[device]) * DAY
    hours = np.clip(rng.lognormal(1.9, 1.2, len(device)), 0.2, 240)
    hours = np.where(rng.random(len(device)) < 0.025, hours + 24 * 15, hours)  # awaits a part
    start = start.astype(np.int64)
    return device, start, start + (hours * 3600).astype(np.int64), np.full(len(device), FAILURE)


def _services(
    fleet: Fleet, since: np.ndarray, exposed: np.ndarray, rng: np.random.Generator
) -> Intervals:
    every = SERVICE_DAYS * rng.lognormal(0, 0.12, len(since))
    every = np.where(rng.random(len(since)) < 0.14, every * 2.6, every)  # the neglected ones
    phase = rng.random(len(since)) * every
    counts = np.maximum(np.ceil((exposed - phase) / every), 0).astype(np.int64)
    device = np.repeat(np.arange(len(since)), counts)
    nth = np.arange(len(device)) - np.repeat(np.cumsum(counts) - counts, counts)
    day = (since[device] + phase[device] + nth * every[device]).astype(np.int64)
    start = day * DAY + rng.integers(7 * 3600, 14 * 3600, len(device))
    length = rng.integers(1_800, 3 * 3600, len(device))
    return device, start, start + length, np.full(len(device), SERVICE)


def _service_on(day: int) -> Intervals:
    start = np.array([day * DAY + 9 * 3600])
    return np.array([0]), start, start + 5_400, np.array([SERVICE])


def _outage(world: World, fleet: Fleet, sites: Sites, rng: np.random.Generator) -> Intervals:
    region = np.array([state[1] == OUTAGE_REGION for state in STATES])
    start, end = world.outage
    day = start // DAY
    hit = region[sites.state[fleet.site]] & (rng.random(len(fleet.site)) < 0.88)
    hit &= (fleet.installed < day) & (world.last_live[fleet.customer] > day)
    device = np.flatnonzero(hit)
    begins = start + rng.integers(0, 3_600, len(device))
    ends = end + rng.integers(-4 * 3600, 5 * 3600, len(device))
    return device, begins, ends, np.full(len(device), OUTAGE)
