"""What happened in the days after a date, from the raw rows of a warehouse file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

import tests.proof.scores  # noqa: F401  the scores register themselves
from tests.proof.billing_facts import subscription_periods
from tests.proof.facts import Promise, usable
from tests.proof.raw import Raw, Row, load_tables
from tests.proof.score_rules import scores_on
from tests.proof.world import World

SUBSCRIPTIONS = ("app_database_subscriptions", "app_database_subscription_changes")
PERIODS = Promise("subscription_periods", "", ("period_id",), "valid_from", "valid_to")
USE = {
    "app_database_user_sessions": "start_time",
    "app_database_page_views": "timestamp",
    "app_database_feature_usage": "timestamp",
}
POURS = {"app_database_tap_events": "timestamp"}
DEVICES = (
    "app_database_devices",
    "app_database_locations",
    "app_database_device_status_events",
    "app_database_device_maintenance",
)
READS_BACK = 32
"""Days of events that the scores of users and devices look at, and some more."""


class Afterwards:
    """A warehouse file, and what it tells about the days after a date."""

    def __init__(self, warehouse: Path) -> None:
        self._path = warehouse

    # Who pays

    def pays(self, customer: str | None, day: date) -> bool:
        """Whether a customer pays something on a day."""
        return any(
            row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)
            for row in self._periods.get(customer, ())
        )

    @cached_property
    def _periods(self) -> dict[str | None, list[Row]]:
        raw = Raw(load_tables(self._path, *SUBSCRIPTIONS))
        found: dict[str | None, list[Row]] = {}
        for row in usable(PERIODS, subscription_periods(raw), date.max.toordinal(), "UTC"):
            found.setdefault(row["customer_id"], []).append(row)
        return found

    # Users and devices

    def users(self, day: date, days: int) -> list[tuple[float, bool]]:
        """Engagement of the users of paying customers, and whether they come back."""
        world = self._world(day, ("app_database_users",), USE)
        back = self._seen("app_database_user_sessions", "user_id", "start_time", day, days)
        return [
            (float(score), user in back)
            for user, score in _by_id(scores_on(world, "user_engagement", day.toordinal()))
            if self.pays(world.entities.users[str(user)]["customer_id"], day)
        ]

    def devices(self, day: date, days: int) -> list[tuple[float, bool]]:
        """Health of the devices of customers who pay all the time, and whether they fail."""
        world = self._world(day, DEVICES, POURS)
        events = "app_database_device_status_events"
        failed = self._seen(events, "device_id", "at", day, days, "lower(status) = 'offline'")
        owner = {one: row["customer_id"] for one, row in world.entities.devices.items()}
        return [
            (float(score), device in failed)
            for device, score in _by_id(scores_on(world, "device_health", day.toordinal()))
            if all(self.pays(owner[str(device)], at) for at in (day, day + timedelta(days=days)))
        ]

    def _world(self, day: date, whole: tuple[str, ...], recent: dict[str, str]) -> World:
        """The second road over what is needed of a day's scores."""
        tables = load_tables(self._path, *whole)
        for name, column in recent.items():
            first = day - timedelta(days=READS_BACK)
            tables[name] = self._frame(
                f"SELECT * FROM raw.{name} WHERE {_within(column, first, day)}"
            )
        return World(tables, day)

    def _seen(
        self, table: str, key: str, column: str, day: date, days: int, where: str = "true"
    ) -> set[str]:
        """Those with a row in so many days after one."""
        within = _within(column, day, day + timedelta(days=days))
        rows = self._frame(f"SELECT DISTINCT {key} FROM raw.{table} WHERE {within} AND {where}")
        return set(rows[key])

    def _frame(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self._path), read_only=True) as connection:
            cursor = connection.execute(sql)
            columns = [column[0] for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)


def _by_id(scores: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """Scores in the order of the ids, so that equal ones fall into the same fifths in every run."""
    return sorted(scores.items(), key=lambda one: str(one[0]))


def _within(column: str, after: date, until: date) -> str:
    return f"""CAST("{column}" AS DATE) > '{after}' AND CAST("{column}" AS DATE) <= '{until}'"""
