"""A company in a few lines: tables, the queries and definitions over them, built and opened.

    as_of: 2024-05-31                       # settings beside it: {time_zone: ..., week_start: ...}
    facts:
      sales: {key: [id], time: day, columns: {id: integer, day: date}, rows: [[1, 2024-01-10]]}
    entities: {...}                         # the same with `key` and, for histories, `valid_from`
    measures: {...}                         # and metrics, dimensions, rollups, scores, identities

Each fact and entity reads a table of its own name, with the columns of `raw` where they differ, by
the SQL it gives or a plain SELECT; without `rows` it has no source, with `rows: null` one whose
table the warehouse lacks. What a metric need not say for its number (label, texts, unit, direction)
is filled in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from metrics import Layer, open_layer
from metrics.pipeline import run_build
from metrics.settings import Settings, load_settings
from tests.sources.warehouses import make_table

Spec = Mapping[str, Any]

DECLARED = ("measures", "metrics", "dimensions", "rollups", "scores", "identities")
TEXTS = {
    "label": "Label",
    "description": "What it is.",
    "formula": "How it is made",
    "unit": "count",
    "direction": "up",
    "domains": ["company"],
}
OURS = ("rows", "sql", "raw", "system")  # of a table; all else goes to schema.yml as it stands
SOURCE_TYPE = {"money": "number", "share": "number"}


@contextmanager
def opened(spec: Spec, folder: Path, url: str | None = None) -> Iterator[Layer]:
    """The layer of a spec, built in a DuckDB file of the folder or in the database of the URL."""
    settings = prepare(spec, folder, url)
    run_build(settings)
    layer = open_layer(settings)
    try:
        yield layer
    finally:
        layer.close()


def prepare(spec: Spec, folder: Path, url: str | None = None) -> Settings:
    """Write a spec's queries, definitions and tables; settings that point at them."""
    settings = declare(spec, folder, url)
    write_tables(spec, settings.warehouse)
    return settings


def declare(spec: Spec, folder: Path, url: str | None = None) -> Settings:
    """Write a spec's queries and definitions, but no table: enough for a model."""
    write_queries(spec, folder / "queries")
    write_definitions(spec, folder / "definitions")
    url = url or f"duckdb:///{folder / 'warehouse.duckdb'}"
    return load_settings(
        env={},
        file=folder / "none.toml",
        home=folder,
        queries=folder / "queries",
        definitions=folder / "definitions",
        warehouse_url=url,
        as_of=spec["as_of"],
        published_days=0,
        **spec.get("settings", {}),
    )


def write_definitions(spec: Spec, folder: Path) -> None:
    """One definition file; JSON is YAML, so it needs no care about quotes."""
    folder.mkdir(parents=True, exist_ok=True)
    declared = {name: spec[name] for name in DECLARED if name in spec}
    metrics = declared.get("metrics", {})
    declared["metrics"] = {name: {**TEXTS, **metric} for name, metric in metrics.items()}
    (folder / "all.yml").write_text(json.dumps(declared, default=str), encoding="utf-8")


def write_queries(spec: Spec, folder: Path) -> None:
    """`sources.yml`, `schema.yml` and one SQL file for each fact and entity."""
    sources, schema = {}, {}
    for section in ("entities", "facts"):
        (folder / section).mkdir(parents=True, exist_ok=True)
        schema[section] = {}
        for name, table in spec.get(section, {}).items():
            columns = source_columns(table)
            if "rows" in table:
                sources[name] = {
                    "table": f"raw.{name}",
                    "system": table.get("system", "app"),
                    "columns": columns,
                }
            schema[section][name] = described(section, table)
            sql = table.get("sql") or f"SELECT {', '.join(columns)} FROM source.{name}"
            (folder / section / f"{name}.sql").write_text(sql, encoding="utf-8")
    (folder / "sources.yml").write_text(json.dumps({"sources": sources}), encoding="utf-8")
    (folder / "schema.yml").write_text(json.dumps(schema), encoding="utf-8")


def described(section: str, table: Spec) -> dict[str, Any]:
    """A table's entry of `schema.yml`."""
    entry = {key: value for key, value in table.items() if key not in OURS}
    if section == "facts":
        entry.setdefault("grain", "one row")
    columns = {
        name: {"type": kind, "description": "A column"} for name, kind in table["columns"].items()
    }
    return {"description": "A table", **entry, "columns": columns}


def source_columns(table: Spec) -> dict[str, str]:
    """Columns of the raw table: those of the query unless `raw` lists others."""
    columns = table.get("raw") or table["columns"]
    return {name: SOURCE_TYPE.get(kind, kind) for name, kind in columns.items()}


def write_tables(spec: Spec, url: str) -> None:
    """The raw tables, made anew."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS raw CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA raw")
        for section in ("entities", "facts"):
            for name, table in spec.get(section, {}).items():
                if table.get("rows") is not None:
                    columns = source_columns(table)
                    rows = [dict(zip(columns, row, strict=True)) for row in table["rows"]]
                    make_table(connection, f"raw.{name}", columns, rows)
    engine.dispose()
