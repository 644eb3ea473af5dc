"""Every generated file and what it should hold, whatever a warehouse has of it."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.models.spec import published_models
from metrics.parts.model import load_model
from metrics.query.catalog import Catalog
from metrics.reference.metrics import metrics_page
from metrics.reference.models import models_page
from metrics.reference.schema import schema_file
from metrics.settings import Settings


def texts() -> Mapping[str, str]:
    """Contents by path below the repository."""
    catalog = Catalog(load_model(Settings()), None)
    models = list(published_models().values())
    return {
        "metrics/models/schema.yml": schema_file(models, catalog),
        "docs/reference/models.md": models_page(models, catalog),
        "docs/reference/metrics.md": metrics_page(catalog),
    }
