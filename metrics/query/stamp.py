"""The stamp of an answer: what it was computed from, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from metrics.query.catalog import MetricInfo
from metrics.result import Ran, Stamp
from metrics.store.info import BuildInfo


def stamp_of(info: BuildInfo, metrics: Sequence[tuple[str, MetricInfo]], live: bool) -> Stamp:
    """The stamp of an answer for metrics by the names they were asked with."""
    return Stamp(
        build_id=info.id,
        engine=info.engine,
        warehouse=info.warehouse,
        definitions={name: metric.hash for name, metric in metrics},
        as_of={name: metric.as_of for name, metric in metrics if metric.as_of},
        computed_at=datetime.now(UTC),
        source="live" if live else "store",
        warnings=tuple(_warnings(info, metrics)),
    )


def is_live(ran: Ran) -> bool:
    """Whether a statement read rows instead of daily parts."""
    return ran.part.startswith("rows__")


def _warnings(info: BuildInfo, metrics: Sequence[tuple[str, MetricInfo]]) -> Iterator[str]:
    broken = {
        name: identity
        for identity in info.identities
        if identity.broken
        for name in identity.metrics
    }
    for name, metric in metrics:
        if metric.lacks:
            yield f"{name}: {', '.join(metric.waiting_for)}"
        if metric.name in broken:
            yield f"{name}: an identity does not hold: {broken[metric.name].description}"
