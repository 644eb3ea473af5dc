"""A small company whose metrics rest on its tables in every way there is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from metrics import Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import Settings
from tests.support.mini import declare, write_tables

PLAIN_VISITS = """
SELECT id AS visit_id, customer AS customer_id, CAST(NULL AS TEXT) AS browser, came AS came_on
FROM source.visits
"""

SHOP: dict[str, Any] = {
    "as_of": "2024-05-31",
    "entities": {
        "customers": {
            "key": "customer_id",
            "columns": {"customer_id": "text", "industry": "text", "region": "text"},
            "rows": [["c1", "bars", "West"], ["c2", "hotels", "South"]],
        },
        "rooms": {
            "key": "room_id",
            "references": {"customer_id": "customers"},
            "columns": {"room_id": "text", "customer_id": "text"},
            "rows": [["r1", "c1"], ["r2", "c2"]],
        },
    },
    "facts": {
        "deals": {
            "key": ["deal_id"],
            "time": "closed_on",
            "references": {"customer_id": "customers"},
            "columns": {
                "deal_id": "text",
                "customer_id": "text",
                "amount": "number",
                "note": "text",
                "is_won": "boolean",
                "closed_on": "date",
            },
            "raw": {
                "id": "text",
                "customer": "text",
                "price": "number",
                "note": "text",
                "stage": "text",
                "closed": "date",
                "is_test": "boolean",
            },
            "sql": (
                "SELECT id AS deal_id, customer AS customer_id, price AS amount, note, "
                "stage = 'won' AS is_won, closed AS closed_on FROM source.deals WHERE NOT is_test"
            ),
            "rows": [
                ["d1", "c1", 10, None, "won", "2024-05-02", False],
                ["d2", "c2", 20, None, "lost", "2024-05-20", False],
                ["d3", "c2", 99, None, "won", "2024-05-21", True],
            ],
        },
        "visits": {
            "key": ["visit_id"],
            "time": "came_on",
            "references": {"customer_id": "customers"},
            "alternatives": ["plain_visits"],
            "columns": {
                "visit_id": "text",
                "customer_id": "text",
                "browser": "text",
                "came_on": "date",
            },
            "raw": {"id": "text", "customer": "text", "agent": "text", "came": "date"},
            "sql": (
                "SELECT v.id AS visit_id, v.customer AS customer_id, b.name AS browser, "
                "v.came AS came_on FROM source.visits v "
                "LEFT JOIN source.browsers b ON b.agent = v.agent"
            ),
            "rows": [["v1", "c1", "a1", "2024-05-03"], ["v2", "c2", "a2", "2024-05-30"]],
        },
        "browsers": {
            "key": ["agent"],
            "snapshot": True,
            "columns": {"agent": "text", "name": "text"},
            "rows": [["a1", "Firefox"], ["a2", "Chromium"]],
        },
        "calls": {
            "key": ["call_id"],
            "time": "called_on",
            "references": {"room_id": "rooms"},
            "columns": {"call_id": "text", "room_id": "text", "called_on": "date"},
            "rows": [["1", "r1", "2024-05-03"], ["2", "r2", "2024-05-30"]],
        },
        "seats": {
            "key": ["seat_id"],
            "interval": {"from": "taken_on", "to": "left_on"},
            "references": {"customer_id": "customers"},
            "columns": {
                "seat_id": "text",
                "customer_id": "text",
                "taken_on": "date",
                "left_on": "date",
            },
            "rows": [["s1", "c1", "2024-05-01", None], ["s2", "c2", "2024-05-01", None]],
        },
        "big_deals": {
            "key": ["deal_id"],
            "time": "closed_on",
            "columns": {"deal_id": "text", "closed_on": "date"},
            "sql": "SELECT deal_id, closed_on FROM fact.deals WHERE amount > 15",
        },
    },
    "dimensions": {
        "industry": {"label": "Industry"},
        "region": {"label": "Region"},
        "browser": {"label": "Browser"},
    },
    "rollups": {
        "deals": [["industry", "region"]],
        "visits": [["industry", "region", "browser"]],
        "seats": [["industry", "region"]],
        "signed_deals": [["industry", "region"]],
    },
    "measures": {
        "won_deals": {"fact": "deals", "kind": "flow", "where": {"is_won": True}},
        "closed_deals": {"fact": "deals", "kind": "flow"},
        "deal_amount": {"fact": "deals", "kind": "flow", "value": "amount"},
        "western_deals": {"fact": "deals", "kind": "flow", "where": {"region": "West"}},
        "big_ones": {"fact": "big_deals", "kind": "flow"},
        "call_count": {"fact": "calls", "kind": "flow"},
        "visit_count": {"fact": "visits", "kind": "flow"},
        "firefox_visits": {"fact": "visits", "kind": "flow", "where": {"browser": "Firefox"}},
        "seats_taken": {"fact": "seats", "kind": "stock"},
        "signed_deals": {
            "fact": "deals",
            "kind": "cohort",
            "key": ["customer_id"],
            "anchor": {"fact": "seats", "key": "customer_id"},
        },
    },
    "scores": {
        "health": {
            "description": "Half visits, half deals.",
            "version": 2,
            "entity": "customers",
            "population": "seats_taken",
            "inputs": {
                "visiting": {"take": "sum", "measure": "visit_count", "scale": [[0, 0], [2, 100]]},
                "buying": {"take": "sum", "measure": "won_deals", "scale": [[0, 0], [2, 100]]},
            },
        },
        "chatter": {
            "description": "Visits, and calls from rooms that belong to the customer.",
            "version": 1,
            "entity": "customers",
            "population": "seats_taken",
            "inputs": {
                "visiting": {
                    "take": "sum",
                    "measure": "visit_count",
                    "window": "28 days",
                    "scale": [[0, 0], [2, 100]],
                    "weight": 3,
                },
                "calling": {
                    "take": "sum",
                    "measure": "call_count",
                    "window": "28 days",
                    "scale": [[0, 0], [1, 100]],
                },
            },
        },
        "pulse": {
            "description": "Visits, and a little of deals.",
            "version": 1,
            "entity": "customers",
            "population": "seats_taken",
            "inputs": {
                "visiting": {
                    "take": "sum",
                    "measure": "visit_count",
                    "scale": [[0, 0], [2, 100]],
                    "weight": 3,
                },
                "buying": {"take": "sum", "measure": "won_deals", "scale": [[0, 0], [2, 100]]},
            },
        },
    },
    "metrics": {
        "customer_chatter": {"score": {"score": "chatter", "take": "mean"}, "unit": "score"},
        "deals_won": {"measure": "won_deals", "dimensions": ["industry", "region"]},
        "deals_closed": {"measure": "closed_deals", "dimensions": ["industry"]},
        "win_rate": {
            "ratio": {"numerator": "deals_won", "denominator": "deals_closed"},
            "unit": "percentage",
            "dimensions": ["industry"],
        },
        "deal_value": {"measure": "deal_amount"},
        "value_per_seat": {"expression": "deal_value / seats", "unit": "ratio"},
        "deals_west": {"measure": "western_deals"},
        "deals_big": {"measure": "big_ones"},
        "visits": {"measure": "visit_count", "dimensions": ["browser", "region"]},
        "visits_firefox": {"measure": "firefox_visits"},
        "seats": {"measure": "seats_taken", "dimensions": ["industry"]},
        "bought_in_a_week": {
            "cohort": {"measure": "signed_deals", "reached": "within", "days": 7},
            "unit": "percentage",
        },
        "customer_health": {"score": {"score": "health", "take": "mean"}, "unit": "score"},
        "selling": {
            "composite": {
                "parts": {
                    "winning": {"metric": "win_rate", "scale": [[0, 0], [1, 100]], "weight": 2},
                    "crowd": {"metric": "visits", "scale": [[0, 0], [8, 100]], "weight": 3},
                },
            },
            "unit": "score",
        },
        "customer_pulse": {"score": {"score": "pulse", "take": "mean"}, "unit": "score"},
    },
}


def shop() -> dict[str, Any]:
    """A copy to change."""
    return copy.deepcopy(SHOP)


def declared(spec: dict[str, Any], folder: Path, url: str | None = None) -> Settings:
    """The spec's files, the alternative one too, and no table."""
    settings = declare(spec, folder, url)
    (folder / "queries/facts/plain_visits.sql").write_text(PLAIN_VISITS, encoding="utf-8")
    return settings


def run(settings: Settings, *statements: str) -> None:
    """Statements on the warehouse."""
    engine = sa.create_engine(settings.warehouse, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def built(
    spec: dict[str, Any], folder: Path, *statements: str, url: str | None = None
) -> Iterator[Layer]:
    """The layer over the spec's tables as some statements leave them."""
    settings = declared(spec, folder, url)
    write_tables(spec, settings.warehouse)
    run(settings, *statements)
    run_build(settings)
    layer = open_layer(settings)
    try:
        yield layer
    finally:
        layer.close()
