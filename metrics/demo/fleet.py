"""The devices: what they are, where they stand and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.sites import Sites, share_out
from metrics.demo.world import World

TAP = 0
# type, category, watts, price in dollars
KINDS: list[tuple[str, str, int, int]] = [
    ("tap_controller", "tap", 45, 900),
    ("temperature_sensor", "sensor", 6, 140),
    ("glycol_chiller", "cooling", 420, 2_600),
    ("pos_terminal", "pos", 60, 780),
    ("gateway", "network", 18, 320),
]
# kind, manufacturer, model, firmware versions from old to new, how often it fails
MODELS: list[tuple[int, str, str, list[str], float]] = [
    (0, "TapFlow", "TapFlow Pro 3", ["2.8.4", "2.9.3", "2.10.1"], 0.8),
    (0, "TapFlow", "TapFlow Lite", ["1.8.0", "1.9.2", "1.10.0"], 1.0),
    (0, "SmartBar", "SmartTap 7000", ["4.1.7", "4.2.0"], 2.6),
    (1, "SmartBar", "Frost S1", ["1.0.9", "1.1.0"], 0.7),
    (1, "Celsion", "ThermoDot", ["3.2.1", "3.3.0"], 0.9),
    (2, "Celsion", "GlyCool 200", ["5.0.2", "5.1.0"], 1.2),
    (3, "PayPoint", "PP-40", ["7.4.0", "7.12.0"], 1.0),
    (4, "TapFlow", "Link Hub", ["2.0.0", "2.1.3"], 0.6),
]


@dataclass(frozen=True)
class Fleet:
    """Devices in order of id; taps come with kind TAP."""

    kind: np.ndarray
    model: np.ndarray
    firmware: np.ndarray  # 0-based into the versions of the model
    site: np.ndarray
    customer: np.ndarray
    installed: np.ndarray

    @property
    def taps(self) -> np.ndarray:
        """Indexes of the tap controllers."""
        return np.flatnonzero(self.kind == TAP)


def install_fleet(world: World, sites: Sites) -> Fleet:
    """All devices; every location gets a tap while there are enough of them."""
    rng = world.rng("fleet")
    scale, places = world.scale, len(sites.customer)
    weights = np.array([1.0, 1.6, 2.6, 4.0, 0.5])[world.lives.plan[sites.customer]]
    taps = share_out(scale.taps, weights, rng)
    others = np.sort(rng.choice(places, scale.devices - scale.taps, p=weights / weights.sum()))
    site = np.concatenate([taps, others])
    kind = np.r_[
        np.zeros(len(taps), int), rng.choice([1, 2, 3, 4], len(others), p=[0.4, 0.15, 0.2, 0.25])
    ]
    model = np.zeros(len(site), dtype=np.int64)
    for code in range(len(KINDS)):
        models = [index for index, row in enumerate(MODELS) if row[0] == code]
        mine = kind == code
        model[mine] = rng.choice(models, mine.sum())
    versions = np.array([len(row[3]) for row in MODELS])[model]
    behind = np.floor(rng.random(len(site)) ** 2.2 * versions).astype(np.int64)
    customer = sites.customer[site]
    room = np.maximum(world.last_live[customer] - sites.installed[site], 0)
    late = rng.random(len(site)) < 0.25
    wait = np.where(
        late, rng.random(len(site)) * room, np.minimum(rng.integers(0, 12, len(site)), room)
    )
    installed = sites.installed[site] + wait.astype(np.int64)
    order = np.lexsort((np.arange(len(site)), site))
    columns = (kind, model, versions - 1 - behind, site, customer, installed)
    return Fleet(*(column[order] for column in columns))
