"""The CRM's companies and owners, and the dimensions that follow from them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.proof.entities import Entities
from tests.proof.raw import Raw, Row, first_not_none, one_per_key, read_json


def text(value: Any) -> str | None:
    """A value of JSON as text."""
    return None if value is None else str(value)


def number(value: Any) -> float | None:
    """A value of JSON as a number, nothing where it is none."""
    try:
        return None if value is None else float(str(value))
    except ValueError:
        return None


def first_of(listed: Any) -> str | None:
    """The first of a list in JSON."""
    return text(listed[0]) if isinstance(listed, list) and listed else None


class Crm:
    """Companies by id, names of owners, and the dimensions of rows that name them."""

    def __init__(self, raw: Raw, entities: Entities) -> None:
        self._raw = raw
        self._entities = entities
        self._company_rows = {row["company_id"]: row for row in self._companies()}
        self._owner_names = self._owners()

    def of_company(self, row: Row) -> dict[str, Any]:
        """Dimensions of a row's company, those of the account it became among them."""
        company = self._company_rows.get(row["company_id"], {})
        own = {name: company.get(name) for name in ("industry", "business_type")}
        return {**self._entities.of_customer(company.get("customer_id")), **own}

    def of_owner(self, row: Row) -> dict[str, Any]:
        """The name of a row's owner."""
        return {"owner": self._owner_names.get(row["owner_id"])}

    def of_deal(self, row: Row) -> dict[str, Any]:
        """Dimensions of a deal, of a piece of it or of what was done for it."""
        own = ("deal_type", "size_band", "stage", "competitor", "lost_reason", "outcome")
        found = {**self.of_company(row), **self.of_owner(row), "deal": row.get("deal_id")}
        return found | {name: row.get(name) for name in own}

    def of_account(self, row: Row) -> dict[str, Any]:
        """Dimensions of a row's account."""
        return self._entities.of_customer(row["customer_id"])

    def of_lead(self, row: Row) -> dict[str, Any]:
        """Where a lead came from."""
        return {"lead_source": row["lead_source"], "campaign": row["campaign_id"]}

    def _companies(self) -> list[Row]:
        found = []
        for row in self._raw.rows("hubspot_companies"):
            told = read_json(row["properties"])
            account = self._entities.customers.get(told.get("account_id") or "", {})
            found.append(
                {
                    "company_id": row["id"],
                    "customer_id": told.get("account_id"),
                    "industry": first_not_none(account.get("industry"), told.get("industry")),
                    "business_type": first_not_none(
                        account.get("business_type"), row["business_type"]
                    ),
                }
            )
        return one_per_key([row for row in found if row["company_id"]], ("company_id",))

    def _owners(self) -> dict[str, str]:
        named = set()
        for row in self._raw.rows("hubspot_owners"):
            full = f"{row['firstname'] or ''} {row['lastname'] or ''}".strip()
            named.add((row["id"], full or first_not_none(row["email"], row["id"])))
        shared = Counter(name for _, name in named)
        shown = [
            {"owner_id": one, "owner_name": f"{name} ({one})" if shared[name] > 1 else name}
            for one, name in named
        ]
        return {row["owner_id"]: row["owner_name"] for row in one_per_key(shown, ("owner_id",))}
