"""Rows of the facts about touches of marketing, and the credit that conversions give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.proof.credits import MODELS, Touch, shares_of
from tests.proof.facts import Promise
from tests.proof.raw import Raw, Row, first_not_none, lower, read_json

PROMISES = (
    Promise("touchpoints", "web", ("touch_id",), "touched_at"),
    Promise(
        "attribution_credits",
        "web hubspot app_database",
        ("customer_id", "touch_id"),
        "converted_on",
    ),
    Promise(
        "ad_credits",
        "web hubspot app_database ads",
        ("customer_id", "touch_id"),
        "converted_on",
    ),
)
LOOK_BACK = 90
WORDS = ("touch_id", "campaign_id", "channel", "medium", "touch_source", "traffic", "content")


class Touches:
    """Touches, then the credit of conversions, then what of it went to ad campaigns."""

    def __init__(self, raw: Raw, rows: Callable[[str], list[Row]]) -> None:
        self._raw = raw
        self._rows = rows

    def by_name(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Each fact's name and rows."""
        yield "touchpoints", self._touchpoints()
        yield "attribution_credits", self._attribution_credits()
        yield "ad_credits", self._ad_credits()

    def _touchpoints(self) -> Iterator[Row]:
        for row in self._raw.rows("attribution_touchpoints"):
            channel, medium = _word(row["channel"]), _word(row["medium"])
            yield {
                "touch_id": row["id"],
                "mql_id": row["mql_id"],
                "campaign_id": row["campaign_id"],
                "channel": channel,
                "medium": medium,
                "touch_source": (lower(row["source"]) or "").strip(" ") or None,
                "content": row["content"],
                "traffic": traffic_of(channel or "", medium or ""),
                "touched_at": row["touchpoint_date"],
            }

    def _attribution_credits(self) -> Iterator[Row]:
        touches = self._rows("touchpoints")
        if not touches:
            return
        begun = min(touch["day"] for touch in touches)
        owned = self._touches_of_accounts(touches)
        for payment in self._rows("first_payments"):
            day = payment["day"]
            if day - LOOK_BACK < begun:
                continue
            path = [t for t in owned.get(payment["customer_id"], []) if 0 <= day - t["day"] <= 90]
            yield from _credits(payment, path)

    def _touches_of_accounts(self, touches: list[Row]) -> dict[str, list[Row]]:
        """Touches by account: of a touch's lead, that lead's contact, its company, its account."""
        accounts = accounts_of_companies(self._raw)
        owners: dict[str, set[str | None]] = {}
        for contact in self._raw.rows("hubspot_contacts"):
            mine = accounts.get(company_of(read_json(contact["properties"])), [])
            owners.setdefault(contact["id"], set()).update(mine)
        contact_of = {row["mql_id"]: row["contact_id"] for row in self._rows("leads")}
        found: dict[str, list[Row]] = {}
        for touch in touches:
            if touch["mql_id"] is None:
                continue
            for account in owners.get(contact_of.get(touch["mql_id"]), ()):
                if account is not None:
                    found.setdefault(account, []).append(touch)
        return found

    def _ad_credits(self) -> Iterator[Row]:
        for row in self._rows("attribution_credits"):
            if row["by_platform"] is not None:
                yield {
                    "customer_id": row["customer_id"],
                    "touch_id": row["touch_id"],
                    "campaign_id": row["campaign_id"],
                    "linear": row["linear"],
                    "linear_revenue": row["linear_revenue"],
                    "converted_on": row["converted_on"],
                }


def accounts_of_companies(raw: Raw) -> dict[str, list[str | None]]:
    """Accounts by the id of a company; the source may hold a company twice."""
    found: dict[str, list[str | None]] = {}
    for row in raw.rows("hubspot_companies"):
        account = read_json(row["properties"]).get("account_id")
        found.setdefault(row["id"], []).append(account)
    return found


def company_of(properties: dict[str, Any]) -> str | None:
    """Id of the company a contact is with."""
    return first_not_none(properties.get("company_id"), properties.get("associatedcompanyid"))


def _word(text: str | None) -> str | None:
    return (lower(text) or "").strip(" ").replace(" ", "_").replace("-", "_") or None


def traffic_of(channel: str, medium: str) -> str:
    """Paid, organic or direct by the channel; where that says nothing, by the medium."""
    if channel.startswith("paid") or channel in ("display", "retargeting"):
        return "paid"
    if channel.startswith("organic"):
        return "organic"
    if channel == "direct":
        return "direct"
    if medium.startswith("paid") or medium in ("cpc", "ppc", "cpm", "display"):
        return "paid"
    return "organic" if medium.startswith("organic") else "other"


def _credits(payment: Row, path: list[Row]) -> Iterator[Row]:
    """One row a touch with its shares; a conversion without touches has one of its own."""
    revenue = float(payment["first_year_revenue"])
    ordered = sorted(path, key=lambda touch: (touch["touched_at"], touch["touch_id"]))
    touches = [Touch(one["channel"], payment["day"] - one["day"]) for one in ordered]
    found: list[tuple[Row, dict[str, float]]] = list(
        zip(ordered, shares_of(touches), strict=True)
    ) or [({"channel": "unattributed"}, dict.fromkeys(MODELS, 1.0))]
    for place, (touch, shares) in enumerate(found):
        yield {
            "customer_id": payment["customer_id"],
            "first_year_revenue": payment["first_year_revenue"],
            "converted_on": payment["paid_on"],
            **{name: touch.get(name) for name in WORDS},
            "is_attributed": bool(path),
            "is_first": place == 0,
            **shares,
            **{f"{model}_revenue": share * revenue for model, share in shares.items()},
        }
