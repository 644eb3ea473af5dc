"""Subscriptions of the application, and their mirror in Stripe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.demo.life import FREE, LIST_CENTS, PLANS, Spell
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, dates, instants, pick

CUSTOMER_ID = "'acc_' || lpad(_c::VARCHAR, 5, '0')"
APP_SUBSCRIPTION_ID = "'sub_' || lpad(_a::VARCHAR, 6, '0')"
STRIPE_CUSTOMER = "'cus_' || lpad(_c::VARCHAR, 6, '0')"
STRIPE_SUBSCRIPTION = "'sub_st' || lpad(_n::VARCHAR, 7, '0')"
INTERVALS = ["month", "year"]
_PRICE = """json_object('id', _price_id, 'object', 'price', 'currency', 'usd',
    'unit_amount', _unit, 'type', 'recurring', 'recurring',
    json_object('interval', _interval, 'interval_count', _every))"""


@dataclass(frozen=True)
class Segment:
    """One Stripe subscription: a stretch of one price; `end` is the first day without it."""

    spell: int
    customer: int
    plan: int
    cents: int
    months: int
    start: int
    end: int | None
    leaves: bool  # the customer left at the end of it, not just its price


def segments_of(spells: list[Spell]) -> list[Segment]:
    """Stripe's view of the subscriptions: a new one at every change of price, none in a pause."""
    found = []
    for index, spell in enumerate(spells):
        ends = [*(change.day for change in spell.changes[1:]), spell.end]
        for change, end in zip(spell.changes, ends, strict=True):
            if change.cents:
                found.append(
                    Segment(
                        index,
                        spell.customer,
                        change.plan,
                        change.cents,
                        spell.months_billed,
                        change.day,
                        end,
                        leaves=end is not None and end == spell.end,
                    )
                )
    return found


def write_subscriptions(world: World, warehouse: Warehouse) -> None:
    """Write subscriptions with the price of today, and every change that led there."""
    spells = world.lives.spells
    status = [_status(spell) for spell in spells]
    start = np.array([spell.start for spell in spells])
    end = np.array([np.nan if spell.end is None else spell.end for spell in spells])
    term = [_term_start(spell, world.end) for spell in spells]
    warehouse.put(
        "app_database_subscriptions",
        {
            "_a": np.arange(1, len(spells) + 1),
            "_c": np.array([spell.customer + 1 for spell in spells]),
            "plan_name": [PLANS[spell.contract.plan] for spell in spells],
            "status": status,
            "start_date": dates(start),
            "end_date": dates(end),
            "monthly_price": np.array([spell.contract.cents / 100 for spell in spells]),
            "billing_cycle": [
                {1: "monthly", 3: "quarterly", 12: "annual"}[spell.months_billed]
                for spell in spells
            ],
            "current_term_start": dates(np.array(term)),
            "created_at": instants(start * DAY + 9 * 3600),
            "updated_at": instants(np.array([spell.last.day for spell in spells]) * DAY),
        },
        id=APP_SUBSCRIPTION_ID,
        customer_id=CUSTOMER_ID,
    )
    rows = [
        (index, spell, change) for index, spell in enumerate(spells) for change in spell.changes
    ]
    rows.sort(key=lambda row: (row[2].day, row[0]))
    day = np.array([change.day for _, _, change in rows])
    warehouse.put(
        "app_database_subscription_changes",
        {
            "_n": np.arange(1, len(rows) + 1),
            "_a": np.array([index + 1 for index, _, _ in rows]),
            "_c": np.array([spell.customer + 1 for _, spell, _ in rows]),
            "change_type": [change.kind for _, _, change in rows],
            "effective_date": dates(day),
            "plan_name": [PLANS[change.plan] for _, _, change in rows],
            "monthly_price": np.array([change.cents / 100 for _, _, change in rows]),
            "created_at": instants(day * DAY + 9 * 3600),
        },
        id="'chg_' || lpad(_n::VARCHAR, 6, '0')",
        subscription_id=APP_SUBSCRIPTION_ID,
        customer_id=CUSTOMER_ID,
    )


def _status(spell: Spell) -> str:
    if spell.end is not None:
        return "canceled"
    if spell.contract.plan == FREE:
        return "trialing"
    return "paused" if spell.last.kind == "pause" else "active"


def _term_start(spell: Spell, end: int) -> int:
    last = end if spell.end is None else spell.end
    return max(term_starts(spell.start, spell.months_billed, last))


def term_starts(start: int, months: int, last: int) -> list[int]:
    """Days on which billing terms begin, from `start` to `last`; month ends are clipped."""
    first = np.datetime64(start, "D")
    month = first.astype("datetime64[M]")
    offset = (first - month.astype("datetime64[D]")).astype(int)
    count = (last - start) // 28 // months + 2
    begins = month + np.arange(count) * months
    length = ((begins + 1).astype("datetime64[D]") - begins.astype("datetime64[D]")).astype(int)
    days = begins.astype("datetime64[D]").astype(np.int64) + np.minimum(offset, length - 1)
    return [int(day) for day in days if day <= last]


