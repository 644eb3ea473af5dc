"""Rows of a statement as columns, the quickest way each engine has."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

Column: TypeAlias = npt.NDArray[Any]
"""One value per row; None where there is none, or NaN among numbers."""


def fetch_duckdb(result: sa.CursorResult[Any]) -> dict[str, Column]:
    """The engine's own arrays, with what they mask written out."""
    own: Any = result.cursor
    return {name: _unmasked(column) for name, column in own.fetchnumpy().items()}


def _unmasked(column: Any) -> Column:
    if not np.ma.isMaskedArray(column):
        return np.asarray(column)
    masked: Any = column
    if masked.dtype.kind == "f":
        return np.asarray(masked.filled(np.nan))
    values = np.array(masked.data, dtype=object)
    values[masked.mask] = None  # `filled(None)` would write the engine's own filler, a '?'
    return values


def fetch_rows(result: sa.CursorResult[Any]) -> dict[str, Column]:
    """Rows turned into columns."""
    names, rows = list(result.keys()), result.all()
    columns: dict[str, Column] = {}
    for place, name in enumerate(names):
        column = np.empty(len(rows), dtype=object)
        column[:] = [row[place] for row in rows]
        columns[name] = column
    return columns
