"""What the application database of the foreign warehouse holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.quality.foreign_values import FUTURE, Table, columns, day, moment

# The application database; upper case, as one well-known warehouse has it.


def accounts() -> Table:
    rows = [
        [
            f"a{n}",
            "Twin Taps" if n in (5, 6) else f"Account {n}",
            FUTURE if n == 10 else day(400 - n),
            "Bar",
            ["Hospitality", "Retail"][n % 2],
            None,
            "ACTIVE",
        ]
        for n in [*range(1, 13), 11]
    ]
    names = "ID NAME CREATED_DATE:date BUSINESS_TYPE INDUSTRY EMPLOYEE_COUNT:integer STATUS"
    return Table("APP_DATABASE_ACCOUNTS", columns(names), rows)


def locations() -> Table:
    states = ["NY", "Texas", "ca", "Illinois", "Ontario", None]
    rows = [
        [
            f"l{n}",
            f"a{n}",
            f"Place {n}",
            "Town",
            states[n % 6],
            "bar",
            "S",
            day(390 - n),
            None,
            None,
        ]
        for n in range(1, 13)
    ]
    names = """Id Customer_Id Name City State Location_Type Size Install_Date:date Latitude:number
        Longitude:number"""
    return Table("App_Database_Locations", columns(names), rows)


def users() -> Table:
    rows = [
        [
            f"u{n}",
            "nobody" if n == 21 else f"a{1 + n % 12}",
            "same@example.com",
            ["Owner", "staff"][n % 2],
            FUTURE if n == 22 else day(2 if n == 3 else 300 - n),
            None,
            True,
            moment(300 - n),
        ]
        for n in range(1, 25)
    ]
    names = """ID CUSTOMER_ID EMAIL ROLE CREATED_DATE:date LAST_LOGIN_AT:instant
        IS_ACTIVE:boolean CREATED_AT:instant"""
    return Table("APP_DATABASE_USERS", columns(names), rows)


def devices() -> Table:
    rows = [
        [
            f"d{n}",
            f"l{1 + n % 12}",
            ["Tap Controller", "POS Terminal"][n % 2],
            ["tap", "pos"][n % 2],
            "Maker",
            "M1",
            FUTURE if n == 21 else day(200 - n),
            None,
            None,
            day(-30),
            ["v1.2.0", "1.10.0"][n % 2],
            ["Online", "online", "OFFLINE"][n % 3],
            True,
            None,
            90,
        ]
        for n in range(1, 25)
    ]
    names = """id location_id device_type category manufacturer model install_date:date
        installation_date:date last_maintenance_date:date warranty_expiry:date firmware_version
        status is_online:boolean customer_id energy_consumption_watts:integer"""
    return Table("app_database_devices", columns(names), rows)


def subscriptions() -> Table:
    prices = {"starter": 299, "Professional": 999, "ENTERPRISE": 9999}
    plans = list(prices)
    rows: list[list[Any]] = []
    for n in range(1, 13):
        plan = plans[n % 3]
        start = FUTURE if n == 2 else day(350 - n)
        end = day(360) if n == 3 else day(15) if n == 5 else None
        status = "Trialing" if n == 4 else "On hold" if n == 6 else "Cancelled" if end else "active"
        rows.append([f"s{n}", f"a{n}", plan, status, start, end, prices[plan], "annual", None])
    rows.append(["s0", "a1", "starter", "cancelled", day(380), day(352), 299, "monthly", None])
    names = """ID CUSTOMER_ID PLAN_NAME STATUS START_DATE:date END_DATE:date
        MONTHLY_PRICE:DECIMAL(10,2) BILLING_CYCLE MONTHLY_AMOUNT:DECIMAL(10,2)"""
    return Table("APP_DATABASE_SUBSCRIPTIONS", columns(names), rows)


def tap_events() -> Table:
    kinds = ["pour", "Dispense", "ALARM_HIGH", "heartbeat"]
    rows = [
        [
            f"e{ago}_{n}",
            "d999" if (ago, n) == (1, 2) else f"d{n}",
            f"l{1 + n % 12}",
            datetime(2026, 11, 1, 9) if (ago, n) == (0, 4) else moment(ago, n % 24),
            kinds[(ago + n // 2) % 4],
            {"volume_ml": 300 + n, "duration_seconds": 8},
        ]
        for ago in range(45)
        for n in range(2, 25, 2)
    ]
    names = "Id Device_Id Location_Id Timestamp:instant Event_Type Metrics:json"
    return Table("App_Database_Tap_Events", columns(names), rows)


def user_sessions() -> Table:
    rows = [
        [
            f"v{ago}_{n}",
            "0" if n == 7 else f"u{n}",
            f"a{1 + n % 12}",
            datetime(2026, 11, 1, 8) if (ago, n) == (0, 6) else moment(ago, n),
            -5 if (ago, n) == (3, 3) else 60 * n,
            n,
            None,
            ["Desktop", "MOBILE"][n % 2],
            None,
        ]
        for ago in range(45)
        for n in range(1, 10)
    ]
    names = """SESSION_ID USER_ID CUSTOMER_ID START_TIME:instant DURATION_SECONDS:integer
        PAGE_VIEWS:integer ACTIONS_TAKEN:integer DEVICE_TYPE BROWSER"""
    return Table("APP_DATABASE_USER_SESSIONS", columns(names), rows)


def page_views() -> Table:
    rows = [
        [
            f"p{ago}_{n}",
            f"v{ago}_{n}",
            f"u{n}",
            f"a{1 + n % 12}",
            "/menu?x=1",
            moment(ago, n),
            -1 if n == 2 else 20,
        ]
        for ago in range(45)
        for n in range(1, 6)
    ]
    names = """page_view_id session_id user_id customer_id page_url timestamp:instant
        time_on_page_seconds:integer"""
    return Table("app_database_page_views", columns(names), rows)


def feature_usage() -> Table:
    rows = [
        [f"f{ago}_{n}", f"u{n}", f"a{1 + n % 12}", ["Menus", "Reports"][n % 2], None, moment(ago)]
        for ago in range(45)
        for n in range(1, 6)
    ]
    names = "Usage_ID User_ID Customer_ID Feature_Name Usage_Count:integer Timestamp:instant"
    return Table("app_database_feature_usage", columns(names), rows)


TABLES = (
    accounts,
    locations,
    users,
    devices,
    subscriptions,
    tap_events,
    user_sessions,
    page_views,
    feature_usage,
)
