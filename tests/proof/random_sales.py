"""Random rows about sales: the CRM, its deals and activities, plans and contracts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.proof.random_values import Maker, Row

STAGES = (
    *("appointmentscheduled", "qualifiedtobuy", "presentationscheduled"),
    *("decisionmakerboughtin", "contractsent", "closedwon", "closedwon", "closedlost"),
)
AMOUNTS = (0, 100, 4999.99, 5000, 19999.99, 20000, 99999.99, 100000, 250000.5)


def crm(m: Maker) -> dict[str, list[Row]]:
    """Companies and owners; marketing has the contacts."""
    companies = []
    for index, one in enumerate(m.companies):
        told = {
            "account_id": m.maybe(m.customers[index]) if index < len(m.customers) else None,
            "industry": m.maybe(m.one_of("Bars", "Stadiums")),
        }
        companies.append(
            {
                "id": one,
                "properties": json.dumps(told),
                "business_type": m.maybe(m.one_of("bar", "arena")),
                "created_date": m.maybe(m.day(430)),
                "createdAt": m.maybe(m.instant(430)),
            }
        )
    companies += [
        {**row, "id": f"{row['id']}b", "createdAt": m.instant(430)}
        for row in m.some(companies, 0.1)
    ]
    owners = [
        {
            "id": one,
            "firstName": m.maybe(m.one_of("Ava", "Ben", "")),
            "lastName": m.maybe(m.one_of("Adams", "Adams", "Baker")),
            "email": m.maybe(f"{one}@sales.example"),
        }
        for one in m.owners
        if m.maybe(True, 0.9)
    ]
    return {"hubspot_companies": companies, "hubspot_owners": owners}


def deals(m: Maker) -> dict[str, list[Row]]:
    """Deals and the stages they went through, forward, back and past their end."""
    found, history = [], []
    for index in range(m.count(0.8)):
        created = m.one_of(m.instant(), m.instant(200), m.instant(430))
        stage = m.one_of(*STAGES, "ClosedWon", " closedlost ", "negotiation")
        days = m.one_of(-4, 0, 0, 1, 7, 30, 31, 60, 90, 91, 179, 200)
        closes = (created + timedelta(days=days)).date()
        found.append(
            {
                "id": f"e{index}",
                "properties": json.dumps(_told(m)),
                "associations": m.maybe(json.dumps({"company_ids": _companies(m)})),
                "amount": m.maybe(m.one_of(*AMOUNTS)),
                "dealstage": m.maybe(stage, 0.95),
                "closedate": m.maybe(closes),
                "createdAt": m.maybe(created, 0.97),
                "updatedAt": m.maybe(created + timedelta(days=m.one_of(0, 1, 30, 200))),
                "archived": m.one_of(True, False),
            }
        )
        at = created + timedelta(hours=m.one_of(0, 0, 0, 1, -60, 700))
        for step in range(m.one_of(0, 1, 2, 4, 4, 7)):
            history.append(
                {
                    "id": f"y{index}.{step}",
                    "deal_id": m.id_of([f"e{index}"], "eX", 0.97),
                    "stage": m.maybe(m.one_of(*STAGES, "ContractSent", "negotiation"), 0.95),
                    "entered_at": m.maybe(at, 0.95),
                }
            )
            at += timedelta(hours=m.one_of(0, 0, 1, 5, 24, 100, 400, 745, 2160, 2170))
    return {"hubspot_deals": found, "hubspot_deal_stage_history": history}


def _told(m: Maker) -> dict[str, Any]:
    return {
        "dealtype": m.maybe(m.one_of("newbusiness", "existingbusiness", "NewBusiness")),
        "hubspot_owner_id": m.maybe(m.one_of(*m.owners, 1)),
        "hs_deal_stage_probability": m.maybe(m.one_of(0.1, 0.25, "0.4", 0.9, 1, 0, 1.5, "?")),
        "competitor": m.maybe(m.one_of("None", "none", "", "KegLogic", " BarTrack ")),
        "closed_lost_reason": m.maybe(m.one_of("Budget", "Timing")),
    }


def _companies(m: Maker) -> Any:
    one = m.id_of(m.companies, "hX")
    return m.one_of([one], [one], [one, "h0"], one, [], None)


def activities(m: Maker) -> dict[str, list[Row]]:
    """Calls, e-mails and meetings, with and without a moment of their own."""
    rows = []
    for index in range(m.count()):
        at = m.instant(60)
        stamp = int(at.replace(tzinfo=UTC).timestamp() * 1000)
        told = {
            "type": m.maybe(m.one_of("CALL", "CALL", "EMAIL", "Email", "MEETING", "NOTE"), 0.95),
            "ownerId": m.maybe(m.one_of(*m.owners, 2)),
            "timestamp": m.one_of(stamp, stamp, str(stamp), None, -5, 1e15, "soon"),
        }
        about = {
            "dealIds": m.one_of([f"e{m.chance.randint(0, 30)}"], ["eX", "e0"], []),
            "companyIds": m.one_of([m.id_of(m.companies, "hX")], [], None),
        }
        meta = {
            "status": m.maybe(m.one_of("COMPLETED", "BUSY", "SENT", "BOUNCED")),
            "meetingOutcome": m.one_of(None, "COMPLETED", "NO_SHOW", "no-show", "CANCELED"),
        }
        rows.append(
            {
                "id": f"z{index}",
                "engagement": m.maybe(json.dumps(told), 0.95),
                "associations": m.maybe(json.dumps(about)),
                "metadata": m.maybe(json.dumps(meta)),
                "createdAt": m.maybe(m.one_of(at, m.instant()), 0.95),
            }
        )
    return {"hubspot_engagements": rows}


def plans(m: Maker) -> dict[str, list[Row]]:
    """Targets, quotas, forecasts, hires, renewals and the first touches of leads."""
    periods = _periods(m)
    targets = [
        {"metric": metric, "period_start": start, "period_end": end, "amount": amount}
        for start, end in periods
        for metric, amount in (("new_business", m.one_of(0, 90000, 12345.67)), ("other", 5))
        if m.maybe(True, 0.95)
    ]
    quotas, forecasts = [], []
    for owner in (*m.owners, None):
        for start, end in m.chance.sample(periods, m.chance.randint(1, len(periods))):
            amount = m.maybe(m.one_of(0, 100, 5000, 30000.5))
            period = {"owner_id": owner, "period_start": start, "period_end": m.maybe(end, 0.97)}
            quotas.append({**period, "amount": amount})
            for _ in range(m.one_of(0, 1, 2, 4)):
                said = datetime(start.year, start.month, start.day) + timedelta(
                    hours=m.one_of(-300, 0, 20, 24 * 6, 24 * 7, 500, 5000)
                )
                word = m.maybe(m.one_of(0, 4000, 25000.25))
                forecasts.append({**period, "forecast_amount": word, "submitted_at": said})
    reps = [{"owner_id": one, "hired_on": m.maybe(m.day(430))} for one in m.owners]
    renewals = [
        {
            "contract_id": f"k{index}",
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "due_date": m.maybe(m.day(ahead=90)),
            "renewed_at": m.maybe(m.instant(), 0.6),
        }
        for index in range(m.count(0.3))
    ]
    touches = [
        {
            "mql_id": m.maybe(f"q{m.chance.randint(0, 15)}"),
            "owner_id": m.maybe(m.one_of(*m.owners)),
            "actor_type": m.maybe(m.one_of("human", "Human", "automation")),
            "activity_at": m.maybe(m.instant()),
        }
        for _ in range(m.count(0.5))
    ]
    return {
        "targets": targets,
        "sales_quotas": quotas,
        "sales_forecasts": forecasts,
        "sales_reps": reps,
        "contract_renewals": renewals,
        "lead_activities": touches,
    }


def _periods(m: Maker) -> list[tuple[Any, Any]]:
    """Months around the last day, some of them to come, one after the other."""
    first = (m.last - timedelta(days=m.chance.choice([70, 130, 400]))).replace(day=1)
    found = []
    while first <= m.last + timedelta(days=m.chance.choice([-20, 40])):
        after = (first + timedelta(days=32)).replace(day=1)
        found.append((first, after))
        first = after
    return found
