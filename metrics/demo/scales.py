"""How large a demo warehouse is: targets for rows, and how far back each source reaches."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.errors import UnknownNameError


@dataclass(frozen=True)
class Scale:
    """Row targets and coverage in days; entities are exact, events within a few per cent."""

    customers: int
    locations: int
    users: int
    devices: int
    taps: int
    sessions: int
    page_views: int
    feature_uses: int
    pours: int
    history_days: int = 1096
    pour_days: int = 365
    telemetry_days: int = 30
    readings_a_day: int = 4
    campaigns: int = 12
    share_before: float = 0.28  # customers older than the history
    # A short history would hold too few changes to show; inside it they come this much faster.
    pace: float = 1.0


SCALES = {
    "tiny": Scale(
        customers=40,
        locations=60,
        users=160,
        devices=120,
        taps=40,
        sessions=2_000,
        page_views=5_200,
        feature_uses=3_600,
        pours=4_000,
        history_days=120,
        pour_days=90,
        telemetry_days=10,
        readings_a_day=1,
        campaigns=6,
        share_before=0.75,
        pace=4.0,
    ),
    "demo": Scale(400, 600, 4_000, 2_000, 600, 400_000, 1_200_000, 800_000, 2_000_000),
    "medium": Scale(
        2_000, 3_000, 15_000, 9_000, 2_700, 2_000_000, 6_000_000, 4_000_000, 10_000_000
    ),
    "full": Scale(
        20_000, 30_000, 60_000, 90_000, 27_000, 5_000_000, 25_000_000, 15_000_000, 100_000_000
    ),
}


def scale_named(name: str) -> Scale:
    """The scale of that name; raises UnknownNameError with the nearest names."""
    try:
        return SCALES[name]
    except KeyError:
        raise UnknownNameError("scale", name, SCALES) from None
