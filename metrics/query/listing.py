"""The catalog for other programs: one plain object per metric, per wanted table, per chain."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from metrics.lineage.chain import Chain
from metrics.lineage.impact import Impact
from metrics.query.catalog import MetricInfo
from metrics.query.wanted import Wanted

TEXTS = ("name", "label", "description", "formula", "unit", "display_unit", "kind", "window")
LISTS = ("aliases", "domains", "waiting_for", "tags", "dimensions", "related", "facts", "sources")


def metric_data(info: MetricInfo) -> dict[str, Any]:
    """A metric: its texts, its state, since when and how far it has data, hash and proof."""
    return {
        **{name: getattr(info, name) for name in TEXTS},
        **{name: list(getattr(info, name)) for name in LISTS},
        "tier": info.tier,
        "tiers": dict(info.tiers),
        "status": info.status,
        "direction": info.direction,
        "owner": info.owner,
        "since": _text(info.first_day),
        "as_of": _text(info.as_of),
        "settles_days": info.settles,
        "definition": info.hash,
        "proof": _proof(info),
        "caveats": info.caveats,
        "differs": info.differs,
    }


def wanted_data(wanted: Wanted) -> dict[str, Any]:
    """Wanted data, with the type each column should have and the metrics that wait for it."""
    return {
        "wanted": str(wanted),
        "kind": wanted.kind,
        "place": wanted.place,
        "columns": dict(wanted.columns),
        "unlocks": list(wanted.unlocks),
        "helps": list(wanted.helps),
    }


def lineage_data(found: Chain | Impact) -> dict[str, Any]:
    """A chain or what breaks, as it is."""
    return asdict(found)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _proof(info: MetricInfo) -> dict[str, Any] | None:
    return {**asdict(info.proof), "engines": list(info.proof.engines)} if info.proof else None
