"""HubSpot: companies, contacts, owners, deals with their stages, and engagements."""

from __future__ import annotations

import numpy as np

from metrics.demo.funnel import LOST, OPEN, SOURCES, WON, Deals, Funnel
from metrics.demo.places import BUSINESSES, PEOPLE_FIRST, PEOPLE_LAST
from metrics.demo.sites import account_names
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, dates, instants, pick

STAGES = [
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
    "closedwon",
    "closedlost",
]
PROBABILITY = [0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 0.0]
REPS = [1, 2, 3, 4, 5]
OWNERS = [*REPS, 6, 7, 8]  # the last three answer tickets
COMPETITORS = ["None", "Manual process", "BarTrack", "KegLogic"]
FIRST_CONTACT = 100_001
COMPANY = "'hsc_' || lpad(_company::VARCHAR, 6, '0')"
DEAL = "'deal_' || lpad(_deal::VARCHAR, 6, '0')"


def write_crm(world: World, funnel: Funnel, names: np.ndarray, warehouse: Warehouse) -> None:
    """Write every HubSpot table but tickets."""
    prospects = account_names(world, funnel.companies - len(names), "prospect names")
    every = np.concatenate([names, prospects])
    _write_owners(world, warehouse)
    _write_companies(world, funnel, every, warehouse)
    _write_contacts(world, funnel, every, warehouse)
    stage, entered = stages_of(world, funnel.deals)
    owner = world.rng("owners").choice(
        REPS, len(funnel.deals.created), p=[0.28, 0.24, 0.2, 0.16, 0.12]
    )
    _write_deals(world, funnel.deals, every, stage, owner, warehouse)
    _write_history(world, funnel.deals, entered, warehouse)
    _write_engagements(world, funnel.deals, owner, warehouse)


def _write_owners(world: World, warehouse: Warehouse) -> None:
    made = instants(np.full(len(OWNERS), (world.first - 400) * DAY))
    warehouse.put(
        "hubspot_owners",
        {
            "_n": np.array(OWNERS),
            "firstName": PEOPLE_FIRST[: len(OWNERS)],
            "lastName": PEOPLE_LAST[: len(OWNERS)],
            "createdAt": made,
            "updatedAt": made,
            "created_at": made,
            "archived": np.zeros(len(OWNERS), dtype=bool),
        },
        id="_n::VARCHAR",
        email="lower(\"firstName\") || '@taplytics.example'",
        userId="9000 + _n",
    )


