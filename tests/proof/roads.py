"""Both roads over one warehouse: the layer with a build of it, and the world of its raw rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from metrics import Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import load_settings
from tests.proof.registry import PROOFS
from tests.proof.world import World, load_tables


@dataclass(frozen=True)
class Roads:
    """The layer and the second road."""

    layer: Layer
    world: World

    @property
    def live(self) -> tuple[str, ...]:
        """Names of the metrics the layer has numbers for."""
        metrics = self.layer.catalog.metrics.values()
        return tuple(sorted(metric.name for metric in metrics if metric.answerable))

    @property
    def provable(self) -> tuple[str, ...]:
        """Names of the metrics the raw rows have numbers for."""
        return tuple(sorted(name for name in PROOFS if self.world.as_of(name)))

    def having(self, *dimensions: str) -> tuple[str, ...]:
        """Live metrics that may be split by all of some dimensions."""
        known = self.layer.catalog.metrics
        return tuple(name for name in self.live if {*dimensions} <= {*known[name].dimensions})


def open_roads(
    path: Path,
    last_full_day: date,
    time_zone: str = "UTC",
    week_start: int = 0,
    fiscal_month: int = 1,
    url: str | None = None,
    world: World | None = None,
) -> Roads:
    """Build the layer's store of a warehouse file and read the file's raw rows.

    `url` names a database with the same tables, which is built instead of the file; `world` is
    the second road where it has been read already.
    """
    targets = path.with_suffix(".targets.yml")
    settings = load_settings(
        env={},
        file=path.parent / "metrics.toml",
        home=path.parent,
        warehouse_url=url or f"duckdb:///{path}",
        targets=targets if targets.exists() else None,
        as_of=last_full_day,
        time_zone=time_zone,
        published_days=0,
        week_start=week_start,
        fiscal_month=fiscal_month,
    )
    run_build(settings)
    if world is None:
        world = World(load_tables(path), last_full_day, time_zone, week_start, fiscal_month)
    return Roads(open_layer(settings), world)
