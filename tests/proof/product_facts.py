"""Rows of the facts about new users, features, and what watches the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.proof.days import day_of, number
from tests.proof.entities import Entities
from tests.proof.facts import Promise, local_day
from tests.proof.raw import Raw, Row, lower
from tests.proof.raw import number as as_float

PROMISES = (
    Promise(
        "feature_first_uses",
        "app_database",
        ("user_id", "feature_name"),
        "created_on",
        "first_used_on",
    ),
    Promise("feature_release_audience", "app_database", ("feature_name", "user_id"), "judged_on"),
    Promise("user_activations", "app_database", ("user_id",), "activated_on"),
    Promise("new_user_outcomes", "app_database", ("user_id",), "decided_on"),
    Promise("new_user_features", "app_database", ("user_id", "feature_name"), "decided_on"),
    Promise("invitations", "app_database", ("invitation_id",), "sent_at", "accepted_at"),
    Promise("onboarding_events", "product_events", ("event_id",), "occurred_at"),
    Promise("first_key_actions", "product_events", ("user_id",), "signed_up_at", "reached_at"),
    Promise("page_loads", "page_monitor", ("page_load_id",), "loaded_at"),
    Promise("monitored_sessions", "crash_monitor", ("session_id",), "started_at"),
    Promise(
        "experiment_exposures",
        "experiments",
        ("experiment_id", "user_id"),
        "exposed_at",
        "ended_at",
    ),
    Promise(
        "experiment_conversions",
        "experiments",
        ("experiment_id", "user_id"),
        "converted_at",
        "ended_at",
    ),
)

Rows = Callable[[str], list[Row]]
Dimensions = Callable[[Row], dict[str, Any]]
WEEK, TRIED_BY, RETURN_FROM, RETURN_BY = 7, 14, 30, 60


class ProductFacts:
    """What follows from the usable rows of sessions and feature use, and from tables of its own."""

    def __init__(self, raw: Raw, entities: Entities, rows: Rows, time_zone: str) -> None:
        self.raw = raw
        self.entities = entities
        self.rows = rows
        self.sessions = rows("sessions")
        self.uses = [row for row in rows("feature_use") if row["feature_name"] is not None]
        self.first_use = min((row["day"] for row in rows("feature_use")), default=None)
        self.time_zone = time_zone

    def of_user(self, row: Row) -> dict[str, Any]:
        """Dimensions of the row's user, and of its feature where it has one."""
        found = self.entities.of_user(row["user_id"])
        return found | self.of_feature(row) if "feature_name" in row else found

    def of_feature(self, row: Row) -> dict[str, Any]:
        """The feature and its category."""
        feature = self.entities.features.get(row["feature_name"] or "", {})
        return {"feature_name": row["feature_name"], "category": feature.get("category")}

    def derived(self) -> Iterator[tuple[str, Iterable[Row], Dimensions]]:
        """Facts by name, with their rows and what gives their dimensions."""
        yield "feature_first_uses", self.feature_first_uses(), self.of_user
        yield "feature_release_audience", self.feature_release_audience(), self.of_user
        yield "user_activations", self.user_activations(), self.of_user
        outcomes = list(self.new_user_outcomes())
        yield "new_user_outcomes", outcomes, self.of_user
        yield "new_user_features", self.new_user_features(outcomes), self.of_user

    # Features

    def feature_first_uses(self) -> Iterator[Row]:
        """Users from their creation to the first use of each feature they used."""
        for user, created in self._created_users():
            mine = [row for row in self.uses if row["user_id"] == user]
            if self.first_use is None or created < self.first_use:
                continue
            for name in dict.fromkeys(row["feature_name"] for row in mine):
                used = min(row["day"] for row in mine if row["feature_name"] == name)
                yield {
                    "user_id": user,
                    "feature_name": name,
                    "created_on": day_of(created),
                    "first_used_on": day_of(used),
                }

    def feature_release_audience(self) -> Iterator[Row]:
        """Users with a session in the 30 days up to a feature's seventh, and who had used it."""
        released: dict[str, int] = {}
        for row in self.raw.rows("app_database_features"):
            if row["released_at"] is not None and row["feature_name"] is not None:
                day, name = number(row["released_at"]), row["feature_name"]
                released[name] = min(day, released.get(name, day))
        for name, day in released.items():
            seventh = day + WEEK - 1
            if not self._covers(seventh - 29, seventh) or day < (self.first_use or day + 1):
                continue
            active = {r["user_id"] for r in self.sessions if seventh - 29 <= r["day"] <= seventh}
            took = {
                row["user_id"]
                for row in self.uses
                if row["feature_name"] == name and day <= row["day"] <= seventh
            }
            for user in active - {None}:
                yield {
                    "feature_name": name,
                    "user_id": user,
                    "has_adopted": user in took,
                    "judged_on": day_of(seventh),
                }

    # New users

    def user_activations(self) -> Iterator[Row]:
        """The later of the days of a user's third feature and second session."""
        for user in dict.fromkeys(row["user_id"] for row in self.uses if row["user_id"]):
            tried: dict[str, int] = {}
            for row in self.uses:
                if row["user_id"] == user:
                    name = row["feature_name"]
                    tried[name] = min(row["day"], tried.get(name, row["day"]))
            days = sorted(row["day"] for row in self.sessions if row["user_id"] == user)
            if len(tried) >= 3 and len(days) >= 2:
                activated = max(sorted(tried.values())[2], days[1])
                yield {"user_id": user, "activated_on": day_of(activated)}

    def new_user_outcomes(self) -> Iterator[Row]:
        """Users whose first 60 days are known, and whether they came on any of days 30 to 60."""
        for user, created in self._created_users():
            if self.first_use is None or created < self.first_use:
                continue
            if not self._covers(created, created + RETURN_BY):
                continue
            back = range(created + RETURN_FROM, created + RETURN_BY + 1)
            returned = any(r["user_id"] == user and r["day"] in back for r in self.sessions)
            yield {
                "user_id": user,
                "created_on": day_of(created),
                "has_returned": returned,
                "decided_on": day_of(created + RETURN_BY),
            }

    def new_user_features(self, outcomes: Iterable[Row]) -> Iterator[Row]:
        """What each of them had used by day 14."""
        for row in outcomes:
            by = number(row["created_on"]) + TRIED_BY
            tried = {
                use["feature_name"]
                for use in self.uses
                if use["user_id"] == row["user_id"] and use["day"] <= by
            }
            for name in tried:
                yield {
                    "user_id": row["user_id"],
                    "feature_name": name,
                    "has_returned": row["has_returned"],
                    "decided_on": row["decided_on"],
                }

    def _created_users(self) -> Iterator[tuple[str, int]]:
        for user, row in self.entities.users.items():
            if row["created_date"] is not None:
                yield user, number(row["created_date"])

    def _covers(self, first: int, last: int) -> bool:
        """Whether sessions are known on all of these days."""
        days = [row["day"] for row in self.sessions]
        return bool(days) and min(days) <= first and last <= max(days)

    # What watches the product

    def watched(self) -> Iterator[tuple[str, Iterable[Row], Dimensions]]:
        """Facts of tables that few warehouses have."""
        yield "invitations", self._invitations(), self.of_user
        yield "onboarding_events", self._onboarding_events(), self.of_user
        yield "first_key_actions", self._first_key_actions(), self.of_user
        yield "page_loads", self._page_loads(), self._of_load
        yield (
            "monitored_sessions",
            self._monitored_sessions(),
            _own("app_platform", "app_version"),
        )
        yield "experiment_exposures", self._exposures(), self._of_experiment
        seen = self.rows("experiment_exposures")
        yield "experiment_conversions", _conversions(seen), self._of_experiment

    def _invitations(self) -> Iterator[Row]:
        for row in self.raw.rows("user_invitations"):
            sender = None if row["inviter_id"] == "0" else row["inviter_id"]
            yield {
                "invitation_id": row["invitation_id"],
                "user_id": sender,
                "sent_at": row["sent_at"],
                "accepted_at": row["accepted_at"],
            }

    def _onboarding_events(self) -> Iterator[Row]:
        for row in self.raw.rows("onboarding_events"):
            yield {
                "event_id": row["event_id"],
                "user_id": None if row["user_id"] == "0" else row["user_id"],
                "event_name": row["event_name"],
                "is_key_action": bool(row["is_key_action"]),
                "occurred_at": row["occurred_at"],
            }

    def _first_key_actions(self) -> Iterator[Row]:
        events = [row for row in self.raw.rows("onboarding_events") if row["occurred_at"]]
        if not events:
            return
        first = min(local_day(row["occurred_at"], self.time_zone) for row in events)
        for user, row in self.entities.users.items():
            signed_up = row["created_at"]
            done = [e["occurred_at"] for e in events if e["is_key_action"] and e["user_id"] == user]
            if done and signed_up and local_day(signed_up, self.time_zone) >= first:
                yield {"user_id": user, "signed_up_at": signed_up, "reached_at": min(done)}

    def _page_loads(self) -> Iterator[Row]:
        for row in self.raw.rows("page_loads"):
            url, took = row["page_url"], as_float(row["load_time_ms"])
            yield {
                "page_load_id": row["page_load_id"],
                "customer_id": row["customer_id"],
                "page": None if url is None else url.split("?")[0],
                "device_type": lower(row["device_type"]),
                "load_ms": took if took is not None and took >= 0 else None,
                "loaded_at": row["loaded_at"],
            }

    def _of_load(self, row: Row) -> dict[str, Any]:
        return self.entities.of_customer(row["customer_id"]) | _own("page", "device_type")(row)

    def _monitored_sessions(self) -> Iterator[Row]:
        for row in self.raw.rows("session_health"):
            yield {
                "session_id": row["session_id"],
                "app_platform": lower(row["platform"]),
                "app_version": row["app_version"],
                "has_crashed": bool(row["crashed"]) and not row["handled"],
                "started_at": row["started_at"],
            }

    def _of_experiment(self, row: Row) -> dict[str, Any]:
        return {**self.of_user(row), "experiment": row["experiment_id"]}

    def _exposures(self) -> Iterator[Row]:
        for row in self.raw.rows("experiment_results"):
            if row["variant"] is not None:
                yield {
                    "experiment_id": row["experiment_id"],
                    "user_id": row["user_id"],
                    "is_control": row["variant"].lower() == "control",
                    "exposed_at": row["exposed_at"],
                    "converted_at": row["converted_at"],
                    "ended_at": row["ended_at"],
                }


def _conversions(exposures: Iterable[Row]) -> Iterator[Row]:
    """Users in an experiment who converted after they saw their variant."""
    for row in exposures:
        if row["converted_at"] is not None and row["converted_at"] >= row["exposed_at"]:
            names = ("experiment_id", "user_id", "is_control", "converted_at", "ended_at")
            yield {name: row[name] for name in names}


def landing_pages(views: Iterable[Row]) -> dict[str, str | None]:
    """The first page of each session that has page views."""
    first: dict[str, Row] = {}
    for row in views:
        session = row["session_id"]
        if session is not None and (session not in first or _place(row) < _place(first[session])):
            first[session] = row
    return {session: row["page"] for session, row in first.items()}


def _place(row: Row) -> tuple[Any, ...]:
    key = row["page_view_id"]
    return (row["viewed_at"], key is None, key or "")


def _own(*names: str) -> Dimensions:
    return lambda row: {name: row[name] for name in names}
