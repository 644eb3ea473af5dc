"""Who and what the numbers are about: one row per customer, user, location and device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.proof.days import local
from tests.proof.raw import Raw, Row, first_not_none, lower, one_per_key

REGIONS = {
    "Northeast": """CT Connecticut, ME Maine, MA Massachusetts, NH New Hampshire, RI Rhode Island,
        VT Vermont, NJ New Jersey, NY New York, PA Pennsylvania""",
    "Midwest": """IL Illinois, IN Indiana, MI Michigan, OH Ohio, WI Wisconsin, IA Iowa, KS Kansas,
        MN Minnesota, MO Missouri, NE Nebraska, ND North Dakota, SD South Dakota""",
    "South": """DE Delaware, DC District of Columbia, FL Florida, GA Georgia, MD Maryland,
        NC North Carolina, SC South Carolina, VA Virginia, WV West Virginia, AL Alabama,
        KY Kentucky, MS Mississippi, TN Tennessee, AR Arkansas, LA Louisiana, OK Oklahoma,
        TX Texas""",
    "West": """AZ Arizona, CO Colorado, ID Idaho, MT Montana, NV Nevada, NM New Mexico, UT Utah,
        WY Wyoming, AK Alaska, CA California, HI Hawaii, OR Oregon, WA Washington""",
}
REGION_OF = {
    spelling.upper(): region
    for region, states in REGIONS.items()
    for entry in states.split(",")
    for spelling in entry.split(maxsplit=1)
}


def region_of(state: str | None) -> str | None:
    """Region of a US state, by code or name; None without a state, else Other."""
    written = " ".join(state.split()).upper() if state else ""
    return REGION_OF.get(written, "Other") if written else None


class Entities:
    """Rows by id, and the dimensions that follow from an id."""

    def __init__(self, raw: Raw, time_zone: str) -> None:
        self.locations = _by_id("location_id", map(_location, raw.rows("app_database_locations")))
        self.customers = _by_id("customer_id", map(_customer, raw.rows("app_database_accounts")))
        self.devices = _by_id(
            "device_id", [self._device(row) for row in raw.rows("app_database_devices")]
        )
        self.users = _by_id(
            "user_id", [_user(row, time_zone) for row in raw.rows("app_database_users")]
        )
        self.features = _by_id("feature_name", map(_feature, raw.rows("app_database_features")))
        self.campaigns = _by_id("campaign_id", _campaigns(raw))
        self.first_location: dict[str, Row] = {}
        for place in sorted(self.locations.values(), key=_opening_order):
            self.first_location.setdefault(place["customer_id"], place)

    def _device(self, row: Row) -> Row:
        place = self.locations.get(row["location_id"], {})
        kind = f"{row['device_type'] or ''} {row['category'] or ''}".lower()
        return {
            "device_id": row["id"],
            "location_id": row["location_id"],
            "customer_id": first_not_none(row["customer_id"], place.get("customer_id")),
            "device_type": row["device_type"],
            "category": row["category"],
            "model": row["model"],
            "manufacturer": row["manufacturer"],
            "installed_date": first_not_none(row["install_date"], row["installation_date"]),
            "is_tap": "tap" in kind,
            "watts": row["energy_consumption_watts"],
        }

    def of_customer(self, customer_id: str | None) -> dict[str, Any]:
        """Dimensions of a customer; its place is that of its first location."""
        customer = self.customers.get(customer_id or "", {})
        place = self.first_location.get(customer_id or "", {}) if customer else {}
        created = customer.get("created_date")
        return {
            "customer": customer_id,
            "industry": customer.get("industry"),
            "business_type": customer.get("business_type"),
            "cohort": f"{created:%Y-%m}" if created else None,
            "state": place.get("state"),
            "region": region_of(place.get("state")),
        }

    def of_user(self, user_id: str | None) -> dict[str, Any]:
        """Dimensions of a user: the role, and those of the customer the user belongs to."""
        user = self.users.get(user_id or "", {})
        return {**self.of_customer(user.get("customer_id")), **self.own(user_id)}

    def own(self, user_id: str | None) -> dict[str, Any]:
        """Dimensions of a user alone: the role and the month of creation."""
        user = self.users.get(user_id or "", {})
        created = user.get("created_date")
        return {
            "role": user.get("role"),
            "signup_cohort": f"{created:%Y-%m}" if created else None,
        }

    def of_location(self, location_id: str | None) -> dict[str, Any]:
        """Dimensions of a location: its place, and those of its customer."""
        place = self.locations.get(location_id or "", {})
        return {
            **self.of_customer(place.get("customer_id")),
            "location": location_id,
            "location_type": place.get("location_type"),
            "size": place.get("size"),
            "state": place.get("state"),
            "region": region_of(place.get("state")),
        }

    def of_device(self, device_id: str | None) -> dict[str, Any]:
        """Dimensions of a device: its make, its location's place, and those of its customer."""
        device = self.devices.get(device_id or "", {})
        return {
            **self.of_location(device.get("location_id")),
            **_without_place(self.of_customer(device.get("customer_id"))),
            "device": device_id,
            "device_type": device.get("device_type"),
            "model": device.get("model"),
            "manufacturer": device.get("manufacturer"),
        }

    def of_event_at(self, device_id: str | None, location_id: str | None) -> dict[str, Any]:
        """Dimensions of what a device did at a location: the place is the event's own."""
        at = self.of_location(location_id)
        place = {name: at[name] for name in PLACE}
        return {**self.of_device(device_id), **place}

    def is_tap(self, device_id: str | None) -> bool:
        """Whether a device is a tap controller."""
        return bool(self.devices.get(device_id or "", {}).get("is_tap"))


