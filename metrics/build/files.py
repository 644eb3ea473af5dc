"""Stages the company's own small files, such as its targets, where the warehouse has no table."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from metrics.build.workspace import Workspace
from metrics.settings import Settings
from metrics.sources.files import FILES, read_rows
from metrics.sources.model import Queries
from metrics.sources.warehouse import Inspected, find

TYPES: Mapping[str, sa.types.TypeEngine] = {
    "text": sa.String(),
    "number": sa.Double(),
    "date": sa.Date(),
}


def stage_files(
    space: Workspace, settings: Settings, queries: Queries, inspected: Inspected
) -> dict[str, tuple[str, dict[str, str]]]:
    """Temporary tables of the files that are there: by source the table, and its columns' families.

    A table of the warehouse goes before the file. Raises DefinitionError for a file that is wrong.
    """
    staged = {}
    for name in FILES:
        source = queries.sources.get(name)
        if source is None or find(source.table, inspected):
            continue
        rows = read_rows(source, settings.targets_file)
        if rows is not None:
            table = f"stage_file_{name}"
            types = {column: str(kind) for column, kind in source.columns.items()}
            space.create_empty(table, types)
            columns = [sa.column(column, TYPES[kind]) for column, kind in types.items()]
            if rows:
                insert = sa.insert(sa.table(table, *columns))
                space.connection.execute(insert, rows)
            staged[name] = (table, types)
    return staged
