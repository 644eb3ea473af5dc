"""Small random warehouses, untidy on purpose, written to a file that both roads read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import yaml

from metrics.demo.write import table_statements
from tests.proof import (
    random_accounts,
    random_events,
    random_marketing,
    random_product,
    random_sales,
    random_success,
)
from tests.proof.random_values import Maker, Row, Shape

__all__ = ["Shape", "random_shape", "random_tables", "write_warehouse"]

LAST_DAYS = (
    date(2026, 3, 31),  # the clocks of Europe and America have just gone forward
    date(2026, 11, 5),  # and back again
    date(2024, 3, 2),  # a leap day
    date(2025, 1, 10),  # a new year
)
ZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kathmandu")
MAY_BE_EMPTY = (
    "app_database_locations",
    "app_database_devices",
    "app_database_subscription_changes",
    "app_database_tap_events",
    "app_database_page_views",
    "hubspot_tickets",
    "hubspot_deals",
    "hubspot_deal_stage_history",
    "hubspot_owners",
    "sales_forecasts",
    "stripe_invoices",
    "finance_monthly_costs",
    "attribution_touchpoints",
    "hubspot_contacts",
    "google_ads_campaigns",
)


def random_shape(seed: int) -> Shape:
    """A shape of any kind; the same seed gives the same shape."""
    chance = random.Random(seed)
    return Shape(
        seed=seed,
        end=chance.choice(LAST_DAYS),
        days=chance.choice([100, 60, 20, 130]),
        lag=chance.choice([0, 0, 4, -3]),
        customers=chance.randint(2, 6),
        events=chance.choice([60, 20, 120]),
        untidy=chance.random() < 0.8,
        time_zone=chance.choice(ZONES),
        week_start=chance.choice([0, 6, 3]),
        fiscal_month=chance.choice([1, 2, 4, 12]),
        empty=frozenset(chance.sample(MAY_BE_EMPTY, chance.choice([0, 0, 1]))),
    )


TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "json": "JSON",
}
"""How a column of queries/sources.yml is kept in a file of DuckDB."""

_TABLES: tuple[Callable[[Maker], dict[str, list[Row]]], ...] = (
    random_accounts.people,
    random_accounts.fleet,
    random_accounts.subscriptions,
    random_accounts.stripe,
    random_events.taps,
    random_events.use,
    random_events.market,
    random_product.features,
    random_product.watched,
    random_success.answers,
    random_success.kept_by_managers,
    random_success.books,
    random_marketing.advertising,
    random_marketing.leads,
    random_marketing.website,
    random_marketing.audience,
    random_sales.crm,
    random_sales.deals,
    random_sales.activities,
    random_sales.plans,
)


def write_warehouse(
    path: Path, tables: Mapping[str, Iterable[Row]], others_too: bool = True
) -> None:
    """A DuckDB file with all tables of the demo, those named with rows; every column may be empty.

    A table the demo lacks is there when it is named; without `others_too` so is one of the demo.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA raw")
        statements, others = table_statements(), other_tables()
        for name, statement in statements.items():
            if others_too or name in tables:
                connection.execute(statement.replace(" NOT NULL", ""))
        for name, rows in tables.items():
            if name not in statements:
                if name not in others:
                    raise ValueError(f"there is no table {name}")
                connection.execute(others[name])
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                marks = ", ".join("?" * len(row))
                sql = f"INSERT INTO raw.{name} ({columns}) VALUES ({marks})"
                connection.execute(sql, list(row.values()))


@cache
def other_tables() -> dict[str, str]:
    """The CREATE TABLE statement of every source a warehouse may have beside those of the demo."""
    text = (Path(__file__).parents[2] / "queries/sources.yml").read_text(encoding="utf-8")
    statements = {}
    for source in yaml.safe_load(text)["sources"].values():
        name = source["table"].partition(".")[2]
        columns = [f'"{column}" {TYPES[type_]}' for column, type_ in source["columns"].items()]
        statements[name] = f"CREATE TABLE raw.{name} ({', '.join(columns)})"
    return {name: made for name, made in statements.items() if name not in table_statements()}


def random_tables(shape: Shape) -> dict[str, list[Row]]:
    """The rows of a random warehouse by table."""
    maker = Maker(shape)
    tables = {name: rows for make in _TABLES for name, rows in make(maker).items()}
    for name in tables:
        if name in shape.empty:
            tables[name] = []
        elif shape.untidy:
            tables[name] += maker.some(tables[name], 0.06)
            maker.chance.shuffle(tables[name])
    return tables
