"""The metrics of the fake layer: live ones with a size and a rise, others that wait."""

# ruff: noqa: E501 (the tables read better unbroken)

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

from metrics import Lack

AS_OF = date(2026, 11, 18)
FIRST_DAY = date(2024, 7, 1)
CUTS = {
    "account": ("customer", "tier", "industry", "region"),
    "customer": ("tier", "industry", "region"),
    "place": ("industry", "region"),
    "": (),
}

# name, label, unit, display unit, kind, importance, domains, direction, size, yearly growth, cuts
LIVE = """
total_mrr|Monthly recurring revenue|currency||stock|1|revenue company|up|8e6|.22|account
total_arr|Annual recurring revenue|currency||derived|1|revenue company|up|9.6e7|.22|customer
arpa|Average revenue per account|currency||ratio|1|revenue|up|518|.07|customer
new_mrr|New MRR|currency||movement|1|revenue|up|2e5|.2|customer
reactivation_mrr|Reactivation MRR|currency||movement|3|revenue|up|2e4|.1|customer
expansion_mrr|Expansion MRR|currency||movement|1|revenue|up|9e4|.3|customer
contraction_mrr|Contraction MRR|currency||movement|2|revenue|down|3e4|.1|customer
churned_mrr|Churned MRR|currency||movement|1|revenue|down|8e4|.15|customer
net_new_mrr|Net new MRR|currency||movement|1|revenue company|up|2e5|.24|customer
net_revenue_retention|Net revenue retention|percentage||ratio|1|revenue company|up|1.157|.01|customer
gross_revenue_retention|Gross revenue retention|percentage||ratio|1|revenue company|up|.93|.01|customer
customer_churn_rate|Customer churn rate|percentage||ratio|1|revenue company|down|.024|.04|customer
quick_ratio|Quick ratio|ratio||ratio|2|revenue|up|3.4|.06|
payment_success_rate|Payment success rate|percentage||ratio|2|revenue|up|.984|0|
outstanding_receivables|Outstanding receivables|currency||stock|2|revenue|down|4e5|.1|customer
active_customers|Active customers|count|customers|stock|1|company|up|16200|.22|customer
net_new_customers_30d|Net new customers, 30 days|count|customers|movement|1|company|up|240|.2|customer
monthly_active_users|Monthly active users|count|users|distinct|1|engagement company|up|52100|.29|customer
dau_mau_ratio|Stickiness (DAU / MAU)|percentage||ratio|1|engagement company|up|.31|.03|customer
customer_acquisition_cost|Customer acquisition cost|currency||ratio|1|marketing company|down|1460|.03|
ltv_cac_ratio|LTV to CAC|ratio||ratio|1|revenue company|up|3.1|.05|
total_devices|Devices|count|devices|stock|2|operations|up|2000|.1|place
online_devices|Devices online|count|devices|stock|1|operations|up|1920|.1|place
device_availability_pct|Device availability|percentage||ratio|1|operations company|up|.9991|0|place
uptime_percentage_30d|Uptime, 30 days|percentage||ratio|1|operations|up|.995|0|place
tap_events_30d|Pours, 30 days|count|pours|flow|1|operations company|up|160000|.12|place
total_volume_liters_30d|Volume poured, 30 days|count|litres|flow|1|operations|up|71000|.12|place
quality_issue_rate_30d|Quality issue rate, 30 days|percentage||ratio|1|operations|down|.013|-.1|place
devices_needing_maintenance|Devices needing maintenance|count|devices|stock|1|operations|down|64|.2|place
avg_days_since_maintenance|Days since maintenance|duration|days|derived|3|operations|down|47|.05|place
active_locations|Active locations|count|locations|distinct|1|operations|up|820|.1|place
operational_health_score|Operational health|score||score|1|operations|up|81|.02|place
active_users|Active users|count|users|distinct|1|engagement|up|61000|.25|customer
active_accounts|Active accounts|count|customers|distinct|1|engagement|up|15100|.2|customer
account_engagement_rate|Account engagement rate|percentage||ratio|1|engagement|up|.84|.02|customer
total_sessions_30d|Sessions, 30 days|count|sessions|flow|2|engagement|up|480000|.2|customer
avg_session_minutes_30d|Session length, 30 days|duration|minutes|ratio|2|engagement|up|11.5|-.05|customer
avg_user_engagement_score|User engagement|score||score|1|engagement|up|58|.04|account
inactive_users|Inactive users|count|users|stock|2|engagement|down|9800|.1|customer
engaged_user_rate|Engaged users|percentage||ratio|2|engagement|up|.42|.05|customer
customer_health_score|Customer health|score||score|1|customer_success company|up|72|.02|account
mrr_at_risk|MRR at risk|currency||score|1|customer_success|down|6e4|.1|account
at_risk_customer_count|Customers at risk|count|customers|score|1|customer_success|down|40|.1|account
opening_mrr|Opening MRR|currency||movement|3|revenue|neutral|7e6|.2|customer
closing_mrr|Closing MRR|currency||movement|3|revenue|up|8e6|.2|customer
user_retention_d7_bracket|Retention, days 7 to 13|percentage||cohort|3|product|up|.6|0|customer
support_tickets_open|Open support tickets|count|tickets|stock|2|customer_success company|down|41|.1|customer
total_pipeline_value|Open pipeline|currency||stock|1|sales company|up|2.1e6|.15|
win_rate|Win rate, 90 days|percentage||ratio|1|sales company|up|.41|.02|
total_mqls|Marketing qualified leads|count|leads|flow|1|marketing sales company|up|1240|.12|
"""

