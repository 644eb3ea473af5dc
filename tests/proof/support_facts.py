"""Rows of the facts about answers, escalations and ratings of tickets, and about the company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from tests.proof.raw import Raw, Row, lower, number

OF_A_TICKET = ("ticket_id", "customer_id", "priority", "category", "owner_id")


def ticket_first_replies(raw: Raw, tickets: list[Row]) -> Iterator[Row]:
    """Answered tickets, until the first public comment of an agent since their creation."""
    replies: dict[str, list[datetime]] = {}
    for row in raw.rows("ticket_conversations"):
        is_answer = (
            lower(row["author_type"]) == "agent"
            and row["is_public"] is not False
            and row["is_automatic"] is not True
        )
        if is_answer and row["created_at"] is not None:
            replies.setdefault(row["ticket_id"], []).append(row["created_at"])
    for ticket in tickets:
        since = [at for at in replies.get(ticket["ticket_id"], []) if at >= ticket["valid_from"]]
        if since:
            yield {
                **{name: ticket[name] for name in OF_A_TICKET},
                "created_at": ticket["valid_from"],
                "replied_at": min(since),
            }


def ticket_escalations(raw: Raw) -> Iterator[Row]:
    """Times a ticket was passed on."""
    for row in raw.rows("ticket_escalations"):
        if row["ticket_id"] is not None:
            yield {"ticket_id": row["ticket_id"], "escalated_at": row["escalated_at"]}


def ticket_ratings(raw: Raw, tickets: list[Row]) -> Iterator[Row]:
    """The last rating of each ticket, from 1 to 5."""
    known = {ticket["ticket_id"]: ticket for ticket in tickets}
    last: dict[str, Row] = {}
    for row in raw.rows("ticket_surveys"):
        ticket, score = row["ticket_id"], number(row["score"])
        if score is None or not 1 <= score <= 5 or row["responded_at"] is None:
            continue
        place = (row["responded_at"], row["response_id"])
        if ticket not in last or place > last[ticket]["place"]:
            last[ticket] = {"score": score, "responded_at": row["responded_at"], "place": place}
    for ticket, rating in last.items():
        if ticket in known:
            yield {
                **{name: known[ticket][name] for name in OF_A_TICKET},
                "score": rating["score"],
                "responded_at": rating["responded_at"],
            }


def contracted_seats(raw: Raw) -> Iterator[Row]:
    """Contracts with seats."""
    for row in raw.rows("contracted_seats"):
        if row["seats"] is not None and row["seats"] > 0:
            yield {
                name: row[name]
                for name in ("contract_id", "customer_id", "seats", "valid_from", "valid_to")
            }


def business_reviews(raw: Raw) -> Iterator[Row]:
    """Business reviews that were planned."""
    for row in raw.rows("business_reviews"):
        yield {
            "review_id": row["review_id"],
            "customer_id": row["customer_id"],
            "is_held": row["held_on"] is not None,
            "planned_on": row["planned_on"],
        }


def ledger_entries(raw: Raw) -> Iterator[Row]:
    """Lines of the ledger."""
    for row in raw.rows("finance_ledger"):
        kind = row["account_type"]
        yield {
            "entry_id": row["entry_id"],
            "account_type": None if kind is None else kind.strip().lower().replace(" ", "_"),
            "is_financing": lower(row["activity"]) == "financing",
            "amount": row["amount"],
            "posted_on": row["posted_on"],
        }


def headcounts(raw: Raw) -> Iterator[Row]:
    """Each count of employees until the next."""
    counted = _largest((row["counted_on"], row["employees"]) for row in raw.rows("hr_headcount"))
    for day, employees, until in _each_until_next(counted):
        yield {"employees": employees, "valid_from": day, "valid_to": until}


def market_sizes(raw: Raw) -> Iterator[Row]:
    """Each estimate of a region's market until the next."""
    rows = raw.rows("market_size")
    for region in {row["region"] for row in rows}:
        mine = [row for row in rows if row["region"] == region]
        estimates = _largest((row["valid_from"], row["annual_amount"]) for row in mine)
        for day, amount, until in _each_until_next(estimates):
            yield {
                "region": region,
                "annual_amount": amount,
                "valid_from": day,
                "valid_to": until,
            }


def _largest(told: Iterator[tuple[date | None, Any]]) -> dict[date, Any]:
    """By day the largest number told; a day without any has None."""
    found: dict[date, Any] = {}
    for day, amount in told:
        if day is not None:
            known = [one for one in (found.get(day), amount) if one is not None]
            found[day] = max(known, default=None)
    return found


def _each_until_next(told: dict[date, Any]) -> Iterator[tuple[date, Any, date | None]]:
    days: list[date | None] = [*sorted(told), None]
    for day, until in pairwise(days):
        assert day is not None
        yield day, told[day], until


def api_requests(raw: Raw) -> Iterator[Row]:
    """Requests to the API."""
    for row in raw.rows("api_logs"):
        yield {
            "log_id": row["log_id"],
            "endpoint": row["endpoint"],
            "service": row["service"],
            "status_code": row["status_code"],
            "duration_ms": number(row["duration_ms"]),
            "requested_at": row["requested_at"],
        }
