"""Marketing: leads, qualified leads, what becomes of them, and what a new customer costs."""

from __future__ import annotations

from tests.proof.advertising import SPEND, spent
from tests.proof.question import (
    Question,
    Value,
    count,
    divide,
    growth,
    times,
    total,
)
from tests.proof.registry import proof
from tests.proof.revenue import (
    COSTS,
    PERIODS,
    acquisition_cost,
    arpa,
    gross_margin,
    moves,
    new_customers_12m,
    summed,
)
from tests.proof.sales import CLOSED, avg_deal_size, avg_sales_cycle_days_12m, share_within
from tests.proof.sales_work import CONVERSIONS

LEADS, NEW, WON = "leads", "new_leads", "won_leads"
IN_TIME = 90


# Leads


@proof("total_leads", "open_leads")
def total_leads(q: Question) -> Value:
    return count(q.in_force("open_leads"))


@proof("leads_created", NEW)
def leads_created(q: Question) -> Value:
    return count(q.during(NEW, q.period))


@proof("leads_won", WON)
def leads_won(q: Question) -> Value:
    return count(q.during(WON, q.period))


def _share_in_time(q: Question, event: str) -> Value:
    """Of the period's leads, all of them old enough: the share with the event by day 90."""
    created = q.during(NEW, q.period)
    if created is None or not q.covers_after(event, IN_TIME):
        return None
    days: dict[str, list[int]] = {}
    for contact, day in zip(
        *(q.world.facts[event].rows[c] for c in ("contact_id", "day")), strict=True
    ):
        days.setdefault(contact, []).append(day)
    known = created[created["contact_id"].notna()]
    reached = sum(
        any(at - day <= IN_TIME for at in days.get(contact, ()))
        for contact, day in zip(known["contact_id"], known["day"], strict=True)
    )
    return divide(float(reached), count(known))


@proof("qualification_rate", NEW, LEADS, settles=IN_TIME)
def qualification_rate(q: Question) -> Value:
    return _share_in_time(q, LEADS)


@proof("lead_conversion_rate", NEW, WON, settles=IN_TIME)
def lead_conversion_rate(q: Question) -> Value:
    return _share_in_time(q, WON)


@proof("mqls_per_lead", NEW, LEADS)
def mqls_per_lead(q: Question) -> Value:
    return divide(total_mqls(q), leads_created(q))


@proof("won_leads_per_lead", NEW, WON)
def won_leads_per_lead(q: Question) -> Value:
    return divide(leads_won(q), leads_created(q))


@proof("cost_per_lead", SPEND, NEW)
def cost_per_lead(q: Question) -> Value:
    return divide(spent(q, q.period), leads_created(q))


# Qualified leads


@proof("total_mqls", LEADS)
def total_mqls(q: Question) -> Value:
    return count(q.during(LEADS, q.period))


@proof("mqls_last_30d", LEADS)
def mqls_last_30d(q: Question) -> Value:
    return count(q.during(LEADS, q.last(days=30)))


@proof("mqls_1m", LEADS)
def mqls_1m(q: Question) -> Value:
    return count(q.during(LEADS, q.last(months=1)))


@proof("lead_velocity_rate", LEADS)
def lead_velocity_rate(q: Question) -> Value:
    return growth(mqls_1m(q), mqls_1m(q.before(months=1)))


@proof("cost_per_mql", SPEND, LEADS)
def cost_per_mql(q: Question) -> Value:
    return divide(spent(q, q.period), total_mqls(q))


def _mean(q: Question, column: str, most: float) -> Value:
    """Mean of what the source keeps with a lead, over the leads with a value that can be."""
    leads = q.during(LEADS, q.period, lambda r: (r[column] >= 0) & (r[column] <= most))
    return divide(total(leads, column), count(leads))


@proof("avg_mql_score", LEADS)
def avg_mql_score(q: Question) -> Value:
    return _mean(q, "score", 100)


@proof("avg_lead_engagement_score", LEADS)
def avg_lead_engagement_score(q: Question) -> Value:
    return _mean(q, "engagement_score", 100)


@proof("avg_conversion_probability", LEADS)
def avg_conversion_probability(q: Question) -> Value:
    return _mean(q, "conversion_probability", 1)


@proof("avg_days_to_mql", LEADS)
def avg_days_to_mql(q: Question) -> Value:
    return _mean(q, "days_to_mql", float("inf"))


@proof("high_quality_mql_pct", LEADS)
def high_quality_mql_pct(q: Question) -> Value:
    scored = q.during(LEADS, q.period, lambda r: (r.score >= 0) & (r.score <= 100))
    good = q.during(LEADS, q.period, lambda r: (r.score >= 80) & (r.score <= 100))
    return divide(count(good), count(scored))


# How much leads are worth a day


@proof("mql_conversion_rate_12m", LEADS, CONVERSIONS)
def mql_conversion_rate_12m(q: Question) -> Value:
    return share_within(q, q.last(months=12), LEADS, CONVERSIONS, "mql_id", IN_TIME)


@proof("marketing_velocity", LEADS, CONVERSIONS, CLOSED)
def marketing_velocity(q: Question) -> Value:
    factors = times(mqls_last_30d(q), mql_conversion_rate_12m(q), avg_deal_size(q))
    return divide(factors, avg_sales_cycle_days_12m(q))


# What a customer costs


def _won(q: Question) -> Value:
    return summed(moves(q, q.period), lambda move: move.is_new)


@proof("customer_acquisition_cost", COSTS, PERIODS)
def customer_acquisition_cost(q: Question) -> Value:
    return divide(acquisition_cost(q, q.period), _won(q))


@proof("customer_acquisition_cost_12m", COSTS, PERIODS)
def customer_acquisition_cost_12m(q: Question) -> Value:
    return divide(acquisition_cost(q, q.last(months=12)), new_customers_12m(q))


@proof("customer_acquisition_cost_ad_spend", SPEND, PERIODS)
def customer_acquisition_cost_ad_spend(q: Question) -> Value:
    return divide(spent(q, q.period), _won(q))


@proof("cac_payback_months", COSTS, PERIODS)
def cac_payback_months(q: Question) -> Value:
    return divide(customer_acquisition_cost(q), times(arpa(q), gross_margin(q)))


@proof("cac_payback_months_12m", COSTS, PERIODS)
def cac_payback_months_12m(q: Question) -> Value:
    return divide(customer_acquisition_cost_12m(q), times(arpa(q), gross_margin(q)))
