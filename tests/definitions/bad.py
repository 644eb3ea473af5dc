"""A small company to declare things about, and what is wrong with a declaration."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from metrics.errors import DefinitionError
from metrics.parts.model import Model, load_model
from metrics.settings import load_settings
from tests.support.mini import write_queries

COMPANY: dict[str, Any] = {
    "entities": {
        "customers": {
            "key": "customer_id",
            "columns": {"customer_id": "text", "region": "text"},
        },
        "plans": {
            "key": "customer_id",
            "valid_from": "since",
            "columns": {"customer_id": "text", "since": "date", "plan": "text"},
        },
    },
    "facts": {
        "sales": {
            "key": ["id"],
            "time": "sold_on",
            "columns": {
                "id": "integer",
                "customer_id": "text",
                "sold_on": "date",
                "amount": "money",
                "shop": "text",
                "is_paid": "boolean",
            },
        },
        "stays": {
            "key": ["id"],
            "interval": {"from": "from_day", "to": "to_day"},
            "columns": {
                "id": "integer",
                "customer_id": "text",
                "from_day": "date",
                "to_day": "date",
                "price": "money",
            },
        },
        "outages": {
            "key": ["id"],
            "interval": {"from": "down_at", "to": "up_at"},
            "columns": {"id": "integer", "down_at": "instant", "up_at": "instant"},
        },
        "rooms": {
            "key": ["id"],
            "interval": {"from": "opened_on", "to": "closed_on"},
            "columns": {
                "id": "integer",
                "opened_on": "date",
                "closed_on": "date",
                "beds": "integer",
            },
        },
    },
}
TEXTS = "label: L, description: D., formula: F, unit: count, direction: up"
GOOD = f"""
dimensions:
  region: {{label: Region}}
  shop: {{label: Shop}}
  plan: {{label: Plan, as_of: plans}}
rollups:
  sales: [[shop], [customer_id]]
  buyers: [[customer_id], [customer_id, shop]]
measures:
  sold: {{fact: sales, kind: flow, value: amount}}
  sale_rows: {{fact: sales, kind: flow}}
  buyers: {{fact: sales, kind: distinct, key: [customer_id], within: [shop]}}
  guests: {{fact: stays, kind: stock}}
  guest_mrr: {{fact: stays, kind: movement, value: price}}
  prices: {{fact: sales, kind: rows, value: amount}}
metrics:
  revenue: {{{TEXTS.replace("count", "currency")}, measure: sold, domains: [company]}}
"""


def company(folder: Path) -> None:
    """The company's queries, with a table for each fact and entity."""
    tables = {
        section: {name: {**table, "rows": []} for name, table in found.items()}
        for section, found in COMPANY.items()
    }
    write_queries(tables, folder / "queries")


def loaded(folder: Path, *files: str, good: str = GOOD) -> Model:
    """The model of definition files `a.yml`, `b.yml`, ... beside the good one, `good.yml`."""
    company(folder)
    definitions = folder / "definitions"
    definitions.mkdir()
    (definitions / "good.yml").write_text(dedent(good).strip(), encoding="utf-8")
    for name, text in zip("abcdefgh", files, strict=False):
        (definitions / f"{name}.yml").write_text(dedent(text).strip(), encoding="utf-8")
    settings = load_settings(
        env={}, file=folder / "none", queries=folder / "queries", definitions=definitions
    )
    return load_model(settings)


def problems(folder: Path, *files: str) -> list[str]:
    """What is refused, each with its file and line."""
    with pytest.raises(DefinitionError) as caught:
        loaded(folder, *files)
    return [str(problem) for problem in caught.value.problems]


def metric(form: str, unit: str = "count") -> str:
    """A file with one metric `it` of a form, on line 2."""
    return f"metrics:\n  it: {{{TEXTS.replace('count', unit)}, {form}}}"