def _write_companies(world: World, funnel: Funnel, names: np.ndarray, warehouse: Warehouse) -> None:
    rng = world.rng("companies")
    count, accounts = funnel.companies, world.scale.customers
    since = funnel.known_since
    business = np.r_[world.business, rng.integers(0, len(BUSINESSES), count - accounts)]
    is_account = np.arange(count) < accounts
    gone = np.r_[world.last_live < world.end, np.zeros(count - accounts, dtype=bool)]
    warehouse.put(
        "hubspot_companies",
        {
            "_company": np.arange(1, count + 1),
            "_account": np.where(is_account, np.arange(1, count + 1), 0),
            "_stage": pick(
                np.where(gone, 1, np.where(is_account, 0, 2)),
                ["customer", "former_customer", "prospect"],
            ),
            "_industry": pick(business, [row[1] for row in BUSINESSES]),
            "name": names,
            "business_type": pick(business, [row[0] for row in BUSINESSES]),
            "location_count": rng.integers(1, 5, count),
            "created_date": dates(since // DAY),
            "createdAt": instants(since),
            "updatedAt": instants(since),
            "archived": np.zeros(count, dtype=bool),
            "created_at": instants(since),
        },
        id=COMPANY,
        properties="""CASE WHEN _account > 0
            THEN json_object('account_id', 'acc_' || lpad(_account::VARCHAR, 5, '0'),
                'lifecycle_stage', _stage, 'industry', _industry)
            ELSE json_object('lifecycle_stage', _stage, 'industry', _industry) END""",
    )


def _write_contacts(world: World, funnel: Funnel, names: np.ndarray, warehouse: Warehouse) -> None:
    """One contact per company, which its lead refers to, then more at random companies."""
    rng = world.rng("contacts")
    more = np.sort(rng.integers(0, funnel.companies, int(funnel.companies * 0.9)))
    company = np.r_[np.arange(funnel.companies), more]
    count = len(company)
    wait = np.r_[np.zeros(funnel.companies, dtype=np.int64), rng.integers(0, 60 * DAY, len(more))]
    since = np.minimum(funnel.known_since[company] + wait, world.closing - 3_600)
    source = rng.integers(0, len(SOURCES), count)
    source[funnel.leads.company] = funnel.leads.source
    qualified = np.zeros(count, dtype=bool)
    qualified[funnel.leads.company] = True
    stage = np.where(company < world.scale.customers, 0, np.where(qualified, 1, 2))
    warehouse.put(
        "hubspot_contacts",
        {
            "_n": np.arange(count) + FIRST_CONTACT,
            "_company": company + 1,
            "_stage": pick(stage, ["customer", "marketingqualifiedlead", "lead"]),
            "_source": pick(source, SOURCES),
            "_score": rng.integers(10, 100, count),
            "firstName": pick(rng.integers(0, len(PEOPLE_FIRST), count), PEOPLE_FIRST),
            "lastName": pick(rng.integers(0, len(PEOPLE_LAST), count), PEOPLE_LAST),
            "company": names[company],
            "createdAt": instants(since),
            "updatedAt": instants(since),
            "archived": np.zeros(count, dtype=bool),
            "created_at": instants(since),
        },
        id="_n::VARCHAR",
        email="""lower("firstName") || '.' || lower("lastName")
            || '@c' || _company || '.example'""",
        phone="'+1 555 ' || lpad((_n % 10000)::VARCHAR, 4, '0')",
        properties=f"""json_object('company_id', {COMPANY}, 'lifecycle_stage', _stage,
            'lead_score', _score, 'source', _source)""",
    )


def stages_of(world: World, deals: Deals) -> tuple[np.ndarray, np.ndarray]:
    """The stage each deal is in, and the second it entered each of the seven (NaN: never)."""
    rng = world.rng("stages")
    count = len(deals.created)
    share = np.sort(rng.random((count, 5)), axis=1) * 0.92
    share[:, 0] = 0
    passed = np.where(deals.outcome == LOST, np.floor(rng.random(count) ** 1.3 * 5), 4)[:, None]
    entered = np.full((count, 7), np.nan)
    entered[:, :5] = deals.created[:, None] + share * deals.cycle[:, None]
    entered[:, :5][np.arange(5) > passed] = np.nan
    entered[entered >= world.closing] = np.nan
    entered[deals.outcome == WON, 5] = deals.closed[deals.outcome == WON]
    entered[deals.outcome == LOST, 6] = deals.closed[deals.outcome == LOST]
    reached = np.where(np.isnan(entered[:, :5]), -1, np.arange(5)).max(axis=1)
    stage = np.where(deals.outcome == WON, 5, np.where(deals.outcome == LOST, 6, reached))
    return stage, entered


def _write_deals(
    world: World,
    deals: Deals,
    names: np.ndarray,
    stage: np.ndarray,
    owner: np.ndarray,
    warehouse: Warehouse,
) -> None:
    rng = world.rng("deal columns")
    count = len(deals.created)
    rival = np.where(
        deals.outcome == LOST,
        rng.choice(4, count, p=[0.3, 0.25, 0.27, 0.18]),
        rng.choice(4, count, p=[0.5, 0.28, 0.13, 0.09]),
    )
    reason = rng.integers(0, 5, count)
    touched = np.minimum(
        np.where(deals.outcome == OPEN, world.closing - 7_200, deals.closed), world.closing - 1
    )
    warehouse.put(
        "hubspot_deals",
        {
            "_deal": np.arange(1, count + 1),
            "_company": deals.company + 1,
            "_contact": deals.company + FIRST_CONTACT,
            "_type": pick(deals.existing.astype(int), ["newbusiness", "existingbusiness"]),
            "_owner": owner,
            "_probability": np.array(PROBABILITY)[stage],
            "_rival": pick(rival, COMPETITORS),
            "_reason": pick(reason, ["Budget", "Timing", "Competitor", "No decision", "Poor fit"]),
            "_lost": deals.outcome == LOST,
            "_name": names[deals.company],
            "amount": np.round(deals.amount, 2),
            "dealstage": pick(stage, STAGES),
            "closedate": dates(deals.closed // DAY),
            "createdAt": instants(deals.created),
            "updatedAt": instants(touched),
            "archived": np.zeros(count, dtype=bool),
            "created_at": instants(deals.created),
        },
        id=DEAL,
        pipeline="'default'",
        dealname="""_name ||
            CASE _type WHEN 'newbusiness' THEN ' - New system' ELSE ' - Expansion' END""",
        properties="""json_object('dealtype', _type, 'hubspot_owner_id', _owner::VARCHAR,
            'hs_deal_stage_probability', _probability, 'competitor', _rival,
            'closed_lost_reason', CASE WHEN _lost THEN _reason END)""",
        associations=f"""json_object('company_ids', json_array({COMPANY}),
            'contact_ids', json_array(_contact::VARCHAR))""",
    )


def _write_history(world: World, deals: Deals, entered: np.ndarray, warehouse: Warehouse) -> None:
    deal, stage = np.nonzero(~np.isnan(entered))
    at = entered[deal, stage].astype(np.int64)
    order = np.lexsort((deal, at))
    deal, stage, at = deal[order], stage[order], at[order]
    warehouse.put(
        "hubspot_deal_stage_history",
        {
            "_n": np.arange(1, len(deal) + 1),
            "_deal": deal + 1,
            "stage": pick(stage, STAGES),
            "entered_at": instants(at),
            "created_at": instants(at),
        },
        id="'dsh_' || _n",
        deal_id=DEAL,
    )


def _write_engagements(world: World, deals: Deals, owner: np.ndarray, warehouse: Warehouse) -> None:
    """Calls, mails and meetings between the creation and the close of each deal."""
    rng = world.rng("engagements")
    size = 3 + np.where(deals.outcome == WON, 6, np.where(deals.outcome == OPEN, 3, 1))
    size = np.minimum(size, 12 if world.scale.history_days > 365 else 5)
    deal = np.repeat(np.arange(len(size)), rng.poisson(size))
    until = np.minimum(deals.closed, world.closing - 7_200)
    room = np.maximum(until - deals.created, 3_600)[deal]
    day = (deals.created[deal] + rng.random(len(deal)) * room) // DAY
    at = (day * DAY).astype(np.int64) + rng.integers(9 * 3600, 17 * 3600, len(deal))
    at = np.minimum(np.maximum(at, deals.created[deal]), world.closing - 3_600)
    order = np.argsort(at, kind="stable")
    deal, at = deal[order], at[order]
    kind = rng.choice(5, len(deal), p=[0.34, 0.36, 0.16, 0.09, 0.05])
    call = rng.choice(3, len(deal), p=[0.58, 0.32, 0.1])
    mail = (rng.random(len(deal)) < 0.04).astype(int)
    meeting = rng.choice(4, len(deal), p=[0.72, 0.12, 0.08, 0.08])
    warehouse.put(
        "hubspot_engagements",
        {
            "_n": np.arange(1, len(deal) + 1),
            "_deal": deal + 1,
            "_company": deals.company[deal] + 1,
            "_contact": deals.company[deal] + FIRST_CONTACT,
            "_type": pick(kind, ["CALL", "EMAIL", "MEETING", "NOTE", "TASK"]),
            "_owner": owner[deal],
            "_millis": at * 1000,
            "_minutes": rng.integers(1, 30, len(deal)),
            "_call": pick(call, ["COMPLETED", "NO_ANSWER", "BUSY"]),
            "_mail": pick(mail, ["SENT", "BOUNCED"]),
            "_meeting": pick(meeting, ["COMPLETED", "NO_SHOW", "CANCELLED", "SCHEDULED"]),
            "createdAt": instants(at),
            "updatedAt": instants(at + 1_800),
            "created_at": instants(at),
        },
        id="'eng_' || _n",
        engagement="""json_object('type', _type, 'ownerId', _owner::VARCHAR, 'timestamp', _millis,
            'active', true)""",
        associations=f"""json_object('dealIds', json_array({DEAL}),
            'companyIds', json_array({COMPANY}), 'contactIds', json_array(_contact::VARCHAR))""",
        metadata="""CASE _type
            WHEN 'CALL' THEN json_object('status', _call, 'durationMilliseconds', _minutes * 60000)
            WHEN 'EMAIL' THEN json_object('status', _mail)
            WHEN 'MEETING' THEN json_object('meetingOutcome', _meeting)
            ELSE json_object() END""",
    )
