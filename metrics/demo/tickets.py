"""Support tickets: they follow device trouble, gather before customers leave, and trickle in."""

from __future__ import annotations

import numpy as np

from metrics.demo.crm import COMPANY, FIRST_CONTACT
from metrics.demo.downtime import FAILURE, OUTAGE, Downtime
from metrics.demo.fleet import Fleet
from metrics.demo.world import DAY, World
from metrics.demo.write import Warehouse, instants, pick

CATEGORIES = [
    "Technical Issue",
    "Feature Request",
    "Billing Question",
    "Training Request",
    "General Question",
]
SUBJECTS = [
    "Device offline",
    "Request for a new report",
    "Question about an invoice",
    "Training for new staff",
    "How do I export data?",
]
PRIORITIES = ["HIGH", "MEDIUM", "LOW"]
MEDIAN_HOURS = np.array([5.0, 16.0, 38.0])
TICKETS_A_DAY = 0.0042
SUPPORT = [6, 7, 8]


def write_tickets(world: World, fleet: Fleet, downtime: Downtime, warehouse: Warehouse) -> None:
    """Write tickets; the newest one is opened on the last day of the data."""
    rng = world.rng("tickets")
    customers, times, categories, priorities = zip(
        _device_trouble(fleet, downtime, rng),
        _trickle(world, rng),
        _farewells(world, rng),
        strict=True,
    )
    customer, at = np.concatenate(customers), np.concatenate(times)
    category, priority = np.concatenate(categories), np.concatenate(priorities)
    keep = (at < world.closing) & (at >= world.first * DAY)
    order = np.flatnonzero(keep)[np.argsort(at[keep], kind="stable")]
    customer, at = customer[order], at[order]
    category, priority = category[order], priority[order]
    at[-1] = max(at[-1], world.closing - 8 * 3600)
    hours = MEDIAN_HOURS[priority] * rng.lognormal(0, 0.95, len(at))
    stuck = rng.random(len(at)) < 0.012
    closed = at + (hours * 3600 + 600).astype(np.int64) + stuck * 4_000 * DAY
    open_ = closed >= world.closing
    stage = np.where(open_, np.where(world.closing - at < 5 * 3600, 0, 1 + (at % 2)), 3)
    owner = rng.choice(SUPPORT, len(at), p=[0.42, 0.34, 0.24])
    warehouse.put(
        "hubspot_tickets",
        {
            "_n": np.arange(1, len(at) + 1),
            "_company": customer + 1,
            "_contact": customer + FIRST_CONTACT,
            "_category": pick(category, CATEGORIES),
            "_owner": owner,
            "_closed": instants(np.where(open_, np.nan, closed)),
            "_source": pick(rng.integers(0, 4, len(at)), ["EMAIL", "FORM", "CHAT", "PHONE"]),
            "subject": pick(category, SUBJECTS),
            "content": pick(category, [f"{subject}. Please help." for subject in SUBJECTS]),
            "hs_pipeline_stage": pick(
                stage, ["new", "waiting-on-contact", "waiting-on-us", "closed"]
            ),
            "hs_ticket_priority": pick(priority, PRIORITIES),
            "createdate": instants(at),
            "hs_lastmodifieddate": instants(np.minimum(closed, world.closing - 1)),
            "archived": ~open_,
            "created_at": instants(at),
        },
        id="'tkt_' || lpad(_n::VARCHAR, 6, '0')",
        hs_pipeline="'support-pipeline'",
        properties="""json_object('hs_ticket_category', _category, 'hubspot_owner_id',
            _owner::VARCHAR, 'source_type', _source,
            'closed_date', strftime(_closed, '%Y-%m-%dT%H:%M:%S'))""",
        associations=f"""json_object('company_ids', json_array({COMPANY}),
            'contact_ids', json_array(_contact::VARCHAR), 'deal_ids', json_array())""",
    )


Tickets = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _device_trouble(fleet: Fleet, downtime: Downtime, rng: np.random.Generator) -> Tickets:
    hours = (downtime.end - downtime.start) / 3600
    chance = np.select(
        [downtime.reason == OUTAGE, downtime.reason == FAILURE],
        [0.10, np.where(hours > 6, 0.3, 0.03)],
        0.0,
    )
    chosen = np.flatnonzero(rng.random(len(hours)) < chance)
    wait = rng.integers(1_200, 5 * 3600, len(chosen))
    at = downtime.start[chosen] + np.minimum(wait, (hours[chosen] * 3000).astype(np.int64))
    urgent = (hours[chosen] > 24) | (rng.random(len(chosen)) < 0.3)
    zeros = np.zeros(len(chosen), dtype=np.int64)
    return fleet.customer[downtime.device[chosen]], at, zeros, np.where(urgent, 0, 1)


def _trickle(world: World, rng: np.random.Generator) -> Tickets:
    counts = rng.poisson(TICKETS_A_DAY * np.clip(world.presence, 0, 1))
    day, customer = np.nonzero(counts)
    times = counts[day, customer]
    day, customer = np.repeat(day, times), np.repeat(customer, times)
    at = (world.first + day) * DAY + rng.integers(8 * 3600, 20 * 3600, len(day))
    category = rng.choice(5, len(day), p=[0.22, 0.2, 0.2, 0.2, 0.18])
    return customer, at, category, rng.choice(3, len(day), p=[0.12, 0.5, 0.38])


def _farewells(world: World, rng: np.random.Generator) -> Tickets:
    leaving = [(s.customer, s.end) for s in world.lives.spells if s.end is not None]
    customer = np.repeat(np.array([c for c, _ in leaving]), 2)
    end = np.repeat(np.array([e for _, e in leaving]), 2)
    at = (end - rng.integers(6, 60, len(end))) * DAY + rng.integers(8 * 3600, 20 * 3600, len(end))
    keep = rng.random(len(end)) < 0.55
    category = rng.choice([0, 2], len(end), p=[0.6, 0.4])
    priority = rng.choice(3, len(end), p=[0.45, 0.45, 0.1])
    return customer[keep], at[keep], category[keep], priority[keep]
