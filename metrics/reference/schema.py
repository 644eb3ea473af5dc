"""Published models and their columns in the form data tools know as `schema.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from metrics.models.columns import BUILD, MEMBERS, Column, Kind, columns_of
from metrics.models.spec import ModelSpec, Shape
from metrics.query.catalog import Catalog

TYPES: Mapping[Kind, str] = {
    "text": "text",
    "number": "double precision",
    "date": "date",
    "boolean": "boolean",
}
"""Types as PostgreSQL writes them; DuckDB reads the same words."""

GRAINS: Mapping[Shape, tuple[str, ...]] = {
    "long": ("metric_date", "domain", "metric_name", "entity_type", "entity_id"),
    "comparisons": ("metric_date", "domain", "metric_name"),
    "overview": ("metric_date", "metric_name"),
    "restated": ("metric_date", "metric_name", "build_id"),
}
"""What one row is of, in the shapes that are the same whatever metrics there are."""

HEAD = """\
# Every published model and column, in the words of the definitions. Written by `make docs`.
"""


def grain_of(spec: ModelSpec) -> tuple[str, ...]:
    """Columns that no two rows of a model share."""
    if spec.shape in GRAINS:
        return GRAINS[spec.shape]
    if spec.whole:
        return ("metric_date", "row_type", "sales_rep")
    return ("metric_date", *((MEMBERS[spec.by][0].name,) if spec.by else ()))


def all_columns(spec: ModelSpec, catalog: Catalog) -> tuple[Column, ...]:
    """The columns a reader sees."""
    return (*columns_of(spec, catalog), BUILD)


def schema_file(models: Sequence[ModelSpec], catalog: Catalog) -> str:
    """The text of `schema.yml`."""
    told = {"version": 2, "models": [_model(spec, catalog) for spec in models]}
    return HEAD + yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)


def _model(spec: ModelSpec, catalog: Catalog) -> dict[str, Any]:
    return {
        "name": spec.name,
        "description": spec.description,
        "config": {"tags": list(spec.tags), "meta": {"grain": list(grain_of(spec))}},
        "columns": [_column(column) for column in all_columns(spec, catalog)],
    }


def _column(column: Column) -> dict[str, str]:
    return {
        "name": column.name,
        "description": column.description,
        "data_type": TYPES[column.kind],
    }
