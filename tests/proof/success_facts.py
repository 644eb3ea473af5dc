"""Rows of the facts about customers' tenure, terms and adoption, and of what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.proof.billing_facts import Stripe
from tests.proof.days import NEVER, day_of, local
from tests.proof.raw import Raw, Row, first_not_none, lower, number, one_per_key, read_json

if TYPE_CHECKING:
    from tests.proof.world import World

SUBSCRIPTION_BILLS = ("subscription_create", "subscription_cycle")


def accounts(world: World) -> Iterator[Row]:
    """Accounts from the day they were created."""
    for customer in world.entities.customers.values():
        yield {
            "customer_id": customer["customer_id"],
            "valid_from": customer["created_date"],
            "valid_to": None,
        }


def customer_spells(world: World) -> Iterator[Row]:
    """Paid time of each customer; periods that touch or overlap are one spell."""
    paid: dict[str, list[tuple[int, int]]] = {}
    for row in world.facts["subscription_periods"].rows.itertuples():
        if row.customer_id is not None and row.until > row.day:
            paid.setdefault(row.customer_id, []).append((row.day, row.until))
    for customer, periods in paid.items():
        spells: list[tuple[int, int]] = []
        for begin, end in sorted(periods):
            if spells and begin <= spells[-1][1]:
                spells[-1] = (spells[-1][0], max(end, spells[-1][1]))
            else:
                spells.append((begin, end))
        for index, (begin, end) in enumerate(spells):
            yield {
                "customer_id": customer,
                "is_first": index == 0,
                "valid_from": day_of(begin),
                "valid_to": None if end == NEVER else day_of(end),
            }


class Terms(Stripe):
    """What Stripe's invoices and discounts say about terms and prices."""

    def billing_terms(self) -> Iterator[Row]:
        """Terms of subscriptions that were billed, cut where the subscription was cancelled."""
        contracts = {row["id"]: row for row in self._raw.rows("stripe_subscriptions")}
        for row in self._sent(("void", "draft")):
            begin, end = self._day(row["period_start"]), self._day(row["period_end"])
            if lower(row["billing_reason"]) not in SUBSCRIPTION_BILLS:
                continue
            if begin is None or end is None or end <= begin:
                continue
            contract = contracts.get(row["subscription"], {})
            ends = [contract.get("canceled_at"), contract.get("ended_at")]
            cancelled = [self._day(one) for one in ends if one is not None]
            yield {
                "invoice_id": row["id"],
                "customer_id": self._account.get(row["customer"]),
                "renews_on": end,
                "valid_from": begin,
                "valid_to": max(begin, min([end, *cancelled])),
            }

    def overdue_invoices(self, receivables: list[Row]) -> Iterator[Row]:
        """Receivables from the day after their due day; nothing of those paid in time."""
        due = {row["id"]: self._day(row["due_date"]) for row in self._raw.rows("stripe_invoices")}
        for row in receivables:
            begin = end = row["valid_from"]
            due_on = due[row["invoice_id"]]
            if due_on is None:
                continue
            overdue_on = max(due_on + timedelta(days=1), row["valid_from"])
            if row["valid_to"] is None or row["valid_to"] > overdue_on:
                begin, end = overdue_on, row["valid_to"]
            yield {
                "invoice_id": row["invoice_id"],
                "customer_id": row["customer_id"],
                "balance": row["balance"],
                "valid_from": begin,
                "valid_to": end,
            }

    def discounts(self, items: list[Row]) -> Iterator[Row]:
        """Each discount on each item of its subscription, while both are in force."""
        bills: dict[str, Fraction] = {}
        prices = {row["id"]: row for row in self._raw.rows("stripe_subscription_items")}
        listed = {row["id"]: row for row in self._raw.rows("stripe_prices")}
        of_contract: dict[str, list[Row]] = {}
        for item in items:
            told = prices[item["item_id"]]
            contract = told["subscription"]
            of_contract.setdefault(contract, []).append(item)
            bills[contract] = bills.get(contract, Fraction(0)) + _bill(told, listed)
        for row in self._raw.rows("stripe_discounts"):
            begin, end = self._day(row["starts_at"]), self._day(row["ends_at"])
            if begin is None:
                continue
            for item in of_contract.get(row["subscription"], []):
                share = _discounted(row, bills[row["subscription"]])
                starts = max(begin, item["valid_from"])
                ends = min((one for one in (end, item["valid_to"]) if one), default=None)
                lasts = ends is None or ends > starts
                if share is not None and item["mrr"] is not None and lasts:
                    discount = float(item["mrr"]) * float(share)
                    if discount > 0:
                        yield {
                            "discount_id": row["id"],
                            "item_id": item["item_id"],
                            "customer_id": item["customer_id"],
                            "discount": discount,
                            "valid_from": starts,
                            "valid_to": ends,
                        }

    def deferred_amounts(self, invoices: list[Row]) -> Iterator[Row]:
        """Amounts recognized after the day of their invoice."""
        made = {row["invoice_id"]: row for row in invoices}
        for row in self._raw.rows("revenue_recognition_schedule"):
            invoice = made.get(row["invoice_id"])
            if invoice is None or row["recognized_on"] is None:
                continue
            begin = self._day(invoice["created_at"])
            assert begin is not None
            if row["recognized_on"] > begin:
                yield {
                    "line_id": row["line_id"],
                    "customer_id": invoice["customer_id"],
                    "amount": row["amount"],
                    "valid_from": begin,
                    "valid_to": row["recognized_on"],
                }


