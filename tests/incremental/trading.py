"""A company whose warehouse goes on: every kind of part, and rows that come late or are corrected.

The company of the soundness tests, with scores of users and customers, a fact that is only known
as it is today, and devices that lead to customers by way of a place.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.settings import Settings
from tests.soundness.company import OF_CUSTOMER, Row, table
from tests.soundness.definitions import company
from tests.sources.warehouses import make_table
from tests.support.mini import Spec, source_columns

MORE_ENTITIES: dict[str, Any] = {
    "places": table("place_id:text customer_id:text town:text", "place_id", references=OF_CUSTOMER),
    "devices": table(
        "device_id:text place_id:text model:text", "device_id", references={"place_id": "places"}
    ),
}
MORE_FACTS: dict[str, Any] = {
    "pours": table(
        "pour_id:integer device_id:text poured_at:instant litres:number",
        ["pour_id"],
        time="poured_at",
        references={"device_id": "devices"},
        system="bar",
    ),
    "memberships": table(
        "user_id:text joined_on:date left_on:date",
        ["user_id"],
        interval={"from": "joined_on", "to": "left_on"},
        references={"user_id": "users"},
    ),
    "firmware": table(
        "device_id:text version:text",
        ["device_id"],
        snapshot=True,
        references={"device_id": "devices"},
        system="bar",
    ),
    "notices": table(
        "notice_id:integer customer_id:text given_on:date leaves_on:date",
        ["notice_id"],
        interval={"from": "given_on", "to": "leaves_on"},
        references=OF_CUSTOMER,
        planned=True,
    ),
}
MORE_MEASURES: dict[str, Any] = {
    "pours": {"fact": "pours", "kind": "flow"},
    "litres": {"fact": "pours", "kind": "flow", "value": "litres"},
    "pouring_devices": {"fact": "pours", "kind": "distinct", "key": ["device_id"]},
    "members": {"fact": "memberships", "kind": "stock"},
    "left": {"fact": "memberships", "kind": "flow", "at": "end"},
    "installed": {"fact": "firmware", "kind": "snapshot"},
    "leaving": {"fact": "notices", "kind": "stock"},
    "soon_leaving": {"fact": "notices", "kind": "stock", "last": 10},
}
MORE_ROLLUPS: dict[str, Any] = {
    "pours": [[], ["industry", "town"], ["device_id"]],
    "pouring_devices": [[], ["model"]],
    "memberships": [[], ["role"]],
    "firmware": [[], ["version", "town"]],
    "notices": [[], ["customer_id"]],
    "user_score": [[], ["role"], ["customer_id"]],
    "device_score": [[], ["town"]],
    "customer_score": [[], ["industry"]],
    "at_risk": [[], ["customer_id"]],
}
SCALE = [[0, 0], [3, 50], [10, 100]]
SCORES: dict[str, Any] = {
    "user_score": {
        "description": "How much a user does.",
        "version": 1,
        "entity": "users",
        "population": "members",
        "minimum_weight": 0.4,
        "bounds": [40],
        "inputs": {
            "visits": {
                "take": "sum",
                "measure": "visit_count",
                "window": "30 days",
                "scale": SCALE,
            },
            "days": {"take": "days", "measure": "people", "window": "14 days", "scale": SCALE},
            "since": {"take": "since", "measure": "people", "scale": [[0, 100], [20, 0]]},
        },
    },
    "device_score": {
        "description": "How much a device pours.",
        "version": 1,
        "entity": "devices",
        "population": "installed_devices",
        "bounds": [40],
        "inputs": {
            "litres": {
                "take": "ratio",
                "measure": "litres",
                "denominator": "pours",
                "window": "7 days",
                "denominator_window": "30 days",
                "scale": SCALE,
            },
        },
    },
    "customer_score": {
        "description": "How a customer does.",
        "version": 1,
        "entity": "customers",
        "population": "live",
        "bounds": [30, 60],
        "sums": ["mrr"],
        "minimum_weight": 0.2,
        "inputs": {
            "users": {"take": "score", "score": "user_score", "scale": [[0, 0], [100, 100]]},
            "devices": {"take": "score", "score": "device_score", "scale": [[0, 0], [100, 100]]},
            "visitors": {"take": "keys", "measure": "people", "window": "30 days", "scale": SCALE},
            "mrr": {
                "take": "ratio",
                "measure": "mrr",
                "denominator": "live",
                "window": "30 days",
                "scale": [[0, 0], [60, 100]],
            },
            "age": {"take": "age", "measure": "live", "scale": [[0, 0], [60, 100]]},
        },
    },
    "at_risk": {
        "description": "Whether a customer may go.",
        "version": 1,
        "entity": "customers",
        "population": "live",
        "blend": "any",
        "sums": ["mrr"],
        "inputs": {
            "leaving": {"take": "level", "measure": "soon_leaving", "at_least": 1},
            "poor": {"take": "score", "score": "customer_score", "below": 30},
        },
    },
}
"""`at_risk` looks at the last days before an end that may lie ahead."""

USERS = [f"u{n:02}" for n in range(1, 19)]
DEVICES = [f"d{n}" for n in range(1, 9)]


def trading(seed: int) -> dict[str, Any]:
    """The company as a spec for `mini`; rows are lists that edits change."""
    spec: dict[str, Any] = {**company(seed)}
    chance = random.Random(seed)
    first, last = date(2023, 12, 4), spec["as_of"]
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows: dict[str, list[Row]] = {
        "places": [(f"p{n}", f"c{n}", chance.choice(["York", "Bath"])) for n in range(1, 7)],
        "devices": [(one, f"p{chance.randrange(1, 8)}", chance.choice("AB")) for one in DEVICES],
        "pours": [
            (
                number,
                chance.choice([*DEVICES, "unknown", None]),
                datetime.combine(chance.choice(span), datetime.min.time()) + timedelta(hours=12),
                chance.choice([0.5, 1, 2.5, None]),
            )
            for number in range(80)
        ],
        "memberships": [(user, chance.choice(span[:60]), None) for user in USERS[:-2]],
        "firmware": [(one, chance.choice(["1.0", "2.0"])) for one in DEVICES],
        "notices": [
            (1, "c2", span[-40], span[-20]),
            (2, "c3", span[-5], span[-1] + timedelta(days=12)),
            (3, "c4", span[-2], span[-1] + timedelta(days=2)),
        ],
    }
    memberships = table("device_id:text since:date until:date", ["device_id"])
    memberships |= {"interval": {"from": "since", "to": "until"}, "system": "bar"}
    rows["stock"] = [(one, chance.choice(span[:30]), None) for one in DEVICES]
    facts = {**MORE_FACTS, "stock": memberships}
    spec["entities"] = {**spec["entities"], **_with_rows(MORE_ENTITIES, rows)}
    spec["facts"] = {**spec["facts"], **_with_rows(facts, rows)}
    installed = {"fact": "stock", "kind": "stock"}
    spec["measures"] = {**spec["measures"], **MORE_MEASURES, "installed_devices": installed}
    spec["rollups"] = {**spec["rollups"], **MORE_ROLLUPS}
    labels = {name: {"label": name} for name in ("town", "model", "version")}
    spec["dimensions"] = {**spec["dimensions"], **labels}
    spec["scores"] = SCORES
    return spec


def _with_rows(tables: dict[str, Any], rows: dict[str, list[Row]]) -> dict[str, Any]:
    return {name: {**about, "rows": rows[name]} for name, about in tables.items()}


@dataclass(frozen=True)
class Edit:
    """One thing that happens to a raw table: which, where, and how far in days.

    late     a row comes again under a new key, so many days earlier
    new      the same, dated near the end
    correct  a column of one row gets the value another row has, or none
    swap     two rows exchange the value of a column
    move     the times of a row move by so many days
    delete   a row goes
    end      an interval ends so many days after its start, or is open again
    """

    kind: str
    table: str
    row: int
    other: int
    column: int
    days: int


KINDS = ("late", "new", "correct", "swap", "move", "delete", "end")


def tables_of(spec: Spec) -> dict[str, Any]:
    """All tables of a spec that have rows, by name."""
    found = {**spec["entities"], **spec["facts"]}
    return {name: about for name, about in found.items() if about.get("rows") is not None}


def apply(spec: Spec, edit: Edit) -> None:
    """Change the rows of a spec."""
    about = tables_of(spec)[edit.table]
    rows: list[Row] = about["rows"]
    if not rows:
        return
    names = list(about["columns"])
    at, other = edit.row % len(rows), edit.other % len(rows)
    row = list(rows[at])
    place = edit.column % len(names)
    if edit.kind in ("late", "new"):
        key = names.index(_key(about))
        row[key] = _fresh(rows, key, about["columns"][names[key]])
        days = -edit.days if edit.kind == "late" else edit.days % 5
        shifted = [_moved(value, days) for value in row]
        rows.append(tuple(shifted))
    elif edit.kind == "correct":
        row[place] = rows[other][place] if edit.days % 4 else None
        rows[at] = tuple(row)
    elif edit.kind == "swap":
        there = list(rows[other])
        row[place], there[place] = there[place], row[place]
        rows[at], rows[other] = tuple(row), tuple(there)
    elif edit.kind == "move":
        rows[at] = tuple(_moved(value, edit.days % 61 - 30) for value in row)
    elif edit.kind == "delete":
        del rows[at]
    elif edit.kind == "end" and "interval" in about:
        start, end = (names.index(about["interval"][side]) for side in ("from", "to"))
        row[end] = _moved(row[start], edit.days) if row[end] is None else None
        rows[at] = tuple(row)


def _key(about: Any) -> str:
    return about["key"] if isinstance(about["key"], str) else about["key"][0]


def _fresh(rows: Sequence[Row], key: int, kind: str) -> Any:
    """A key no row has."""
    if kind == "integer":
        return 1 + max((row[key] for row in rows if row[key] is not None), default=0)
    return f"fresh{len(rows)}-{sum(str(row[key]).startswith('fresh') for row in rows)}"


def _moved(value: Any, days: int) -> Any:
    return value + timedelta(days=days) if isinstance(value, date) else value


def write(spec: Spec, url: str, names: set[str]) -> None:
    """Write some raw tables anew."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for name in sorted(names):
            about = tables_of(spec)[name]
            columns = source_columns(about)
            rows = [dict(zip(columns, row, strict=True)) for row in about["rows"]]
            connection.exec_driver_sql(f'DROP TABLE IF EXISTS raw."{name}"')
            make_table(connection, f"raw.{name}", columns, rows)
    engine.dispose()


def later(settings: Settings, days: int) -> Settings:
    """The same settings some days later."""
    assert settings.as_of is not None
    return settings.model_copy(update={"as_of": settings.as_of + timedelta(days=days)})


SPEC = trading(5)
"""The company all tests start from; they change a copy."""
