"""Keeps in the build what the company wants to reach, so that published tables can tell of it."""

from __future__ import annotations

from metrics.build.reading import Reading
from metrics.sources.model import Source
from metrics.sources.translate import projected
from metrics.sources.warehouse import Inspected, find

TARGETS = "company_targets"
TARGET_COLUMNS = {
    "metric": "text",
    "period_start": "date",
    "period_end": "date",
    "amount": "number",
}


def keep_targets(run: Reading) -> None:
    """Keep what the company wants to reach in the build, from its table or its file.

    A table without rows where neither tells any.
    """
    source = run.model.queries.sources.get("targets")
    columns = ", ".join(f'"{column}"' for column in TARGET_COLUMNS)
    run.space.create_empty(TARGETS, TARGET_COLUMNS, keep=True)
    if source is None:
        return
    if "targets" in run.files:
        rows = f'SELECT {columns} FROM "{run.files["targets"]}"'
    elif _has_columns(source, run.inspected):
        engine, catalog = run.space.engine, run.writing.warehouse_catalog
        rows = projected(source, frozenset(TARGET_COLUMNS), run.inspected, catalog).sql(
            engine.sqlglot, identify=True
        )
    else:
        return
    run.space.insert(TARGETS, f"SELECT {columns} FROM ({rows}) AS told")


def _has_columns(source: Source, inspected: Inspected) -> bool:
    tables = find(source.table, inspected)
    return len(tables) == 1 and all(
        len(find(column, inspected[tables[0]])) == 1 for column in TARGET_COLUMNS
    )
