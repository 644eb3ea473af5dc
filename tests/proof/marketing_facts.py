"""Rows of the facts about marketing: campaigns, leads, touches and their credit, the website."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from tests.proof import audience_facts as audience
from tests.proof import touch_facts as touches
from tests.proof.days import NEVER, day_of
from tests.proof.facts import Promise, local_day
from tests.proof.raw import Raw, Row, first_not_none, lower, money, number, read_json

LISTED = ("google", "facebook", "linkedin")
SPAN = ("valid_from", "valid_to")
PROMISES = (
    *(Promise(f"{one}_campaigns", "ads", ("campaign_id",), *SPAN, planned=True) for one in LISTED),
    Promise("campaigns_in_flight", "ads", ("platform", "campaign_id"), *SPAN, planned=True),
    Promise("spend_in_flight", "ads", ("spend_id",), "valid_from", "valid_to"),
    Promise("first_payments", "app_database", ("customer_id",), "paid_on"),
    Promise("new_leads", "hubspot app_database", ("contact_id",), "created_at"),
    Promise("open_leads", "hubspot app_database", ("contact_id",), "valid_from", "valid_to"),
    Promise("won_leads", "hubspot app_database", ("contact_id",), "won_on"),
    *touches.PROMISES,
    Promise("website_days", "web", ("date",), "date"),
    Promise("email_campaigns", "email", ("campaign_id",), "started_at"),
    *audience.PROMISES,
)
PLATFORM_OF = {"google_ads": "google", "facebook_ads": "facebook", "linkedin_ads": "linkedin"}


class Facts:
    """The facts one after the other; later ones are made of the usable rows of earlier ones."""

    def __init__(self, raw: Raw, rows: Callable[[str], list[Row]], time_zone: str) -> None:
        self._raw = raw
        self._rows = rows
        self._zone = time_zone

    def by_name(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Each fact's name and rows."""
        yield "google_campaigns", self._dated("google", "budget_amount")
        yield "facebook_campaigns", self._facebook_campaigns()
        yield "linkedin_campaigns", self._dated("linkedin", "total_budget")
        yield (
            "campaigns_in_flight",
            [
                {**{name: row[name] for name in ("campaign_id", "budget", *SPAN)}, "platform": one}
                for one in LISTED
                for row in self._rows(f"{one}_campaigns")
            ],
        )
        yield "spend_in_flight", self._spend_in_flight()
        yield "first_payments", self._first_payments()
        yield "new_leads", self._new_leads()
        yield "open_leads", self._open_leads()
        yield "won_leads", self._won_leads()
        yield from touches.Touches(self._raw, self._rows).by_name()
        yield "website_days", self._website_days()
        yield "email_campaigns", self._email_campaigns()
        yield from audience.by_name(self._raw, self._rows)

    # Campaigns

    def _dated(self, platform: str, budget: str) -> Iterator[Row]:
        for row in self._raw.rows(f"{platform}_ads_campaigns"):
            yield _campaign(row["id"], row[budget], row["start_date"], row["end_date"])

    def _facebook_campaigns(self) -> Iterator[Row]:
        for row in self._raw.rows("facebook_ads_campaigns"):
            first, last = (
                None if row[name] is None else day_of(local_day(row[name], self._zone))
                for name in ("start_time", "stop_time")
            )
            yield _campaign(row["id"], row["lifetime_budget"], first, last)

    def _spend_in_flight(self) -> Iterator[Row]:
        campaigns = {
            (row["platform"], row["campaign_id"]): row for row in self._rows("campaigns_in_flight")
        }
        for spend in self._rows("ad_spend"):
            campaign = campaigns.get((spend["platform"], spend["campaign_id"]))
            if campaign is None or campaign["until"] <= spend["day"]:
                continue
            if spend["platform"] is None or spend["campaign_id"] is None:
                continue
            yield {
                "spend_id": spend["spend_id"],
                "platform": spend["platform"],
                "campaign_id": spend["campaign_id"],
                "cost": spend["cost"],
                "is_budgeted": campaign["budget"] == campaign["budget"],
                "valid_from": day_of(max(spend["day"], campaign["day"])),
                "valid_to": campaign["valid_to"],
            }

    # Customers and leads

    def _first_payments(self) -> Iterator[Row]:
        paid: dict[str, list[Row]] = {}
        for row in self._rows("subscription_periods"):
            if row["customer_id"] is not None and row["until"] > row["day"]:
                paid.setdefault(row["customer_id"], []).append(row)
        for customer, periods in paid.items():
            first = min(row["day"] for row in periods)
            yield {
                "customer_id": customer,
                "paid_on": day_of(first),
                "first_year_revenue": 12 * sum(r["mrr"] for r in periods if r["day"] == first),
            }

    def _new_leads(self) -> Iterator[Row]:
        accounts = touches.accounts_of_companies(self._raw)
        paid = {row["customer_id"]: row["day"] for row in self._rows("first_payments")}
        for contact in self._raw.rows("hubspot_contacts"):
            told = read_json(contact["properties"])
            source = first_not_none(told.get("source"), told.get("hs_analytics_source"))
            made = contact["createdat"]
            for account in accounts.get(touches.company_of(told), [None]):
                pays = paid.get(account)
                if pays is not None and made is not None and local_day(made, self._zone) >= pays:
                    continue
                yield {
                    "contact_id": contact["id"],
                    "account": account,
                    "lead_source": source,
                    "platform": PLATFORM_OF.get(lower(source) or ""),
                    "created_at": made,
                }

    def _open_leads(self) -> Iterator[Row]:
        paid = {row["customer_id"]: row["day"] for row in self._rows("first_payments")}
        qualified: dict[str | None, int] = {}
        for row in self._rows("leads"):
            before = qualified.get(row["contact_id"], row["day"])
            qualified[row["contact_id"]] = min(row["day"], before)
        for lead in self._rows("new_leads"):
            contact = lead["contact_id"]
            ends = [NEVER if contact is None else qualified.get(contact, NEVER)]
            ends.append(paid.get(lead["account"], NEVER))
            end = max(min(ends), lead["day"])
            yield {
                "contact_id": contact,
                "lead_source": lead["lead_source"],
                "platform": lead["platform"],
                "valid_from": day_of(lead["day"]),
                "valid_to": None if end == NEVER else day_of(end),
            }

    def _won_leads(self) -> Iterator[Row]:
        paid = {row["customer_id"]: row["day"] for row in self._rows("first_payments")}
        for lead in self._rows("new_leads"):
            if lead["account"] in paid:
                yield {
                    "contact_id": lead["contact_id"],
                    "lead_source": lead["lead_source"],
                    "platform": lead["platform"],
                    "won_on": day_of(paid[lead["account"]]),
                }

    # Website and e-mail

    def _website_days(self) -> Iterator[Row]:
        for row in self._raw.rows("google_analytics_sessions"):
            visits, bounces, seconds = (
                number(row[name]) for name in ("sessions", "bounce_rate", "avg_session_duration")
            )
            yield {
                "date": row["date"],
                "sessions": visits,
                "users": row["users"],
                "new_users": row["new_users"],
                "page_views": row["page_views"],
                "goals": row["goal_completions"],
                "bounced": None if bounces is None or visits is None else bounces * visits,
                "visits_rated": None if bounces is None else visits,
                "seconds": None if seconds is None or visits is None else seconds * visits,
                "visits_timed": None if seconds is None else visits,
            }

    def _email_campaigns(self) -> Iterator[Row]:
        for row in self._raw.rows("iterable_campaigns"):
            if lower(row["status"]) not in ("draft", "ready", "scheduled"):
                yield {
                    "campaign_id": row["id"],
                    "email_label": row["labels"],
                    "recipients": row["send_size"],
                    "started_at": row["start_at"],
                }


def _campaign(key: str, budget: Any, first: Any, last: Any) -> Row:
    known = money(budget)
    return {
        "campaign_id": key,
        "budget": known if known is not None and known > 0 else None,
        "valid_from": first,
        "valid_to": None if last is None else last + timedelta(days=1),
    }
