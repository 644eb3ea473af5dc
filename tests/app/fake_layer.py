"""A metrics layer made of formulas: the same API, steady numbers, no warehouse.

Pages are tested against it where the point is the screen, not the number: empty states, errors,
waiting metrics, hostile member names. Whatever `FakeLayer.fault` holds is raised by a query.
"""

# ruff: noqa: E501 (the tables read better unbroken)

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd

from metrics import (
    OTHER,
    Chain,
    Explanation,
    FactRows,
    Impact,
    Lack,
    Operand,
    Query,
    Result,
    Stamp,
    Step,
)
from metrics.errors import MetricWaitingError, UnknownNameError
from metrics.lineage.chain import QueryUse, SourceUse
from metrics.periods import (
    Calendar,
    Period,
    comparison_shift,
    move_period,
    split,
)
from metrics.query.search import search
from metrics.query.wanted import ranked
from metrics.result import Ran
from metrics.settings import Settings, load_settings
from tests.app.fake_builds import AS_OF, BUILD, COMPUTED, builds
from tests.app.fake_explore import explained, fact_rows, operands
from tests.app.fake_quality import FakeQuality

FIRST_DAY = date(2024, 7, 1)
MEMBERS = {
    "tier": ["Enterprise", "Mid-market", "SMB", "Self-serve"],
    "industry": ["Bar", "Brewery", "Hotel", "Restaurant", "Stadium"],
    "region": ["Americas", "APAC", "EMEA"],
}
CUTS = {"customer": ("tier", "industry", "region"), "place": ("industry", "region"), "": ()}

