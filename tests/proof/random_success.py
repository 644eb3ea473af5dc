"""Random rows of tables few warehouses have: what customers answer, and what is kept about them."""

from __future__ import annotations

from datetime import timedelta

from tests.proof.random_values import Maker, Row

TICKETS = ("k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7")


def _some_of(m: Maker, tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Each table is there or not."""
    return {name: rows for name, rows in tables.items() if m.chance.random() < 0.7}


def answers(m: Maker) -> dict[str, list[Row]]:
    """Surveys, and what a help desk tells of tickets."""
    surveys = [
        {
            "response_id": f"a{index}",
            "respondent_id": m.maybe(m.one_of("p1", "p2", "p3", f"p{index}"), 0.9),
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "survey_type": m.maybe(m.one_of("NPS", "nps", "NPS", "CSAT", "Csat", "CES", "other")),
            "score": m.maybe(m.one_of(0, 3, 4, 6, 7, 8, 9, 10, 11, 1, 5, 6.5, -1)),
            "responded_at": m.maybe(m.instant(120), 0.95),
        }
        for index in range(m.count())
    ]
    ratings = [
        {
            "response_id": f"b{index}",
            "ticket_id": m.maybe(m.id_of(list(TICKETS), "kX")),
            "score": m.maybe(m.one_of(1, 2, 4, 5, 5, 0, 6, 4.5)),
            "responded_at": m.maybe(m.instant(), 0.95),
        }
        for index in range(m.count(0.6))
    ]
    comments = [
        {
            "ticket_id": m.maybe(m.id_of(list(TICKETS), "kX")),
            "author_type": m.maybe(m.one_of("agent", "Agent", "requester")),
            "is_public": m.maybe(m.chance.random() < 0.8),
            "is_automatic": m.maybe(m.chance.random() < 0.2),
            "created_at": m.maybe(m.instant(), 0.95),
        }
        for _ in range(m.count())
    ]
    passed_on = [
        {
            "ticket_id": m.maybe(m.id_of(list(TICKETS), "kX")),
            "escalated_at": m.maybe(m.instant(), 0.95),
        }
        for _ in range(m.count(0.2))
    ]
    return _some_of(
        m,
        {
            "survey_responses": surveys,
            "ticket_surveys": ratings,
            "ticket_conversations": comments,
            "ticket_escalations": passed_on,
        },
    )


def kept_by_managers(m: Maker) -> dict[str, list[Row]]:
    """Milestones, predictions, seats and reviews of accounts."""
    milestones = [
        {
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "milestone": m.maybe(m.one_of("first pour", "ten users")),
            "reached_on": m.maybe(m.one_of(m.day(), m.day(300))),
        }
        for _ in range(m.count(0.2))
    ]
    predictions = [
        {
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "score": m.maybe(m.one_of(0, 0.25, 0.9, 1, 1.5)),
            "predicted_at": m.maybe(m.instant(100), 0.95),
        }
        for _ in range(m.count(0.3))
    ]
    seats = []
    for index in range(m.chance.randint(0, 2 * m.shape.customers)):
        begins = m.day(200, ahead=60)
        seats.append(
            {
                "contract_id": f"f{index}",
                "customer_id": m.maybe(m.id_of(m.customers, "cX")),
                "seats": m.maybe(m.one_of(0, 1, 5, 20)),
                "valid_from": m.maybe(begins),
                "valid_to": m.maybe(begins + timedelta(days=m.one_of(-1, 0, 30, 365)), 0.6),
            }
        )
    reviews = [
        {
            "review_id": f"j{index}",
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "planned_on": m.maybe(m.day(ahead=60)),
            "held_on": m.maybe(m.day(), 0.6),
        }
        for index in range(m.count(0.2))
    ]
    return _some_of(
        m,
        {
            "account_milestones": milestones,
            "expansion_predictions": predictions,
            "contracted_seats": seats,
            "business_reviews": reviews,
        },
    )


def books(m: Maker) -> dict[str, list[Row]]:
    """The ledger, schedules of revenue, people and the market."""
    kinds = ("Revenue", "cost of revenue", "operating_expense", "cash", "cash", "tax")
    ledger = [
        {
            "entry_id": f"o{index}",
            "posted_on": m.maybe(m.day(800), 0.97),
            "account_type": m.maybe(m.one_of(*kinds)),
            "activity": m.maybe(m.one_of("operating", "Financing", "investing")),
            "amount": m.maybe(m.one_of(100, 250.5, -80.25, -400, 1000)),
        }
        for index in range(m.count(1.5))
    ]
    schedule = [
        {
            "line_id": f"u{index}",
            "invoice_id": m.maybe(f"in{m.chance.randint(0, 30)}"),
            "recognized_on": m.maybe(m.day(ahead=200)),
            "amount": m.maybe(m.one_of(10, 83.33, 0)),
        }
        for index in range(m.count())
    ]
    heads = [
        {"counted_on": m.maybe(m.day(400)), "employees": m.maybe(m.one_of(0, 10, 12.5))}
        for _ in range(m.chance.randint(0, 6))
    ]
    market = [
        {
            "region": m.maybe(m.one_of("West", "South", "Other")),
            "annual_amount": m.maybe(m.one_of(0, 1e6, 2.5e6)),
            "valid_from": m.maybe(m.day(400, ahead=100)),
        }
        for _ in range(m.chance.randint(0, 6))
    ]
    return _some_of(
        m,
        {
            "finance_ledger": ledger,
            "revenue_recognition_schedule": schedule,
            "hr_headcount": heads,
            "market_size": market,
        },
    )