PLACE = ("location", "location_type", "size", "state", "region")


def _without_place(dimensions: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dimensions.items() if name not in PLACE}


def _by_id(key: str, rows: Any) -> dict[str, Row]:
    named = [row for row in rows if row[key] is not None]
    return {row[key]: row for row in one_per_key(named, (key,))}


def _opening_order(place: Row) -> tuple[Any, ...]:
    day = place["installed_date"]
    return (day is None, day or 0, place["location_id"])


def _location(row: Row) -> Row:
    return {
        "location_id": row["id"],
        "customer_id": row["customer_id"],
        "location_name": row["name"],
        "city": row["city"],
        "state": row["state"],
        "region": region_of(row["state"]),
        "location_type": row["location_type"],
        "size": row["size"],
        "installed_date": row["install_date"],
    }


def _customer(row: Row) -> Row:
    return {
        "customer_id": row["id"],
        "customer_name": row["name"],
        "industry": row["industry"],
        "business_type": row["business_type"],
        "employee_count": row["employee_count"],
        "created_date": row["created_date"],
    }


def _user(row: Row, time_zone: str) -> Row:
    created = row["created_date"]
    if created is None and row["created_at"] is not None:
        created = local(row["created_at"], time_zone).date()
    return {
        "user_id": row["id"],
        "customer_id": row["customer_id"],
        "role": row["role"],
        "created_date": created,
        "created_at": row["created_at"],
    }


def _campaigns(raw: Raw) -> Iterator[Row]:
    for platform in ("google", "facebook", "linkedin"):
        for row in raw.rows(f"{platform}_ads_campaigns"):
            yield {
                "platform": platform,
                "campaign_id": row["id"],
                "campaign_name": row["name"],
                "objective": _objective(platform, row),
            }


def _objective(platform: str, row: Row) -> str | None:
    if platform == "google":
        return first_not_none(row["campaign_type"], row["advertising_channel_type"])
    return row["objective" if platform == "facebook" else "objective_type"]


def _feature(row: Row) -> Row:
    return {"feature_name": row["feature_name"], "category": lower(row["category"])}
