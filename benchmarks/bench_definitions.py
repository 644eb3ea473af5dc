"""How long reading and checking every definition takes, part by part."""

from __future__ import annotations

import pytest

from benchmarks.bench_layer import median_ms, show
from metrics.definitions.loader import load_definitions
from metrics.definitions.resolve import Resolver
from metrics.parts.model import load_model
from metrics.query.catalog import Catalog
from metrics.settings import load_settings
from metrics.sources.read import read_queries

pytestmark = pytest.mark.bench


def test_definitions() -> None:
    settings = load_settings(env={})
    definitions = load_definitions(settings.definitions)
    numbers = {"price_per_litre": 1.0, "energy_price_kwh": 1.0}
    model = load_model(settings)
    steps = {
        "read queries/": lambda: read_queries(settings.queries),
        "read definitions": lambda: load_definitions(settings.definitions),
        "resolve to trees": lambda: Resolver(definitions, numbers).resolve_all(),
        "model as a whole, checked": lambda: load_model(settings),
        "catalog of it": lambda: Catalog(model, None),
    }
    rows = [(name, f"{median_ms(work):,.0f}") for name, work in steps.items()]
    metrics, facts = len(definitions.metrics), len(model.queries.facts)
    show(f"{metrics} metrics, {facts} facts, {len(model.parts)} parts", rows, "step", "ms")
