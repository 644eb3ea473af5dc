"""Rows of the facts about leads and prospects, and of what sales plans and promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.proof.crm import Crm, text
from tests.proof.days import local
from tests.proof.facts import Promise
from tests.proof.raw import Raw, Row, first_not_none, lower, money, read_json
from tests.proof.sales_facts import Dimensions, Rows

PROMISES = (
    Promise("prospects", "hubspot app_database", ("company_id",), "valid_from", "valid_to"),
    Promise("lead_conversions", "hubspot", ("mql_id",), "converted_at"),
    Promise("lead_responses", "hubspot", ("mql_id",), "qualified_at", "touched_at"),
    Promise(
        "sales_targets",
        "targets",
        ("valid_from", "valid_to"),
        "valid_from",
        "valid_to",
        planned=True,
    ),
    Promise(
        "sales_quotas",
        "sales_planning",
        ("owner_id", "valid_from", "valid_to"),
        "valid_from",
        "valid_to",
        planned=True,
    ),
    Promise(
        "sales_forecasts",
        "sales_planning",
        ("owner_id", "period_start", "period_end", "valid_from"),
        "valid_from",
        "valid_to",
        planned=True,
    ),
    Promise(
        "forecast_results",
        "sales_planning hubspot",
        ("period_start", "period_end"),
        "ended_on",
        planned=True,
    ),
    Promise(
        "rep_ramps", "sales_planning hubspot", ("owner_id",), "valid_from", "valid_to", planned=True
    ),
    Promise(
        "contract_renewals", "contracts", ("contract_id", "due_date"), "due_date", planned=True
    ),
)
WEEK = timedelta(days=7)


class Plans:
    """Tables about leads, targets, quotas and contracts; `rows_of` gives rows of other facts."""

    def __init__(self, raw: Raw, crm: Crm, time_zone: str, rows_of: Rows) -> None:
        self._raw = raw
        self._crm = crm
        self._zone = time_zone
        self._rows_of = rows_of

    def facts(self) -> Iterator[tuple[str, Iterable[Row], Dimensions]]:
        """Every fact with its rows and the dimensions of a row, in the order they build on."""
        crm = self._crm
        yield "prospects", self._prospects(), crm.of_company
        yield "lead_conversions", self._lead_conversions(), crm.of_lead
        yield "lead_responses", self._lead_responses(), lambda r: crm.of_lead(r) | crm.of_owner(r)
        yield "sales_targets", self._sales_targets(), lambda row: {}
        yield "sales_quotas", self._sales_quotas(), crm.of_owner
        yield "sales_forecasts", self._sales_forecasts(), crm.of_owner
        yield "forecast_results", self._forecast_results(), lambda row: {}
        yield "rep_ramps", self._rep_ramps(), crm.of_owner
        yield "contract_renewals", self._contract_renewals(), crm.of_account

    def _day(self, instant: datetime | None) -> date | None:
        return None if instant is None else local(instant, self._zone).date()

    def _prospects(self) -> Iterator[Row]:
        paid: dict[str, date] = {}
        for row in self._rows_of("subscriptions"):
            if row["customer_id"] is not None:
                first = paid.get(row["customer_id"], row["valid_from"])
                paid[row["customer_id"]] = min(first, row["valid_from"])
        known = []
        for row in self._raw.rows("hubspot_companies"):
            account = read_json(row["properties"]).get("account_id")
            day = first_not_none(self._day(row["createdat"]), row["created_date"])
            known.append((day is None, day or date.max, row["id"], account))
        seen: set[str] = set()
        for without, day, company, account in sorted(known, key=lambda one: one[:3]):
            if account is None or account not in seen:
                seen |= {account} if account is not None else set()
                yield {
                    "company_id": company,
                    "valid_from": None if without else day,
                    "valid_to": paid.get(account),
                }

    def _lead_conversions(self) -> Iterator[Row]:
        company_of: dict[str, set[str | None]] = {}
        for row in self._raw.rows("hubspot_contacts"):
            company = text(read_json(row["properties"]).get("company_id"))
            company_of.setdefault(row["id"], set()).add(company)
        contacts: dict[str, set[str]] = {}
        for row in self._raw.rows("marketing_qualified_leads"):
            if row["contact_id"] is not None:
                contacts.setdefault(row["id"], set()).add(str(row["contact_id"]))
        deals = sorted(self._rows_of("deals"), key=lambda one: (one["created_at"], one["deal_id"]))
        for lead in self._rows_of("leads"):
            known = {
                company
                for contact in contacts.get(lead["mql_id"], ())
                for company in company_of.get(contact, ())
                if company is not None
            }
            for deal in deals:
                if deal["company_id"] in known and deal["created_at"] >= lead["qualified_at"]:
                    yield {
                        "mql_id": lead["mql_id"],
                        "lead_source": lead["lead_source"],
                        "campaign_id": lead["campaign_id"],
                        "deal_id": deal["deal_id"],
                        "converted_at": deal["created_at"],
                    }
                    break

    def _lead_responses(self) -> Iterator[Row]:
        if not self._raw.has("lead_activities"):
            return
        touches = [
            row
            for row in self._raw.rows("lead_activities")
            if row["activity_at"] is not None
            and (lower(row["actor_type"]) or "").strip() == "human"
        ]
        touches.sort(key=lambda row: (row["activity_at"], row["owner_id"] is None, row["owner_id"]))
        for lead in self._rows_of("leads"):
            since = lead["qualified_at"]
            first = next(
                (t for t in touches if t["mql_id"] == lead["mql_id"] and t["activity_at"] >= since),
                {},
            )
            yield {
                "mql_id": lead["mql_id"],
                "lead_source": lead["lead_source"],
                "campaign_id": lead["campaign_id"],
                "owner_id": first.get("owner_id"),
                "qualified_at": since,
                "touched_at": first.get("activity_at"),
            }

    # What sales plans

    def _sales_targets(self) -> Iterator[Row]:
        for row in self._raw.rows("targets"):
            if lower(row["metric"]) == "new_business":
                yield _planned(row)

    def _sales_quotas(self) -> Iterator[Row]:
        for row in self._raw.rows("sales_quotas"):
            yield {"owner_id": row["owner_id"], **_planned(row)}

    def _words(self) -> dict[tuple[Any, ...], list[Row]]:
        """What each owner said of a period, in time."""
        words: dict[tuple[Any, ...], list[Row]] = {}
        for row in self._raw.rows("sales_forecasts"):
            if row["submitted_at"] is not None and row["forecast_amount"] is not None:
                about = (row["owner_id"], row["period_start"], row["period_end"])
                words.setdefault(about, []).append(row)
        for said in words.values():
            said.sort(key=lambda row: (row["submitted_at"], row["forecast_amount"]))
        return words

    def _sales_forecasts(self) -> Iterator[Row]:
        for (owner, start, end), said in self._words().items():
            if start is None or end is None:
                continue
            on_day: dict[date, Any] = {}
            for row in said:
                submitted = self._day(row["submitted_at"])
                assert submitted is not None
                on_day[max(submitted, start)] = row["forecast_amount"]
            days = sorted(on_day)
            for day, after in zip(days, [*days[1:], end], strict=True):
                if day < min(after, end):
                    yield {
                        "owner_id": owner,
                        "period_start": start,
                        "period_end": end,
                        "amount": money(on_day[day]),
                        "valid_from": day,
                        "valid_to": min(after, end),
                    }

    def _forecast_results(self) -> Iterator[Row]:
        early: dict[tuple[date, date], list[Decimal]] = {}
        for (_, start, end), said in self._words().items():
            if start is None or end is None:
                continue
            by_then = [r for r in said if (self._day(r["submitted_at"]) or end) < start + WEEK]
            if by_then:
                latest = money(by_then[-1]["forecast_amount"]) or Decimal(0)
                early.setdefault((start, end), []).append(latest)
        won = [deal for deal in self._rows_of("closed_deals") if deal["is_won"]]
        for (start, end), amounts in early.items():
            inside = [d["amount"] for d in won if start <= d["closed_on"] < end and d["amount"]]
            actual = sum(inside, Decimal(0))
            yield {
                "period_start": start,
                "period_end": end,
                "actual": actual,
                "off_by": abs(sum(amounts, Decimal(0)) - actual),
                "ended_on": end - timedelta(days=1),
            }

    def _rep_ramps(self) -> Iterator[Row]:
        won = sorted(
            (deal for deal in self._rows_of("closed_deals") if deal["is_won"]),
            key=lambda deal: deal["closed_on"],
        )
        for person in self._raw.rows("sales_reps"):
            reached = [
                day
                for quota in self._rows_of("sales_quotas")
                if quota["owner_id"] == person["owner_id"] and quota["owner_id"] is not None
                for day in _reached(quota, won)
                if person["hired_on"] is not None and day >= person["hired_on"]
            ]
            yield {
                "owner_id": person["owner_id"],
                "valid_from": person["hired_on"],
                "valid_to": min(reached, default=None),
            }

    def _contract_renewals(self) -> Iterator[Row]:
        for row in self._raw.rows("contract_renewals"):
            yield {
                "contract_id": row["contract_id"],
                "customer_id": row["customer_id"],
                "is_renewed": row["renewed_at"] is not None,
                "due_date": row["due_date"],
            }


def _planned(row: Row) -> Row:
    amount = money(row["amount"])
    return {"amount": amount, "valid_from": row["period_start"], "valid_to": row["period_end"]}


def _reached(quota: Row, won: list[Row]) -> Iterator[date]:
    """The days on which what its owner had won in the period was no less than the quota."""
    if quota["amount"] is None or quota["amount"] <= 0 or quota["valid_to"] is None:
        return
    mine = [
        deal
        for deal in won
        if deal["owner_id"] == quota["owner_id"]
        and quota["valid_from"] <= deal["closed_on"] < quota["valid_to"]
    ]
    for deal in mine:
        so_far = [one["amount"] for one in mine if one["closed_on"] <= deal["closed_on"]]
        if sum((amount for amount in so_far if amount is not None), Decimal(0)) >= quota["amount"]:
            yield deal["closed_on"]