def _bill(item: Row, listed: dict[str, Row]) -> Fraction:
    """What one bill asks for an item, in units of money."""
    told = read_json(item["price"])
    price = listed.get(told.get("id"), {})
    amount = first_not_none(told.get("unit_amount"), price.get("unit_amount"), 0)
    quantity = first_not_none(item["quantity"], 1)
    return Fraction(int(amount) * int(quantity), 100)


def _discounted(discount: Row, bill: Fraction) -> Fraction | float | None:
    """The share of a bill that a discount takes off; an amount takes all of it at most."""
    if discount["percent_off"] is not None:
        return float(discount["percent_off"]) / 100
    if discount["amount_off"] is None:
        return None
    amount = Fraction(int(discount["amount_off"]), 100)
    if amount > bill:
        return Fraction(1)
    return None if bill == 0 else amount / bill


def renewals_due(terms: list[Row]) -> Iterator[Row]:
    """The last 90 days of terms of 300 days or more; all terms tell of their first day."""
    for term in terms:
        yield {**term, "valid_to": term["valid_from"]}
        near = term["renews_on"] - timedelta(days=90)
        if (term["renews_on"] - term["valid_from"]).days >= 300 and term["valid_to"] > near:
            yield {**term, "valid_from": near}


def features_available(world: World) -> Iterator[Row]:
    """Features from their release, or from their first use where that is earlier."""
    days: dict[str, list[date]] = {}
    for row in world.raw.rows("app_database_features"):
        if row["released_at"] is not None and row["feature_name"] is not None:
            days.setdefault(row["feature_name"], []).append(row["released_at"])
    for used in world.facts["feature_use"].rows.itertuples():
        if used.feature_name is not None:
            days.setdefault(used.feature_name, []).append(day_of(used.day))
    for feature, known in days.items():
        yield {"feature_name": feature, "valid_from": min(known), "valid_to": None}


def listed_features(world: World) -> Iterator[Row]:
    """Features that are listed, with their category, from their release or an earlier first use."""
    first: dict[str, int] = {}
    for used in world.facts["feature_use"].rows.itertuples():
        if used.feature_name is not None:
            first[used.feature_name] = min(used.day, first.get(used.feature_name, used.day))
    for row in world.raw.rows("app_database_features"):
        used_from = first.get(row["feature_name"])
        known = [row["released_at"], None if used_from is None else day_of(used_from)]
        days = [day for day in known if day is not None]
        if days:
            yield {
                "feature_name": row["feature_name"],
                "category": lower(row["category"]),
                "valid_from": min(days),
                "valid_to": None,
            }


