"""A random company with everything that goes wrong in real ones, as rows and as declarations.

Months without a row, keys that are NULL or belong to nobody, rows that come twice, without a time
or from tomorrow, intervals that end before they start, customers who leave and return, a night on
which the clocks change, a source that stopped early. The same seed gives the same company.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

TIME_ZONE = "America/New_York"
FIRST_DAY = date(2023, 12, 4)
AS_OF = date(2024, 4, 20)
LAST_DAY_OF_BANK = date(2024, 4, 11)
QUIET = (date(2024, 2, 1), date(2024, 2, 29))  # a month without visits
PLANS = ("small", "large")
PLATFORMS = ("phone", "desktop", None)

Row = tuple[Any, ...]


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def random_rows(seed: int) -> dict[str, list[Row]]:
    """The raw rows of every table, in the order of its columns."""
    chance = random.Random(seed)
    customers = [f"c{n}" for n in range(1, 10)]
    users = [f"u{n:02}" for n in range(1, 19)]
    return {
        "customers": [(one, chance.choice(["Bar", "Hotel", "Club", None])) for one in customers]
        + [("c1", None), (None, "Bar")],
        "users": [
            (one, chance.choice([*customers, None]), chance.choice(["admin", "staff", None]))
            for one in users[:-2]
        ],
        "plans": plans(chance, customers),
        "visits": visits(chance, users, [*customers, "stranger", None, None, None]),
        "signups": signups(chance, users[::2]),
        "subscriptions": subscriptions(chance, customers),
        "outages": outages(chance, customers),
        "deals": deals(chance, customers),
        "rents": rents(chance),
    }


def plans(chance: random.Random, customers: list[str]) -> list[Row]:
    rows: list[Row] = []
    for customer in customers[1:]:
        since = sorted(chance.sample(days(FIRST_DAY, AS_OF), chance.choice([1, 2, 3])))
        rows += [(customer, day, PLANS[number % 2]) for number, day in enumerate(since)]
    return rows


def visits(chance: random.Random, users: list[str], customers: list[str | None]) -> list[Row]:
    rows: list[Row] = []
    for number in range(150):
        day = chance.choice(days(FIRST_DAY, AS_OF))
        if QUIET[0] <= day <= QUIET[1]:
            day = date(2024, 3, chance.choice([8, 9, 10, 11, 31]))
        clock = timedelta(seconds=chance.randrange(24 * 3600))
        came = datetime(day.year, day.month, day.day) + timedelta(hours=5) + clock
        came = min(came, datetime(2024, 4, 21, 3, 59, 59))
        who = chance.choice([*users, None])
        rows.append(
            (
                number,
                who,
                chance.choice(customers),
                chance.choice(PLATFORMS),
                chance.choice([None, 0, 1, 2, 3, 5, 8]),
                came,
            )
        )
    first = rows[0]
    return [
        *rows,
        first,
        (*first[:4], 100, first[5] + timedelta(hours=30)),  # the key again, later
        (900, "u01", "c1", "phone", 50, None),
        (901, "u02", "c2", "phone", 50, datetime(2024, 4, 21, 4, 0)),  # midnight after the as-of
        (
            902,
            "u03",
            "c2",
            "phone",
            3,
            datetime(2024, 3, 10, 6, 59, 59),
        ),  # before the clocks change
        (903, "u03", "c2", "phone", 3, datetime(2024, 3, 11, 3, 59, 59)),  # the same local day
        (904, "u01", "c1", "desktop", 2, datetime(2023, 12, 4, 17, 0)),
        (910, "on the seventh day", "c1", None, 1, datetime(2024, 1, 12, 17, 0)),
        (911, "before", "c1", None, 1, datetime(2024, 1, 18, 17, 0)),
        (912, "on the eighth day", "c1", None, 1, datetime(2024, 3, 11, 17, 0)),
        (905, "u01", "c1", "desktop", 2, datetime(2024, 4, 21, 3, 0)),
    ]


def signups(chance: random.Random, users: list[str]) -> list[Row]:
    rows: list[Row] = [(user, chance.choice(days(FIRST_DAY, AS_OF))) for user in users]
    return [
        *rows,
        ("on the seventh day", date(2024, 1, 5)),
        ("before", date(2024, 1, 20)),
        ("on the eighth day", date(2024, 3, 3)),
    ]


def subscriptions(chance: random.Random, customers: list[str]) -> list[Row]:
    rows: list[Row] = []
    for number, customer in enumerate([*customers, *customers[:3], None, "stranger"]):
        day = chance.choice(days(FIRST_DAY, date(2024, 2, 10)))
        for step in range(chance.choice([1, 2, 3, 4])):
            until = day + timedelta(days=chance.choice([1, 6, 20, 31, 45]))
            last = chance.random() < 0.3
            price = chance.choice([10, 20, 35.5, 60])
            rows.append((f"s{number}-{step}", customer, day, None if last else until, price))
            if last:
                break
            day = until + timedelta(days=chance.choice([0, 0, 0, 5, 30]))
    return [
        *rows,
        ("backwards", "c1", date(2024, 3, 1), date(2024, 2, 1), 500),
        ("nothing", "c1", date(2024, 3, 1), date(2024, 3, 1), 500),
        ("tomorrow", "c2", date(2024, 4, 21), None, 500),
        ("ends later", "c3", date(2024, 4, 20), date(2024, 6, 1), 5),
        ("from the start", "c4", FIRST_DAY, date(2024, 3, 31), 15),
    ]


def outages(chance: random.Random, customers: list[str]) -> list[Row]:
    rows: list[Row] = []
    for number in range(14):
        day = chance.choice(days(FIRST_DAY, AS_OF - timedelta(days=1)))
        start = datetime(day.year, day.month, day.day) + timedelta(minutes=chance.randrange(1440))
        end = start + timedelta(minutes=chance.choice([0, 7, 300, 1441, 12_000]))
        rows.append((number, chance.choice(customers), start, end))
    return [
        *rows,
        (800, "c1", datetime(2024, 3, 9, 12, 0), datetime(2024, 3, 12, 12, 30)),  # over the night
        (801, "c2", datetime(2024, 4, 19, 1, 0), None),
        (802, None, datetime(2024, 4, 10, 1, 0), datetime(2024, 5, 1)),
    ]


def deals(chance: random.Random, customers: list[str]) -> list[Row]:
    amounts = [-20, 0, 5, 12.5, 40]
    rows: list[Row] = [
        (
            number,
            chance.choice(customers),
            chance.choice(days(FIRST_DAY, LAST_DAY_OF_BANK)),
            chance.random() < 0.4,
            chance.choice(amounts),
        )
        for number in range(40)
    ]
    return [
        *rows,
        (700, "c1", LAST_DAY_OF_BANK, True, 40),
        (701, "c1", date(2024, 4, 30), True, 999),
        (702, "c5", None, True, 999),
    ]


def rents(chance: random.Random) -> list[Row]:
    firsts = [date(2023, 12, 1), *[date(2024, month, 1) for month in range(1, 6)]]
    return [
        (number, first, after, chance.choice([31, 58, 100]))
        for number, (first, after) in enumerate(pairwise(firsts))
    ]


def table(columns: str, key: str | list[str], **more: Any) -> dict[str, Any]:
    """A table of a spec from `name:type` words."""
    types = dict(word.split(":") for word in columns.split())
    return {"columns": types, "key": key, **more}


ENTITIES: dict[str, Any] = {
    "customers": table("customer_id:text industry:text", "customer_id"),
    "users": table(
        "user_id:text customer_id:text role:text",
        "user_id",
        references={"customer_id": "customers"},
    ),
    "plans": table("customer_id:text since:date plan:text", "customer_id", valid_from="since"),
}
OF_CUSTOMER = {"customer_id": "customers"}
FACTS: dict[str, Any] = {
    "visits": table(
        "visit_id:integer user_id:text customer_id:text platform:text pages:integer "
        "came_at:instant",
        ["visit_id"],
        time="came_at",
        references={**OF_CUSTOMER, "user_id": "users"},
    ),
    "signups": table(
        "user_id:text signed_on:date",
        ["user_id"],
        time="signed_on",
        references={"user_id": "users"},
    ),
    "subscriptions": table(
        "period_id:text customer_id:text from_day:date to_day:date mrr:money",
        ["period_id"],
        interval={"from": "from_day", "to": "to_day"},
        references=OF_CUSTOMER,
    ),
    "outages": table(
        "outage_id:integer customer_id:text down_at:instant up_at:instant",
        ["outage_id"],
        interval={"from": "down_at", "to": "up_at"},
        references=OF_CUSTOMER,
    ),
    "deals": table(
        "deal_id:integer customer_id:text closed_on:date is_won:boolean amount:number",
        ["deal_id"],
        time="closed_on",
        references=OF_CUSTOMER,
        system="bank",
    ),
    "rents": table(
        "rent_id:integer from_day:date to_day:date amount:money",
        ["rent_id"],
        interval={"from": "from_day", "to": "to_day"},
        system="finance",
    ),
}
