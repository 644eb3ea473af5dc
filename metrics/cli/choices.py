"""Shell completion: names of metrics, domains, dimensions, tables and selections.

Completion runs at every press of the key and must never print an error: what cannot be read simply
offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from metrics.errors import MetricsError
from metrics.settings import Settings, load_settings

if TYPE_CHECKING:
    from metrics.definitions.loader import Definitions

Offered = Iterator[tuple[str, str]]
GRAINS = ("day", "week", "month", "quarter", "year")


def complete_metric(incomplete: str) -> Offered:
    """Metrics and their aliases, with their labels."""
    definitions = _definitions()
    for name, metric in definitions.metrics.items() if definitions else ():
        for known in (name, *metric.aliases):
            if known.startswith(incomplete):
                yield known, metric.label


def complete_dimension(incomplete: str) -> Offered:
    """Dimensions, with their labels."""
    definitions = _definitions()
    for name, dimension in definitions.dimensions.items() if definitions else ():
        if name.startswith(incomplete):
            yield name, dimension.label


def complete_filter(incomplete: str) -> Offered:
    """Dimensions with the sign that comes after them."""
    yield from ((f"{name}=", label) for name, label in complete_dimension(incomplete))


def complete_domain(incomplete: str) -> Offered:
    """Domains, with their titles."""
    from metrics.query.catalog import DOMAINS

    yield from ((name, title) for name, title in DOMAINS.items() if name.startswith(incomplete))


def complete_grain(incomplete: str) -> list[str]:
    """Grains."""
    return _starting(GRAINS, incomplete)


def complete_comparison(incomplete: str) -> list[str]:
    """Comparisons."""
    from metrics.periods import Comparison

    return _starting([one.value for one in Comparison], incomplete)


def complete_place(incomplete: str) -> Iterator[str | tuple[str, str]]:
    """Metrics, and tables of the warehouse."""
    yield from complete_metric(incomplete)
    yield from _starting(_tables(), incomplete)


def complete_selection(incomplete: str) -> list[str]:
    """Terms of `--select`; what is before the last comma stays."""
    from metrics.models.spec import published_models
    from metrics.query.catalog import DOMAINS

    before, comma, last = incomplete.rpartition(",")
    plus = "+" if last.startswith("+") else ""
    definitions = _definitions()
    names = [f"metric:{name}" for name in (definitions.metrics if definitions else ())]
    names += [f"domain:{name}" for name in DOMAINS]
    names += [f"model:{name}" for name in published_models()]
    names += [f"tier:{tier}" for tier in (1, 2, 3)]
    return [
        f"{before}{comma}{plus}{name}" for name in names if name.startswith(last.removeprefix("+"))
    ]


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _settings() -> Settings | None:
    try:
        return load_settings()
    except MetricsError:
        return None


@cache
def _definitions() -> Definitions | None:
    """The definitions alone: reading the queries too would take too long for a key."""
    from metrics.definitions.loader import load_definitions

    settings = _settings()
    try:
        return load_definitions(settings.definitions) if settings else None
    except (MetricsError, OSError):
        return None


def _tables() -> list[str]:
    from metrics.sources.read import read_queries

    settings = _settings()
    try:
        queries = read_queries(settings.queries, settings.sources) if settings else None
    except (MetricsError, OSError):
        return []
    return [source.table for source in queries.sources.values()] if queries else []