def account_first_use(world: World) -> Iterator[Row]:
    """Accounts created since records of use begin, until their first use."""
    begins = world.first_day("feature_use")
    first: dict[str, int] = {}
    for used in world.facts["feature_use"].rows.itertuples():
        if used.customer_id is not None:
            first[used.customer_id] = min(used.day, first.get(used.customer_id, used.day))
    for customer in world.entities.customers.values():
        created = customer["created_date"]
        if begins is not None and created is not None and created >= day_of(begins):
            day = first.get(customer["customer_id"])
            yield {
                "customer_id": customer["customer_id"],
                "valid_from": created,
                "valid_to": None if day is None else day_of(day),
            }


def milestones(raw: Raw) -> Iterator[Row]:
    """Milestones accounts reached."""
    for row in raw.rows("account_milestones"):
        yield {name: row[name] for name in ("customer_id", "milestone", "reached_on")}


def account_value(world: World) -> Iterator[Row]:
    """Accounts with a milestone, from their creation to the first one."""
    first: dict[str, int] = {}
    for row in world.facts["milestones"].rows.itertuples():
        if row.customer_id is not None:
            first[row.customer_id] = min(row.day, first.get(row.customer_id, row.day))
    for customer, day in first.items():
        if customer in world.entities.customers:
            yield {
                "customer_id": customer,
                "valid_from": world.entities.customers[customer]["created_date"],
                "valid_to": day_of(day),
            }


def expansion_predictions(raw: Raw, time_zone: str) -> Iterator[Row]:
    """Predictions, each until the customer's next one, 90 days at most."""
    rows = [
        {name: row[name] for name in ("customer_id", "predicted_at", "score")}
        for row in raw.rows("expansion_predictions")
        if row["predicted_at"] is not None and row["score"] is not None and 0 <= row["score"] <= 1
    ]
    unique = one_per_key(rows, ("customer_id", "predicted_at"))
    for row, until in _until_next(unique, "customer_id", "predicted_at", time_zone):
        yield {
            "customer_id": row["customer_id"],
            "predicted_at": row["predicted_at"],
            "score": number(row["score"]),
            "valid_from": local(row["predicted_at"], time_zone).date(),
            "valid_to": until,
        }


def nps_answers(raw: Raw, time_zone: str) -> Iterator[Row]:
    """Answers from 0 to 10, each until the respondent's next one, 90 days at most."""
    rows = [
        {
            "response_id": row["response_id"],
            "respondent_id": first_not_none(row["respondent_id"], f"answer {row['response_id']}"),
            "customer_id": row["customer_id"],
            "responded_at": row["responded_at"],
            "score": row["score"],
        }
        for row in raw.rows("survey_responses")
        if (row["survey_type"] or "").upper() == "NPS"
        and row["responded_at"] is not None
        and row["score"] is not None
        and 0 <= row["score"] <= 10
    ]
    unique = one_per_key(rows, ("response_id",), first_by="responded_at")
    unique.sort(key=lambda row: row["response_id"])
    for row, until in _until_next(unique, "respondent_id", "responded_at", time_zone):
        yield {
            "response_id": row["response_id"],
            "customer_id": row["customer_id"],
            "is_promoter": row["score"] >= 9,
            "is_detractor": row["score"] < 7,
            "valid_from": local(row["responded_at"], time_zone).date(),
            "valid_to": until,
        }


def _until_next(rows: list[Row], key: str, time: str, time_zone: str) -> Iterator[tuple[Row, date]]:
    """Each row with the day it stops to count: that of the key's next one, within 90 days."""
    of_key: dict[Any, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row[time]):
        of_key.setdefault(row[key], []).append(row)
    for told in of_key.values():
        for row, after in zip(told, [*told[1:], None], strict=True):
            last = local(row[time], time_zone).date() + timedelta(days=90)
            yield row, min(last, local(after[time], time_zone).date()) if after else last


def survey_ratings(raw: Raw) -> Iterator[Row]:
    """Ratings of satisfaction from 1 to 5 and of ease from 1 to 7."""
    highest = {"CSAT": 5, "CES": 7}
    for row in raw.rows("survey_responses"):
        kind, score = (row["survey_type"] or "").upper(), number(row["score"])
        if kind in highest and score is not None and 1 <= score <= highest[kind]:
            yield {
                "response_id": row["response_id"],
                "customer_id": row["customer_id"],
                "survey_type": kind,
                "score": score,
                "responded_at": row["responded_at"],
            }
