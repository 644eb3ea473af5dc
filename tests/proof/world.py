"""A warehouse as the second road sees it: usable facts, how far they are known, plans in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import pandas as pd

from tests.proof import billing_facts as billing
from tests.proof import marketing_facts as marketing
from tests.proof import product_facts as product
from tests.proof import sales_facts, sales_plans, success_world
from tests.proof import usage_facts as usage
from tests.proof.crm import Crm
from tests.proof.days import NEVER, day_of, number
from tests.proof.entities import Entities
from tests.proof.facts import DIMENSIONS, Fact, Promise, make_fact
from tests.proof.raw import Raw, Row, load_tables
from tests.proof.registry import PROOFS

__all__ = ["World", "load_tables"]

TIER_OF = {
    "starter": "Small",
    "professional": "Medium",
    "business": "Large",
    "enterprise": "Enterprise",
}


def tier_of(plan: str) -> str:
    """Size band of a plan."""
    return TIER_OF.get(plan, "Other")


PROMISES = {
    promise.name: promise
    for promise in (
        Promise("subscription_periods", "app_database", ("period_id",), "valid_from", "valid_to"),
        Promise("subscriptions", "app_database", ("subscription_id",), "valid_from", "valid_to"),
        Promise("invoices", "stripe", ("invoice_id",), "created_at"),
        Promise("receivables", "stripe", ("invoice_id",), "valid_from", "valid_to"),
        Promise("charges", "stripe", ("charge_id",), "created_at"),
        Promise("stripe_mrr_periods", "stripe", ("item_id",), "valid_from", "valid_to"),
        Promise("cancellations", "stripe", ("subscription_id",), "valid_from", "valid_to"),
        Promise("tap_events", "app_database", ("event_id",), "occurred_at"),
        Promise("devices_in_service", "app_database", ("device_id",), "valid_from", "valid_to"),
        Promise(
            "warranties", "app_database", ("device_id",), "valid_from", "valid_to", planned=True
        ),
        Promise("device_status", "app_database", ("status_id",), "valid_from", "valid_to"),
        Promise("device_repairs", "app_database", ("repair_id",), "failed_at", "repaired_at"),
        Promise(
            "device_care", "app_database", ("device_id", "valid_from"), "valid_from", "valid_to"
        ),
        Promise("device_firmware", "app_database", ("device_id",), "seen_on"),
        Promise("device_telemetry", "telemetry", ("device_id", "read_at"), "read_at"),
        Promise("sessions", "app_database", ("session_id",), "started_at"),
        Promise("page_views", "app_database", ("page_view_id",), "viewed_at"),
        Promise("feature_use", "app_database", ("usage_id",), "used_at"),
        Promise("activity", "app_database", ("activity_id",), "occurred_at"),
        Promise("registrations", "app_database", ("user_id",), "valid_from", "valid_to"),
        Promise("locations_open", "app_database", ("location_id",), "valid_from", "valid_to"),
        Promise("tickets", "hubspot", ("ticket_id",), "valid_from", "valid_to"),
        Promise("ad_spend", "ads", ("spend_id",), "date"),
        Promise("company_costs", "finance", ("valid_from",), "valid_from", "valid_to"),
        Promise("leads", "hubspot", ("mql_id",), "qualified_at"),
        *product.PROMISES,
        *success_world.PROMISES,
        *marketing.PROMISES,
        *sales_facts.PROMISES,
        *sales_plans.PROMISES,
    )
}
ACCRUING = ("company_costs",)
"""Facts whose intervals say something about every day up to their end."""


class World:
    """Everything the questions are asked of.

    `facts` holds the usable rows by name. Facts whose dimensions are those of a key go by
    "<fact> of <keys>": a user's sessions count for the user's own customer, wherever they were.
    """

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        last_full_day: date,
        time_zone: str = "UTC",
        week_start: int = 0,
        fiscal_month: int = 1,
        price_per_litre: float = 8.0,
        energy_price_kwh: float = 0.12,
    ) -> None:
        self.last_full_day = number(last_full_day)
        self.time_zone = time_zone
        self.week_start = week_start
        self.fiscal_month = fiscal_month
        self.price_per_litre = price_per_litre
        self.energy_price_kwh = energy_price_kwh
        self.raw = Raw(tables)
        self.entities = Entities(self.raw, time_zone)
        self.crm = Crm(self.raw, self.entities)
        self.facts: dict[str, Fact] = {}
        self.cache: dict[Any, Any] = {}
        self._read_facts()
        self._watermarks = self._find_watermarks()

    # How far the facts are known

    def as_of_fact(self, name: str) -> int | None:
        """The last known day of a fact; None where it has no rows."""
        fact = self.facts[name]
        if fact.rows.empty:
            return None
        if fact.promise.time == "seen_on":
            return self.last_full_day  # the day it was looked at
        known = [self._watermarks[one] for one in fact.promise.systems if one in self._watermarks]
        if fact.promise.planned:
            return min(known, default=self.last_full_day)  # a plan holds until another is made
        return min(known, default=None)

    def first_day(self, name: str) -> int | None:
        """The first known day of a fact."""
        return self.facts[name].first_day

    def as_of(self, metric: str) -> date | None:
        """The last day a metric is final at: that of its least complete fact, or before it."""
        wanted = PROOFS[metric]
        known = [self.as_of_fact(name) for name in wanted.facts]
        if any(day is None for day in known):
            return None
        known += [self.as_of_fact(name) for name in wanted.uses]
        return day_of(min(day for day in known if day is not None) - wanted.settles)

    def _find_watermarks(self) -> dict[str, int]:
        """The last day of each system; what is seen, or comes of several, tells nothing of it."""
        latest: dict[str, int] = {}
        for name, promise in PROMISES.items():
            fact, system = self.facts[name], promise.system
            if promise.planned or promise.time == "seen_on" or len(promise.systems) > 1:
                continue
            day = fact.last_day
            if day is not None and name in ACCRUING:
                ended = fact.rows[fact.rows["until"] < NEVER]
                day = max([day, *(until - 1 for until in ended["until"])])
                day = min(day, self.last_full_day)
            if day is not None:
                latest[system] = max(day, latest.get(system, day))
        return latest

    # Plans

    def plan_on(self, customer: str | None, day: int) -> str | None:
        """The dearest plan in force that day; after the end the last plan there was."""
        key = ("plan", customer, day)
        if key not in self.cache:
            self.cache[key] = self._find_plan(customer, day)
        return self.cache[key]

    def tier_on(self, customer: str | None, day: int) -> str | None:
        """Size band of the plan in force that day."""
        plan = self.plan_on(customer, day)
        return None if plan is None else tier_of(plan)

    def _find_plan(self, customer: str | None, day: int) -> str | None:
        begun = [
            row for row in self._plans().get(customer, ()) if row.day <= day and row.until > row.day
        ]
        if not begun:
            return None
        at = min(day, max(row.until for row in begun) - 1)
        in_force = [row for row in begun if row.day <= at < row.until]
        return min(in_force, key=lambda row: (-row.mrr, row.plan, row.period_id)).plan

    def _plans(self) -> dict[str, list[Any]]:
        if "plans" not in self.cache:
            found: dict[str, list[Any]] = {}
            for row in self.facts["subscription_periods"].rows.itertuples():
                if row.plan is not None and row.customer_id is not None:
                    found.setdefault(row.customer_id, []).append(row)
            self.cache["plans"] = found
        return self.cache["plans"]

    # Recurring revenue

    def mrr_on(self, day: int) -> dict[str | None, Decimal]:
        """What each customer pays a month on a day; customers who pay nothing are left out."""
        key = ("mrr", day)
        if key not in self.cache:
            paid: dict[str | None, Decimal] = {}
            for row in self.facts["subscription_periods"].rows.itertuples():
                if row.day <= day < row.until:
                    paid[row.customer_id] = paid.get(row.customer_id, Decimal(0)) + row.mrr
            self.cache[key] = paid
        return self.cache[key]

    def first_paid_day(self) -> dict[str | None, int]:
        """The first day ever on which each customer paid something."""
        if "first paid" not in self.cache:
            first: dict[str | None, int] = {}
            for row in self.facts["subscription_periods"].rows.itertuples():
                if row.until > row.day:
                    first[row.customer_id] = min(row.day, first.get(row.customer_id, row.day))
            self.cache["first paid"] = first
        return self.cache["first paid"]

    def payers(self) -> pd.DataFrame:
        """Everyone who ever had a period of a paid subscription, with dimensions."""
        if "payers" not in self.cache:
            ids = dict.fromkeys(self.facts["subscription_periods"].rows.get("customer_id", ()))
            rows = [{"customer_id": one, **self._by(self.entities.of_customer(one))} for one in ids]
            self.cache["payers"] = pd.DataFrame(rows, dtype=object)
        return self.cache["payers"]

    # Reading

    def _read_facts(self) -> None:
        raw, entities = self.raw, self.entities
        stripe = billing.Stripe(raw, self.time_zone)
        of_customer = self._of("customer_id", entities.of_customer)
        of_device = self._of("device_id", entities.of_device)
        self._add("subscription_periods", billing.subscription_periods(raw), of_customer)
        self._add("subscriptions", billing.subscriptions(raw), of_customer)
        self._add("invoices", stripe.invoices(), of_customer)
        self._add("receivables", stripe.receivables(), of_customer)
        self._add("charges", stripe.charges(), of_customer)
        self._add("stripe_mrr_periods", stripe.mrr_periods(), of_customer)
        self._add("cancellations", stripe.cancellations(), of_customer)
        self._add("company_costs", billing.company_costs(raw), lambda row: {})
        self._add("ad_spend", billing.ad_spend(raw), self._of_campaign)
        self._add("leads", billing.leads(raw), self._of_campaign)
        for name, rows in marketing.Facts(raw, self._rows, self.time_zone).by_name():
            self._add(name, rows, self._of_campaign)
        self._add(
            "tap_events",
            self._with_tap(usage.tap_events(raw)),
            lambda row: entities.of_event_at(row["device_id"], row["location_id"]),
        )
        self._add("devices_in_service", usage.devices_in_service(entities), of_device)
        self._add("warranties", usage.warranties(raw), of_device)
        self._add("device_status", usage.device_status(raw, entities), of_device)
        statuses = self._rows("device_status")
        self._add("device_repairs", usage.device_repairs(statuses), of_device)
        care = usage.device_care(raw, entities, self.time_zone)
        self._add("device_care", care, of_device)
        seen_on = day_of(self.last_full_day)
        self._add("device_firmware", usage.device_firmware(raw, seen_on), of_device)
        self._add("device_telemetry", usage.device_telemetry(raw), of_device)
        self._add_use(raw, of_customer)
        more = product.ProductFacts(raw, entities, self._rows, self.time_zone)
        for name, rows, dimensions in chain(more.derived(), more.watched()):
            self._add(name, rows, dimensions)
        self._add("registrations", usage.registrations(entities), self._of_registered)
        self._add("locations_open", usage.locations_open(entities), self._of_open_location)
        self._add("tickets", usage.tickets(raw), self._of_ticket)
        for name, rows, dimensions in success_world.facts(self):
            self._add(name, rows, dimensions)
        for about in (
            sales_facts.Sales(raw, self.crm, self.time_zone, self._rows).facts(seen_on),
            sales_plans.Plans(raw, self.crm, self.time_zone, self._rows).facts(),
        ):
            for name, rows, dimensions in about:
                self._add(name, rows, dimensions)
        self._add_views()

    def _add_use(self, raw: Raw, of_customer: Callable[[Row], dict[str, Any]]) -> None:
        self._add("page_views", usage.page_views(raw), self._of_use("page"))
        landings = product.landing_pages(self._rows("page_views"))
        sessions = [
            {**row, "landing_page": landings.get(row["session_id"])} for row in usage.sessions(raw)
        ]
        of_session = self._of_use("device_type", "browser", "landing_page")
        self._add("sessions", sessions, of_session)
        self._add("feature_use", usage.feature_use(raw), self._of_use("feature_name"))
        kinds = {
            "session": self._rows("sessions"),
            "page_view": self._rows("page_views"),
            "feature": self._rows("feature_use"),
        }
        self._add("activity", usage.activity(kinds), of_customer)

    def _add_views(self) -> None:
        """Facts whose rows count for their user, device or location."""
        entities = self.entities
        of_user = self._of("user_id", entities.of_user)
        self._view("sessions of users", "sessions", of_user, keep=("device_type",))
        self._view("activity of users", "activity", of_user)
        by_feature = ("feature_name", "category")
        self._view("feature_use of users", "feature_use", of_user, keep=by_feature)
        self._view("tap_events of devices", "tap_events", self._of("device_id", entities.of_device))
        of_location = self._of("location_id", entities.of_location)
        self._view("tap_events of locations", "tap_events", of_location)

    def _add(
        self, name: str, rows: Iterable[Row], dimensions: Callable[[Row], dict[str, Any]]
    ) -> None:
        promise = PROMISES[name]
        self.facts[name] = make_fact(promise, rows, self.last_full_day, self.time_zone, dimensions)

    def _view(
        self,
        name: str,
        fact: str,
        dimensions: Callable[[Row], dict[str, Any]],
        keep: tuple[str, ...] = (),
    ) -> None:
        base = self.facts[fact]
        rows = base.rows.copy()
        found = [dimensions(row) for row in rows.to_dict("records")]
        for dimension in DIMENSIONS:
            if dimension not in keep:
                rows[f"by_{dimension}"] = pd.Series(
                    [one.get(dimension) for one in found], index=rows.index, dtype=object
                )
        self.facts[name] = replace(base, rows=rows)

    def _rows(self, name: str) -> list[Row]:
        return self.facts[name].rows.to_dict("records")

    def _with_tap(self, rows: Iterable[Row]) -> Iterable[Row]:
        return ({**row, "is_tap": self.entities.is_tap(row["device_id"])} for row in rows)

    @staticmethod
    def _of(column: str, find: Callable[[Any], dict[str, Any]]) -> Callable[[Row], dict[str, Any]]:
        known: dict[Any, dict[str, Any]] = {}

        def of_row(row: Row) -> dict[str, Any]:
            if row[column] not in known:
                known[row[column]] = find(row[column])
            return dict(known[row[column]])

        return of_row

    def _of_use(self, *own: str) -> Callable[[Row], dict[str, Any]]:
        """Dimensions of use: the account it was for, the role of its user, columns of its own."""
        of_customer = self._of("customer_id", self.entities.of_customer)

        def of_row(row: Row) -> dict[str, Any]:
            user = self.entities.users.get(row["user_id"] or "", {})
            found = {**of_customer(row), "role": user.get("role")}
            feature = self.entities.features.get(row.get("feature_name") or "", {})
            return found | {name: row[name] for name in own} | {"category": feature.get("category")}

        return of_row

    def _of_registered(self, row: Row) -> dict[str, Any]:
        return {
            **self.entities.of_customer(row["customer_id"]),
            **self.entities.own(row["user_id"]),
        }

    def _of_open_location(self, row: Row) -> dict[str, Any]:
        return self.entities.of_location(row["location_id"])

    def _of_ticket(self, row: Row) -> dict[str, Any]:
        own = {name: row[name] for name in ("priority", "category")} | self.crm.of_owner(row)
        return self.entities.of_customer(row["customer_id"]) | own

    def _of_campaign(self, row: Row) -> dict[str, Any]:
        """Dimensions of marketing: the campaign, words of the row's own, those of its customer."""
        customer = self.entities.of_customer(row["customer_id"]) if "customer_id" in row else {}
        campaign = self.entities.campaigns.get(row.get("campaign_id") or "", {})
        known = {**customer, "campaign": row.get("campaign_id"), **campaign}
        return {name: row.get(name, known.get(name)) for name in DIMENSIONS}

    @staticmethod
    def _by(dimensions: dict[str, Any]) -> dict[str, Any]:
        return {f"by_{name}": dimensions.get(name) for name in DIMENSIONS}
