"""Invoices, charges, payment intents and events of Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from metrics.demo.billing import Segment, term_starts
from metrics.demo.life import PLANS
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, instants

LATE_PAYER = 2  # a live customer of the scripts that owes its latest invoices
FAILURES = ["card_declined", "insufficient_funds", "expired_card"]
CUSTOMER = "'cus_' || lpad(_c::VARCHAR, 6, '0')"
INVOICE = "'in_' || lpad(_i::VARCHAR, 8, '0')"
CHARGE = "'ch_' || lpad(_ch::VARCHAR, 8, '0')"
INTENT = "'pi_' || lpad(_i::VARCHAR, 8, '0')"


@dataclass
class Ledger:
    """Invoices and charges as lists of columns, filled one invoice after the other."""

    invoices: list[tuple[int, int, int, int, int, str, int, int, str]] = field(default_factory=list)
    charges: list[tuple[int, int, int, int, int, str | None]] = field(default_factory=list)


def write_invoices(world: World, segments: list[Segment], warehouse: Warehouse) -> None:
    """Write what was billed within the history, and what came of it."""
    rng = world.rng("invoices")
    due = sorted(
        (day, number, turn)
        for number, segment in enumerate(segments)
        for turn, day in enumerate(_terms(world, segment))
        if day >= world.first
    )
    ledger = Ledger()
    for day, number, turn in due:
        _bill(world, ledger, segments[number], number + 1, day, turn, rng)
    _write_invoices(ledger, segments, warehouse)
    _write_charges(ledger, warehouse)
    _write_events(ledger, warehouse)


def _terms(world: World, segment: Segment) -> list[int]:
    last = world.end if segment.end is None else segment.end - 1
    return term_starts(segment.start, segment.months, last)


def _bill(
    world: World,
    ledger: Ledger,
    segment: Segment,
    number: int,
    day: int,
    turn: int,
    rng: np.random.Generator,
) -> None:
    """One invoice and its attempts to collect; trouble gathers before a customer leaves."""
    amount = segment.cents * segment.months
    created = day * DAY + 5 * 3600 + int(rng.integers(0, 4 * 3600))
    failures = _failed_attempts(world, segment, day, rng)
    reason = "subscription_create" if turn == 0 else "subscription_cycle"
    odd = rng.random() if turn else 1.0
    attempts = 0
    paid_by = 0
    status = "void" if odd < 0.004 else "draft" if odd < 0.008 else "open"
    at = created + 3_600
    while status == "open" and attempts <= min(failures, 3) and at < world.closing:
        attempts += 1
        fails = attempts <= failures
        refund = 0
        if not fails:
            status, paid_by = "paid", len(ledger.charges) + 1
            refund = _refund(amount, rng)
        failure = str(rng.choice(FAILURES)) if fails else None
        ledger.charges.append(
            (len(ledger.invoices) + 1, segment.customer + 1, at, amount, refund, failure)
        )
        at += int(rng.integers(2 * DAY, 6 * DAY))
    if status == "open" and world.closing - created > 60 * DAY:
        status = "uncollectible"
    ledger.invoices.append(
        (
            number,
            segment.customer + 1,
            created,
            amount,
            attempts,
            status,
            paid_by,
            segment.months,
            reason,
        )
    )


def _failed_attempts(world: World, segment: Segment, day: int, rng: np.random.Generator) -> int:
    leaving = segment.leaves and segment.end is not None and segment.end - day < 45
    chances = [0.55, 0.2, 0.1, 0.15] if leaving else [0.93, 0.05, 0.015, 0.005]
    failures = int(rng.choice([0, 1, 2, 4], p=chances))
    late = segment.customer == LATE_PAYER and world.end - day < 45
    return 4 if late else failures


def _refund(amount: int, rng: np.random.Generator) -> int:
    chance = rng.random()
    if chance < 0.006:
        return amount
    return amount // 4 if chance < 0.014 else 0


def _write_invoices(ledger: Ledger, segments: list[Segment], warehouse: Warehouse) -> None:
    number, customer, created, amount, attempts, status, paid_by, months, reason = (
        np.array(column) for column in zip(*ledger.invoices, strict=True)
    )
    paid = status == "paid"
    columns = {
        "_i": np.arange(1, len(number) + 1),
        "_c": customer,
        "_n": number,
        "_ch": paid_by,
        "_plan": [PLANS[segments[n - 1].plan] for n in number],
        "created": instants(created),
    }
    warehouse.put(
        "stripe_invoices",
        {
            **columns,
            "amount_due": amount,
            "amount_paid": np.where(paid, amount, 0),
            "amount_remaining": np.where(paid | (status == "void"), 0, amount),
            "attempt_count": attempts,
            "billing_reason": reason.tolist(),
            "due_date": instants(created + 14 * DAY),
            "livemode": np.ones(len(number), dtype=bool),
            "paid": paid,
            "period_start": instants(created),
            "period_end": instants(created + months * 30 * DAY),
            "status": status.tolist(),
            "subtotal": amount,
            "tax": np.zeros(len(number), dtype=np.int64),
            "total": amount,
        },
        id=INVOICE,
        charge=f"CASE WHEN _ch > 0 THEN {CHARGE} END",
        currency="'usd'",
        customer=CUSTOMER,
        lines="json_object('data', json_array(json_object('amount', amount_due, 'plan', _plan)))",
        payment_intent=INTENT,
        subscription="'sub_st' || lpad(_n::VARCHAR, 7, '0')",
    )
    billed = ~np.isin(status, ["void", "draft"])
    warehouse.put(
        "stripe_payment_intents",
        {
            **columns,
            "amount": amount,
            "amount_received": np.where(paid, amount, 0),
            "canceled_at": instants(np.where(billed, np.nan, created + 7_200)),
            "cancellation_reason": [None if kept else "void_invoice" for kept in billed],
            "status": np.where(
                paid, "succeeded", np.where(billed, "requires_payment_method", "canceled")
            ).tolist(),
        },
        id=INTENT,
        currency="'usd'",
        customer=CUSTOMER,
        invoice=INVOICE,
    )


def _write_charges(ledger: Ledger, warehouse: Warehouse) -> None:
    invoice, customer, at, amount, refund, failure = zip(*ledger.charges, strict=True)
    failed = np.array([code is not None for code in failure])
    refunded = np.array(refund)
    amounts = np.array(amount)
    warehouse.put(
        "stripe_charges",
        {
            "_ch": np.arange(1, len(invoice) + 1),
            "_i": np.array(invoice),
            "_c": np.array(customer),
            "amount": amounts,
            "amount_captured": np.where(failed, 0, amounts),
            "amount_refunded": refunded,
            "captured": ~failed,
            "created": instants(np.array(at)),
            "disputed": np.zeros(len(failed), dtype=bool),
            "failure_code": list(failure),
            "livemode": np.ones(len(failed), dtype=bool),
            "paid": ~failed,
            "refunded": refunded == amounts,
            "status": np.where(failed, "failed", "succeeded").tolist(),
        },
        id=CHARGE,
        currency="'usd'",
        customer=CUSTOMER,
        invoice=INVOICE,
    )


def _write_events(ledger: Ledger, warehouse: Warehouse) -> None:
    invoice, customer, at, amount, _, failure = zip(*ledger.charges, strict=True)
    warehouse.put(
        "stripe_events",
        {
            "_e": np.arange(1, len(invoice) + 1),
            "_i": np.array(invoice),
            "_c": np.array(customer),
            "_amount": np.array(amount),
            "created": instants(np.array(at)),
            "created_at": instants(np.array(at)),
            "livemode": np.ones(len(invoice), dtype=bool),
            "pending_webhooks": np.zeros(len(invoice), dtype=np.int64),
            "type": ["invoice.payment_failed" if code else "invoice.paid" for code in failure],
        },
        id="'evt_st' || lpad(_e::VARCHAR, 8, '0')",
        object="'event'",
        api_version="'2024-06-20'",
        data=f"""json_object('object', json_object('id', {INVOICE}, 'customer', {CUSTOMER},
            'amount_due', _amount))""",
    )
