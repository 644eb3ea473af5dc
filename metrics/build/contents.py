"""Checks every staged query once more when all are there: references need both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.build.checks import Severity, contents_of, hold
from metrics.build.stage import entity_name, stage_name
from metrics.build.workspace import Workspace
from metrics.parts.model import Model
from metrics.parts.needs import lacking
from metrics.sources.contract import Contract
from metrics.sources.model import Dependencies, Entity, Fact
from metrics.store.info import CheckInfo, kept_by_no_row


def check_contents(
    space: Workspace, model: Model, contract: Contract, last_full_day: date
) -> list[CheckInfo]:
    """References, tests and columns without values of every query the warehouse answers."""
    keys = {
        name: space.tables[entity_name(name)].c[entity.key]
        for name, entity in model.queries.entities.items()
        if f"entity.{name}" in contract.possible
    }
    used = _used_columns(model)
    found: list[CheckInfo] = []
    for about in contract.possible:
        query = model.queries.query(about)
        name = entity_name(query.name) if isinstance(query, Entity) else stage_name(query.name)
        table: Any = space.tables[name]
        if isinstance(query, Fact) and query.snapshot:  # earlier days were checked when they came
            table = sa.select(*table.c).where(table.c.day == last_full_day).subquery("today")
        # A query of queries repeats what those point at; it was checked where it was read.
        met = keys if _reads(model, contract, about).sources else {}
        source, promises = contents_of(query, table, met, used.get(about, {}))
        found += hold(space, about, source, promises)[0]
    return found


def with_sources(
    checks: Iterable[CheckInfo], model: Model, contract: Contract
) -> tuple[CheckInfo, ...]:
    """The checks with the tables of the warehouse that their rows come from."""
    tables = {about: _tables_of(model, contract, about) for about in contract.possible}
    return tuple(check.model_copy(update={"sources": tables[check.about]}) for check in checks)


def without_values(
    model: Model, checks: Iterable[CheckInfo], missing: Mapping[str, tuple[str, ...]]
) -> frozenset[str]:
    """Measures that have no number though their fact has rows."""
    broken = kept_by_no_row(checks)
    measures = model.needs.measures.items()
    return frozenset(name for name, needed in measures if any(lacking(needed, broken, missing)))


def _used_columns(model: Model) -> dict[str, dict[str, Severity]]:
    """By query the columns that numbers rest on (their lack is an error) or are split by."""
    rests = {one for needed in model.needs.measures.values() for one in needed}
    used: dict[str, dict[str, Severity]] = {}
    for one in model.needs.shown(model.parts) - rests:
        used.setdefault(one.about, {})[one.column] = "warning"
    for one in rests:
        used.setdefault(one.about, {})[one.column] = "error"
    return {
        about: {name: used[about][name] for name in query.columns if name in used[about]}
        for about, query in model.queries.named()
        if about in used
    }


def _tables_of(model: Model, contract: Contract, about: str) -> tuple[str, ...]:
    """Tables of the warehouse a query comes from, those it reads itself first."""
    reads = _reads(model, contract, about)
    own = [model.queries.sources[name].table for name in reads.sources]
    below = [table for name in sorted(reads.queries) for table in _tables_of(model, contract, name)]
    return tuple(dict.fromkeys([*own, *below]))


def _reads(model: Model, contract: Contract, about: str) -> Dependencies:
    """What the file of a query that can be made reads."""
    return model.queries.reads[contract.possible[about].path]
