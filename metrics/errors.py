"""Every error the layer raises on purpose: what happened, where, and the way out.

Bottom of the import graph: this module imports nothing from the project.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class MetricsError(Exception):
    """Base of all typed errors; `code` is stable, `way_out` tells what to do next."""

    code = "E_METRICS"

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one file; `line` counts from 1, 0 when the whole file is meant."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DefinitionError(MetricsError):
    """Definitions or queries that cannot be used; carries all problems, not just the first."""

    code = "E_DEFINITION"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        listing = "\n".join(f"  {problem}" for problem in self.problems)
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} in the definitions:\n{listing}"
        )


class UnknownNameError(MetricsError):
    """A metric, dimension or member that does not exist; suggests the nearest names."""

    code = "E_UNKNOWN_NAME"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {kind} '{name}'.", did_you_mean(name, known))
        self.kind = kind
        self.name = name


class AmbiguousNameError(MetricsError):
    """A bare name that means different things in different domains."""

    code = "E_AMBIGUOUS_NAME"


class UnsafeAggregationError(MetricsError):
    """A question whose answer would be wrong arithmetic; says why and what to ask instead."""

    code = "E_UNSAFE_AGGREGATION"


class QueryError(MetricsError):
    """A question that is not well formed (range, grain, filter value)."""

    code = "E_QUERY"


class MetricWaitingError(MetricsError):
    """A metric that has no number because its data is missing; names what it waits for."""

    code = "E_WAITING"


class WarehouseError(MetricsError):
    """The warehouse cannot be reached or read."""

    code = "E_WAREHOUSE"


class StoreError(MetricsError):
    """There is no readable build, or the store cannot be written."""

    code = "E_STORE"


class AppStateError(MetricsError):
    """What people keep in the app cannot be kept, or not be read."""

    code = "E_APP_STATE"


class BuildRunningError(StoreError):
    """Another build holds the lock."""

    code = "E_BUILD_RUNNING"


class NothingBuiltError(StoreError):
    """There is no build to read, or none before this one to go back to."""

    code = "E_NOTHING_BUILT"


class RightsError(StoreError):
    """The database role lacks a right."""

    code = "E_RIGHTS"


class RefusedSqlError(MetricsError):
    """SQL that does more than read the published models."""

    code = "E_SQL"


class SettingsError(MetricsError):
    """A setting is missing or has an impossible value."""

    code = "E_SETTINGS"


def did_you_mean(name: str, known: Iterable[str], count: int = 3) -> str:
    """A sentence that suggests the nearest known names, or an empty string.

    >>> did_you_mean("total_mmr", ["total_mrr", "total_arr", "win_rate"])
    "Did you mean 'total_mrr' or 'total_arr'?"
    """
    others = [other for other in known if other != name]  # it is known, but not in this place
    near = difflib.get_close_matches(name, others, n=count, cutoff=0.6)
    if not near:
        return ""
    quoted = [f"'{candidate}'" for candidate in near]
    listing = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    return f"Did you mean {listing}?"
