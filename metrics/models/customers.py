"""Who the customers and locations are, as published tables name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

Rows = Callable[[Any], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Customers:
    """Accounts by id, and the plans they had.

    fixed   id -> (name, industry, day of creation)
    plans   one row per change, in order: first day, id, plan, tier
    """

    fixed: Mapping[str, tuple[str | None, str | None, date | None]]
    plans: Sequence[tuple[date, str, str | None, str | None]]

    def existing(self, day: date) -> set[str]:
        """Ids of accounts that were created by the end of a day."""
        return {
            id for id, (_, _, created) in self.fixed.items() if created is None or created <= day
        }

    def name(self, id: str | None) -> str | None:
        """Name of an account, None of one that is not known."""
        return self.fixed[id][0] if id and id in self.fixed else None

    def industry(self, id: str | None) -> str | None:
        """Industry of an account."""
        return self.fixed[id][1] if id and id in self.fixed else None

    def plans_on(self, days: Sequence[date]) -> list[dict[str, tuple[str | None, str | None]]]:
        """For each of some days in order, plan and tier in force by account."""
        in_force: dict[str, tuple[str | None, str | None]] = {}
        found, place = [], 0
        for day in days:
            while place < len(self.plans) and self.plans[place][0] <= day:
                _, id, plan, tier = self.plans[place]
                in_force[id] = (plan, tier)
                place += 1
            found.append(dict(in_force))
        return found


def read_customers(rows: Rows, entities: Mapping[str, sa.TableClause]) -> Customers:
    """The accounts of a build; none where its queries know no accounts."""
    if not {"customers", "customer_plans"} <= entities.keys():
        return Customers({}, ())
    one, plans = entities["customers"], entities["customer_plans"]
    fixed = rows(
        sa.select(
            sa.cast(one.c.customer_id, sa.String()),
            one.c.customer_name,
            one.c.industry,
            one.c.created_date,
        )
    )
    changes = rows(
        sa.select(
            plans.c.valid_from,
            sa.cast(plans.c.customer_id, sa.String()),
            plans.c.plan,
            plans.c.tier,
        ).where(plans.c.valid_from.is_not(None), plans.c.customer_id.is_not(None))
    )
    known = {id: (name, industry, day) for id, name, industry, day in fixed if id is not None}
    return Customers(known, sorted(changes, key=lambda change: change[:2]))


def read_locations(rows: Rows, entities: Mapping[str, sa.TableClause]) -> dict[str, str | None]:
    """Names of locations by id."""
    if "locations" not in entities:
        return {}
    one = entities["locations"]
    found = rows(sa.select(sa.cast(one.c.location_id, sa.String()), one.c.location_name))
    return {id: name for id, name in found if id is not None}