def write_stripe_customers(world: World, names: np.ndarray, warehouse: Warehouse) -> None:
    """Write Stripe customers of all accounts that ever paid, and the list prices."""
    paying = np.unique([s.customer for s in segments_of(world.lives.spells)])
    created = world.lives.created[paying] * DAY + 9 * 3600
    warehouse.put(
        "stripe_customers",
        {
            "_c": paying + 1,
            "name": names[paying],
            "created": instants(created),
            "delinquent": np.zeros(len(paying), dtype=bool),
            "livemode": np.ones(len(paying), dtype=bool),
        },
        id=STRIPE_CUSTOMER,
        email="'billing@acc' || _c || '.example'",
        currency="'usd'",
        metadata=f"json_object('account_id', {CUSTOMER_ID})",
    )
    rows = [(plan, every) for plan in range(FREE) for every in (1, 12)]
    warehouse.put(
        "stripe_prices",
        {
            "id": [f"price_{PLANS[plan]}_{every}" for plan, every in rows],
            "active": np.ones(len(rows), dtype=bool),
            "unit_amount": np.array([LIST_CENTS[plan] * every for plan, every in rows]),
            "recurring_interval": [INTERVALS[every == 12] for _, every in rows],
            "recurring_interval_count": np.ones(len(rows), dtype=np.int64),
            "nickname": [
                f"{PLANS[plan].title()} {INTERVALS[every == 12]}ly" for plan, every in rows
            ],
            "created": instants(np.full(len(rows), world.first * DAY)),
            "created_at": instants(np.full(len(rows), world.first * DAY)),
        },
        object="'price'",
        currency="'usd'",
        type="'recurring'",
    )


def write_stripe_subscriptions(world: World, warehouse: Warehouse) -> list[Segment]:
    """Write Stripe subscriptions and items; returns the segments in order of their number."""
    segments = sorted(segments_of(world.lives.spells), key=lambda s: (s.start, s.spell))
    columns = _segment_columns(world, segments)
    start, end = columns["_start"], columns["_end"]
    term = [term_starts(s.start, s.months, world.end if s.end is None else s.end) for s in segments]
    period_start = np.array([begins[-1] for begins in term])
    period_end = period_start + np.array(
        [_term_days(s, begins[-1]) for s, begins in zip(segments, term, strict=True)]
    )
    item = f"""json_object('id', 'si_' || lpad(_n::VARCHAR, 7, '0'), 'object',
        'subscription_item', 'price', {_PRICE}, 'quantity', _quantity)"""
    asked, scheduled = _cancellations(world, segments, columns)
    cancel_at = np.where(np.isnan(end), period_end * DAY, end * DAY + 36_000)
    warehouse.put(
        "stripe_subscriptions",
        {
            **columns,
            "cancel_at_period_end": scheduled,
            "cancel_at": instants(np.where(scheduled, cancel_at, np.nan)),
            "canceled_at": instants(asked * DAY + 36_000),
            "ended_at": instants(end * DAY + 36_000),
            "created": instants(start * DAY + 36_000),
            "start_date": instants(start * DAY + 36_000),
            "current_period_start": instants(period_start * DAY + 36_000),
            "current_period_end": instants(period_end * DAY + 36_000),
            "status": pick((~np.isnan(end)).astype(int), ["active", "canceled"]),
            "livemode": np.ones(len(segments), dtype=bool),
        },
        id=STRIPE_SUBSCRIPTION,
        customer=STRIPE_CUSTOMER,
        items=f"json_object('object', 'list', 'data', json_array({item}), 'has_more', false)",
        metadata=f"json_object('app_subscription_id', {APP_SUBSCRIPTION_ID}, 'plan', _plan)",
    )
    warehouse.put(
        "stripe_subscription_items",
        {
            **columns,
            "created": instants(start * DAY + 36_000),
            "created_at": instants(start * DAY + 36_000),
        },
        id="'si_' || lpad(_n::VARCHAR, 7, '0')",
        object="'subscription_item'",
        price=_PRICE,
        quantity="_quantity",
        subscription=STRIPE_SUBSCRIPTION,
    )
    return segments


def _cancellations(
    world: World, segments: list[Segment], columns: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Day each cancellation was asked for, and whether it was for the end of the term.

    Two of five who leave say so weeks before; of the rest Stripe hears on the day itself.
    """
    rng = world.rng("cancellations")
    start, end, count = columns["_start"], columns["_end"], len(segments)
    leaves = np.array([segment.leaves for segment in segments], dtype=bool)
    early = leaves & (rng.random(count) < 0.4)
    notice = rng.integers(4, 46, count)
    pending = columns["_leaves"] & np.isnan(end)
    asked = np.where(early, end - notice, np.where(pending, world.end - notice // 2, end))
    return np.maximum(asked, start), early | pending


def _term_days(segment: Segment, begins: int) -> int:
    return term_starts(begins, segment.months, begins + 31 * segment.months)[1] - begins


def _segment_columns(world: World, segments: list[Segment]) -> dict[str, Any]:
    """Inputs of the expressions; a handful of live customers pay Stripe another price."""
    rng = world.rng("stripe")
    count = len(segments)
    cents = np.array([s.cents for s in segments])
    months = np.array([s.months for s in segments])
    end = np.array([np.nan if s.end is None else s.end for s in segments])
    quantity = np.where((rng.random(count) < 0.06) & (cents % 200 == 0), 2, 1)
    amount = cents * months // quantity
    live = np.flatnonzero(np.isnan(end))
    wrong = rng.choice(live, max(3, len(live) // 70), replace=False)
    amount[wrong] += 5_000 * months[wrong]
    return {
        "_n": np.arange(1, count + 1),
        "_a": np.array([s.spell + 1 for s in segments]),
        "_c": np.array([s.customer + 1 for s in segments]),
        "_plan": [PLANS[s.plan] for s in segments],
        "_price_id": [f"price_{PLANS[s.plan]}_{s.months}" for s in segments],
        "_unit": amount,
        "_interval": [INTERVALS[s.months == 12] for s in segments],
        "_every": np.where(months == 12, 1, months),
        "_quantity": quantity,
        "_start": np.array([s.start for s in segments], dtype=float),
        "_end": end,
        "_leaves": rng.random(count) < 0.02,
    }
