"""Small YAML files of the company that stand in for a table: its targets.

    targets:
      - {metric: new_business, period_start: 2026-01-01, period_end: 2026-04-01, amount: 250000}

The periods are half open: the end is the first day after. A table of the same source in the
warehouse goes before the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from metrics.definitions.yaml_loader import load_yaml, validation_problems
from metrics.errors import DefinitionError
from metrics.sources.model import Queries, Source
from metrics.sources.warehouse import Inspected, find


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Entry):
    """What a metric should come to in a period; `period_end` is the first day after it."""

    metric: Annotated[str, Field(min_length=1, max_length=60)]
    period_start: date
    period_end: date
    amount: Annotated[float, Field(allow_inf_nan=False)]

    @model_validator(mode="after")
    def _runs_forward(self) -> Target:
        if self.period_end <= self.period_start:
            raise ValueError("period_end is the first day after the period, so it comes later")
        return self


class TargetsFile(_Entry):
    """The whole file."""

    targets: tuple[Target, ...] = ()


FILES: Mapping[str, type[BaseModel]] = {"targets": TargetsFile}
"""Sources that a file may stand in for; the file's only section has the source's name."""


def with_files(queries: Queries, path: Path, inspected: Inspected) -> Inspected:
    """A warehouse with the tables that files stand in for."""
    found = dict(inspected)
    for name in FILES:
        source = queries.sources.get(name)
        if source and not find(source.table, inspected) and read_rows(source, path) is not None:
            found[source.table] = dict(source.columns)
    return found


def read_rows(source: Source, path: Path) -> list[dict[str, Any]] | None:
    """The file's rows by column of the source; None where no such file is written.

    Raises DefinitionError with every problem, each with its line.
    """
    if source.name not in FILES or not path.exists():
        return None
    data, lines = load_yaml(path)
    try:
        parsed = FILES[source.name].model_validate(data or {})
    except ValidationError as error:
        raise DefinitionError(validation_problems(error, lines)) from error
    return [row.model_dump() for row in getattr(parsed, source.name)]