# name, label, unit, display unit, kind, importance, domains, direction, size, yearly growth, cuts
LIVE = """
total_mrr|Monthly recurring revenue|currency||stock|1|revenue company|up|8e6|.22|customer
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
avg_user_engagement_score|User engagement|score||score|1|engagement|up|58|.04|customer
inactive_users|Inactive users|count|users|stock|2|engagement|down|9800|.1|customer
engaged_user_rate|Engaged users|percentage||ratio|2|engagement|up|.42|.05|customer
customer_health_score|Customer health|score||score|1|customer_success company|up|72|.02|customer
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


class FakeCatalog:
    """Definitions parsed from the tables above."""

    def __init__(self) -> None:
        self.metrics = {info.name: info for info in _infos()}
        self.quality = FakeQuality()
        self.dimensions = {
            name: SimpleNamespace(name=name, label=name.capitalize(), description=f"By {name}.")
            for name in MEMBERS
        }

    def resolve(self, name: str, domain: str | None = None) -> Any:
        if name not in self.metrics:
            raise UnknownNameError("metric", name, self.metrics)
        return self.metrics[name]

    def domain(self, domain: str) -> list[Any]:
        return [info for info in self.metrics.values() if domain in info.domains]

    def search(self, text: str = "", **narrowed: Any) -> list[Any]:
        return search(self.metrics.values(), text, **narrowed)

    def wanted(self) -> tuple[Any, ...]:
        return ranked(self.metrics.values())

    def chain(self, name: str) -> Chain:
        info = self.metrics[name]
        root = Step("metric", name, info.label, (Step("measure", "mrr", "stock of periods"),))
        query = QueryUse("fact.periods", "Periods", "facts/periods.sql", False, (), info.sources)
        sources = tuple(SourceUse(one, ("price",), ("id",), (), True, 2) for one in info.sources)
        return Chain(name, root, (query,), sources, {})

    def without(self, place: str) -> Impact:
        waits = tuple(name for name, info in self.metrics.items() if place in info.sources)
        return Impact(place, ("facts/periods.sql",), waits, waits, {}, ())


class FakeLayer:
    """The layer and its lease in one; counts batches so that tests can hold pages to one."""

    def __init__(self, members: dict[str, list[str]] | None = None) -> None:
        self.catalog = FakeCatalog()
        self.member_lists = members or MEMBERS
        self.fault: Exception | None = None
        self.empty = False
        self.batches = 0
        self.explained = 0
        self.read = 0
        self.gone: Exception | None = None
        self.agrees = True
        self.history = builds
        self.store = SimpleNamespace(current_id=lambda: BUILD)
        self.build = SimpleNamespace(
            id=BUILD,
            finished_at=COMPUTED,
            as_of=AS_OF,
            first_day=FIRST_DAY,
            warehouse="Demo warehouse",
            engine="duckdb",
            is_demo=True,
            identities=(),
        )

    @property
    def settings(self) -> Settings:
        return load_settings()

    @contextmanager
    def hold(self) -> Iterator[FakeLayer]:
        yield self

    def members(self, dimension: str) -> list[str]:
        return self.member_lists[dimension]

    def query_many(self, queries: Sequence[Query]) -> list[Result]:
        self.batches += 1
        if self.fault is not None:
            raise self.fault
        return [self._answer(query) for query in queries]

    def explain_query(self, query: Query, top: int = 8) -> Explanation:
        self.explained += 1
        return explained(self._answer(query), self.catalog.metrics[query.metrics[0]], top)

    def operands(self, metric: str) -> list[Operand]:
        return operands(self.catalog.metrics[metric])

    def rows_of(self, query: Query, of: str, page: int) -> FactRows:
        self.read += 1
        if self.gone is not None:
            raise self.gone
        return fact_rows(query, self.operands(query.metrics[0])[0], page, self.agrees)

    def _answer(self, query: Query) -> Result:
        names = list(query.metrics)
        for name in names:
            if self.catalog.metrics[name].status != "live":
                raise MetricWaitingError(f"{name} waits for data.")
        by = list(query.by)
        rows = [row for name in names for row in self._rows(name, query, by)]
        if self.empty:
            rows = [
                {**row, **dict.fromkeys(("value", "change", "growth"), math.nan)} for row in rows
            ]
        hashes = {name: self.catalog.metrics[name].hash for name in names}
        as_of = dict.fromkeys(names, AS_OF)
        stamp = Stamp(BUILD, "duckdb", "Demo warehouse", hashes, as_of, COMPUTED, "store", ())
        ran = Ran("part", "exact", len(rows), _statement)
        known = self.member_lists[by[0]] if by else []
        left_out = max(0, len(known) - (query.top or len(known)))
        return Result(pd.DataFrame(rows), stamp, query.by, (ran,), left_out=left_out)

    def _rows(self, name: str, query: Query, by: list[str]) -> Iterator[dict[str, Any]]:
        assert query.start
        assert query.end
        start, end, grain = query.start, query.end, query.grain
        shift = comparison_shift(query.compare, start, end, grain) if query.compare else None
        members: list[Any] = list(self.member_lists[by[0]]) if by else [None]
        if query.top and len(members) > query.top:
            members = [*members[: query.top], *([OTHER] if query.other else [])]
        for period in split(start, end, grain, Calendar()):
            earlier = move_period(period, shift, grain) if shift else None
            for member in members:
                yield self._row(name, period, earlier, by, member, dict(query.where))

    def _row(
        self,
        name: str,
        period: Period,
        earlier: Period | None,
        by: list[str],
        member: Any,
        where: dict[str, tuple[str | None, ...]],
    ) -> dict[str, Any]:
        value = self._value(name, period, member, where)
        before = self._value(name, earlier, member, where) if earlier else math.nan
        return {
            "metric": name,
            "start": period.start,
            "end": period.end,
            "complete": period.complete and period.end <= AS_OF,
            "covered_days": period.days,
            "bucket_days": period.bucket_days,
            **({by[0]: member} if by else {}),
            "value": value,
            "numerator": value,
            "denominator": math.nan,
            "previous_value": before,
            "change": value - before,
            "growth": (value - before) / before if before > 0 else math.nan,
            "previous_start": earlier.start if earlier else None,
            "previous_end": earlier.end if earlier else None,
        }

    def _value(
        self,
        name: str,
        period: Period,
        member: Any,
        where: dict[str, tuple[str | None, ...]],
    ) -> float:
        info = self.catalog.metrics[name]
        if period.end < FIRST_DAY:
            return math.nan
        years = (period.end - AS_OF).days / 365
        wave = 0.03 * math.sin(period.end.toordinal() / 40 + _share(name) * 6)
        value = info.size * (1 + info.rise) ** years * (1 + wave)
        if info.unit in ("currency", "count"):
            if member is not None:
                value *= 0.15 + 0.5 * _share(str(member))
            for members in where.values():
                value *= 0.3 * len(members)
        elif member is not None:
            value *= 0.9 + 0.1 * _share(str(member))
        if info.kind == "movement":
            value *= period.days / 30
        return round(value) if info.unit == "count" else value


def _statement() -> str:
    return "SELECT day, sum(value) FROM parts GROUP BY day"


def _share(text: str) -> float:
    return hashlib.sha256(text.encode()).digest()[0] / 255


def _infos() -> Iterator[SimpleNamespace]:
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
