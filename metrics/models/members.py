"""What rows are made of beside the numbers, and how members of a dimension are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from metrics.format import Notation
from metrics.models.customers import Customers
from metrics.models.numbers import Numbers
from metrics.query.known import Target

Batch = Mapping[str, Any]


@dataclass(frozen=True)
class Sources:
    """What rows are made of beside the numbers."""

    numbers: Numbers
    customers: Customers
    locations: Mapping[str, str | None]
    company: str
    notation: Notation
    targets: Sequence[Target] = ()


@dataclass(frozen=True)
class Places:
    """Which member of which day each row is about."""

    members: Sequence[str | None]
    rows: npt.NDArray[np.intp]
    places: npt.NDArray[np.intp]

    def told(self, by_member: Sequence[str | None]) -> pa.Array:
        """What is known of each member, by row."""
        return texts(by_member).take(pa.array(self.places))

    @property
    def ids(self) -> pa.Array:
        """The member itself, by row."""
        return self.told(self.members)


def _customers(sources: Sources, days: Sequence[date], there: Places) -> Batch:
    known, members = sources.customers, there.members
    plans = known.plans_on(days)
    pairs = zip(there.rows.tolist(), there.places.tolist(), strict=True)
    in_force = [plans[row].get(members[place] or "", (None, None)) for row, place in pairs]
    return {
        "customer_id": there.ids,
        "customer_name": there.told([known.name(id) for id in members]),
        "customer_tier": texts([tier for _, tier in in_force]),
        "industry": there.told([known.industry(id) for id in members]),
        "plan": texts([plan for plan, _ in in_force]),
    }


def _locations(sources: Sources, days: Sequence[date], there: Places) -> Batch:
    names = [sources.locations.get(id) if id else None for id in there.members]
    return {"location_id": there.ids, "location_name": there.told(names)}


def _reps(sources: Sources, days: Sequence[date], there: Places) -> Batch:
    return {"row_type": "rep", "sales_rep": there.ids}


def _plain(name: str) -> Callable[[Sources, Sequence[date], Places], Batch]:
    return lambda sources, days, there: {name: there.ids}


SHOWN: Mapping[str, Callable[[Sources, Sequence[date], Places], Batch]] = {
    "customer": _customers,
    "location": _locations,
    "owner": _reps,
    "role": _plain("role"),
    "feature_name": _plain("feature_name"),
    "channel": _plain("channel"),
    "platform": _plain("platform"),
}


def dates(days: Sequence[date], rows: npt.NDArray[np.intp]) -> pa.Array:
    """The day of each row."""
    return pa.array(np.array(days, dtype="datetime64[D]")[rows])


def texts(values: Sequence[str | None]) -> pa.Array:
    return pa.array(values, pa.string())
