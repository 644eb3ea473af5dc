"""What is usable of a fact's rows: their days, what is set aside, one row per key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from tests.proof.days import NEVER, local, number, seconds
from tests.proof.raw import Row, one_per_key

DIMENSIONS = (
    *("customer", "industry", "business_type", "cohort", "state", "region", "role"),
    *("device", "device_type", "model", "manufacturer"),
    *("location", "location_type", "size", "browser", "page", "feature_name", "category"),
    *("priority", "platform", "campaign", "lead_source", "hour", "weekday"),
    *("objective", "channel", "medium", "touch_source", "traffic", "email_label"),
    *("network", "content"),
    *("owner", "stage", "deal_type", "size_band", "competitor", "lost_reason", "deal", "outcome"),
    *("endpoint", "service", "experiment"),
    *("signup_cohort", "landing_page", "app_platform", "app_version"),
)
"""Dimensions that a row has for good; plan and tier depend on the day they are read at."""

NUMBERS = (
    *("second", "until_second", "volume_ml", "cpu_usage", "error_count", "watts"),
    *("duration_seconds", "page_views", "usage_count", "gross_margin"),
    *("score", "discount", "seats", "employees", "duration_ms"),
    *("engagement_score", "conversion_probability", "days_to_mql", "budget", "points"),
    *("actions", "seconds_on_page", "load_ms", "status_code"),
)
"""Columns that are compared or added up as floats; empty cells are NaN there."""


@dataclass(frozen=True)
class Promise:
    """What is known of a fact: its system (or several), its key and its column(s) of time.

    A `planned` fact is written down ahead, so it does not tell how far its system is known.
    """

    name: str
    system: str
    key: tuple[str, ...]
    time: str
    until: str | None = None
    planned: bool = False

    @property
    def systems(self) -> list[str]:
        """The systems its rows come from."""
        return self.system.split()


@dataclass(frozen=True)
class Fact:
    """Usable rows. `day` is the (local) day of the time, `until` the first day after an interval
    (NEVER while open), `second` and `until_second` the same as seconds since 1970 for instants.
    Dimensions are columns named `by_<dimension>`.
    """

    promise: Promise
    rows: pd.DataFrame

    @property
    def first_day(self) -> int | None:
        """The earliest day of any row."""
        return None if self.rows.empty else int(self.rows["day"].min())

    @property
    def last_day(self) -> int | None:
        """The latest day of any row."""
        return None if self.rows.empty else int(self.rows["day"].max())


def local_day(moment: Any, time_zone: str) -> int:
    """The day of a date, or of an instant on the clocks of the zone."""
    if isinstance(moment, datetime):
        return number(local(moment, time_zone).date())
    return number(moment)


def usable(promise: Promise, rows: Iterable[Row], last_full_day: int, time_zone: str) -> list[Row]:
    """Rows with a time, not in the future, that do not end before they start, once per key."""
    kept = []
    for row in rows:
        time = row[promise.time]
        until = row[promise.until] if promise.until else None
        if time is None or local_day(time, time_zone) > last_full_day:
            continue
        if until is not None and until < time:
            continue
        kept.append(row)
    return one_per_key(kept, promise.key, first_by=promise.time)


def make_fact(
    promise: Promise,
    rows: Iterable[Row],
    last_full_day: int,
    time_zone: str,
    dimensions: Callable[[Row], dict[str, Any]],
) -> Fact:
    """The fact of a query's rows, with their days and dimensions."""
    found = [
        {**row, **_times(promise, row, time_zone), **_labelled(promise, row, dimensions, time_zone)}
        for row in usable(promise, rows, last_full_day, time_zone)
    ]
    names = ["day", "until", *(f"by_{name}" for name in DIMENSIONS)]
    frame = (
        pd.DataFrame(found, dtype=object) if found else pd.DataFrame(columns=names, dtype=object)
    )
    for name in frame:
        if name in ("day", "until"):
            frame[name] = frame[name].astype(np.int64)
        elif name.startswith("is_"):
            frame[name] = frame[name].astype(bool)
        elif name in NUMBERS:
            frame[name] = frame[name].astype(float)
    return Fact(promise, frame)


def _times(promise: Promise, row: Row, time_zone: str) -> Row:
    time = row[promise.time]
    until = row[promise.until] if promise.until else None
    found: Row = {"day": local_day(time, time_zone)}
    found["until"] = NEVER if until is None else local_day(until, time_zone)
    if isinstance(time, datetime):
        found["second"] = seconds(time)
        found["until_second"] = float("inf") if until is None else seconds(until)
    return found


def _labelled(
    promise: Promise, row: Row, dimensions: Callable[[Row], dict[str, Any]], time_zone: str
) -> Row:
    time = row[promise.time]
    known = dimensions(row)
    if isinstance(time, datetime):
        known["hour"] = local(time, time_zone).hour
    return {f"by_{name}": known.get(name) for name in DIMENSIONS}
