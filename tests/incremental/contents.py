"""What a build holds, table by table, and where two builds differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from metrics.build.digests import FACT_DAYS
from metrics.build.stage import entity_name
from metrics.parts.model import load_model
from metrics.settings import Settings
from metrics.store.info import BuildInfo
from metrics.store.open import open_store

Table = tuple[list[str], list[tuple[Any, ...]]]
SAID = ("facts", "parts", "entities_missing", "checks", "shapes", "last_full_day", "as_of")


def contents(settings: Settings) -> dict[str, Table]:
    """Every part, entity and digest of the current build: its columns, and its rows sorted."""
    model = load_model(settings)
    store = open_store(settings)
    try:
        with store.lease() as lease, lease.connect() as connection:
            prefix = f'"{lease.schema}".' if lease.schema else ""
            names = [*lease.info.parts, *map(entity_name, model.queries.entities), FACT_DAYS]
            found = {}
            for name in names:
                result = connection.execute(sa.text(f'SELECT * FROM {prefix}"{name}"'))
                rows = sorted((tuple(row) for row in result), key=_order)
                found[name] = (list(result.keys()), rows)
            return found
    finally:
        store.close()


def _order(row: tuple[Any, ...]) -> list[tuple[bool, str]]:
    """Rows of both builds in one order, whatever the last digits of a sum are."""
    return [(value is None, f"{value:.6g}" if _is_number(value) else str(value)) for value in row]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def differences(one: Mapping[str, Table], other: Mapping[str, Table]) -> list[str]:
    """What differs between two builds, in words; numbers may differ in the last digits of a sum."""
    wrong = [f"table {name} is in one of them" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        (columns, rows), (their_columns, their_rows) = one[name], other[name]
        if columns != their_columns or len(rows) != len(their_rows):
            wrong.append(f"{name}: {len(rows)} rows against {len(their_rows)}")
            continue
        for row, their in zip(rows, their_rows, strict=True):
            if not all(map(_same, row, their)):
                wrong.append(f"{name}: {row} against {their}")
                break
    return wrong


def _same(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def said_differently(one: BuildInfo, other: BuildInfo) -> list[str]:
    """What two builds say differently about themselves, how they were made apart."""
    return [name for name in SAID if getattr(one, name) != getattr(other, name)]


def days_that_differ(one: Table, other: Table) -> set[date]:
    """Days of a part on which two builds have other rows; on the rest each bit is equal."""
    return {row[0] for row in {*one[1]} ^ {*other[1]}}


def days_told_otherwise(one: Table, other: Table) -> set[date]:
    """The same of parts with the same groups on every day, the last digits of sums apart."""
    pairs = zip(one[1], other[1], strict=True)
    return {row[0] for row, their in pairs if not all(map(_same, row, their))}
