"""The page of published models: what each answers, its grain and its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from metrics.models.columns import Kind
from metrics.models.spec import ModelSpec
from metrics.query.catalog import Catalog, MetricInfo
from metrics.reference.schema import all_columns, grain_of
from metrics.reference.words import escaped

HEAD = """\
# Published models

Written by `make docs` from `metrics/models/models.yml` and the definitions. Each build publishes
these tables in schema `metrics`; [the guide](../METRICS_LAYER_GUIDE.md) says how to use them. On
PostgreSQL the columns marked with * have an index.

| model | answers | one row per |
|---|---|---|
"""
WORDS: Mapping[Kind, str] = {
    "text": "text",
    "number": "number",
    "date": "date",
    "boolean": "true or false",
}


def models_page(models: Sequence[ModelSpec], catalog: Catalog) -> str:
    """The text of the page."""
    rows = [
        f"| [{spec.name}](#{spec.name}) | {spec.answers} | {_grain(spec)} |\n" for spec in models
    ]
    sections = ["\n".join(_section(spec, catalog)) for spec in models]
    return HEAD + "".join(rows) + "".join(f"\n{section}\n" for section in sections)


def _grain(spec: ModelSpec) -> str:
    return ", ".join(f"`{name}`" for name in grain_of(spec))


def _section(spec: ModelSpec, catalog: Catalog) -> Iterator[str]:
    yield f"## {spec.name}"
    yield ""
    yield spec.description
    yield ""
    yield f"* It answers: {spec.answers}"
    yield f"* One row per {_grain(spec)}."
    yield f"* {_history(spec)}"
    yield ""
    yield "| column | type | what it is |"
    yield "|---|---|---|"
    metrics = _metrics(spec, catalog)
    for column in all_columns(spec, catalog):
        info = metrics.get(column.name)
        mark = "*" if column.indexed else ""
        shown = f"[`{column.name}`](metrics.md#{info.name})" if info else f"`{column.name}`{mark}"
        yield f"| {shown} | {WORDS[column.kind]} | {escaped(column.description)} |"


def _history(spec: ModelSpec) -> str:
    if spec.shape == "restated":
        return "Every change that builds found, until there are too many: then the oldest go."
    if spec.days:
        return f"The last {spec.days} days."
    text = "The last 400 days, and month ends before; both are settings."
    if spec.shape == "long":
        text += " Rows of customers: the latest day and the 13 latest month ends."
    return text


def _metrics(spec: ModelSpec, catalog: Catalog) -> Mapping[str, MetricInfo]:
    return spec.named(catalog) if spec.shape == "wide" else {}