# name, label, unit, importance, domains, what it waits for
WAITING = """
gross_margin|Gross margin|percentage|1|revenue company|raw.cost_of_revenue.amount
deferred_revenue|Deferred revenue|currency|3|revenue company|raw.revenue_schedule.amount
nps_score|Net promoter score|score|1|company|raw.survey_responses.score
cash_runway_months|Cash runway|duration|2|company|raw.finance_ledger.balance
rule_of_40_score|Rule of 40|score|2|company|raw.finance_ledger.operating_cost
mtbf_hours|Mean time between failures|duration|2|operations|raw.failure_events.occurred_at
api_response_time_ms|API response time|duration|3|operations|raw.api_logs.duration_ms
"""


def infos() -> Iterator[SimpleNamespace]:
    for line in LIVE.strip().splitlines():
        name, label, unit, shown, kind, tier, domains, direction, size, rise, cuts = line.split("|")
        yield _info(
            name,
            label,
            unit,
            int(tier),
            tuple(domains.split()),
            display_unit=shown,
            kind=kind,
            direction=direction,
            dimensions=CUTS[cuts],
            size=float(size),
            rise=float(rise),
            additive_over_time=kind in ("flow",),
            additive_over=CUTS[cuts] if kind in ("flow", "stock", "movement") else (),
            grouped_over=CUTS[cuts] if kind != "distinct" else (),
            explained_by=CUTS[cuts] if kind not in ("distinct", "score") else (),
        )
    for line in WAITING.strip().splitlines():
        name, label, unit, tier, domains, need = line.split("|")
        yield _info(
            name,
            label,
            unit,
            int(tier),
            tuple(domains.split()),
            kind="flow",
            status="waiting",
            lacks=(_lack(need),),
            answerable=False,
            first_day=None,
            as_of=None,
        )


def _lack(need: str) -> Lack:
    table, _, column = need.rpartition(".")
    return Lack("table", table, ((column, "number"),))


def _info(
    name: str, label: str, unit: str, tier: int, domains: tuple[str, ...], **more: Any
) -> SimpleNamespace:
    values = {
        "name": name,
        "label": label,
        "description": f"{label}: how it is counted, from which rows, and what is left out.",
        "formula": f"sum({name}) over the period",
        "unit": unit,
        "display_unit": "",
        "kind": "flow",
        "tier": tier,
        "tiers": dict.fromkeys(domains, tier),
        "domains": domains,
        "direction": "up",
        "owner": "Finance",
        "tags": (),
        "aliases": (),
        "synonyms": (),
        "dimensions": (),
        "caveats": "Late rows change the last days.",
        "differs": "",
        "related": ("total_mrr", "active_customers"),
        "window": "period",
        "status": "live",
        "lacks": (),
        "answerable": True,
        "lost_dimensions": {},
        "proof": None,
        "facts": ("subscription_periods",),
        "sources": ("raw.app_database_subscriptions",),
        "hash": hashlib.sha256(name.encode()).hexdigest()[:8],
        "first_day": FIRST_DAY,
        "as_of": AS_OF,
        "settles": 0,
        "additive_over_time": False,
        "additive_over": (),
        "grouped_over": (),
        "explained_by": (),
        "size": 1.0,
        "rise": 0.0,
        **more,
    }
    # What the layer derives from `lacks`.
    derived = {
        "waiting_for": tuple(map(str, values["lacks"])),
        "waits_on": tuple(lack.about for lack in values["lacks"]),
    }
    return SimpleNamespace(**values, **derived)
