"""Refusals of questions about metrics, with the reason and the way out."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.errors import MetricWaitingError, UnknownNameError, UnsafeAggregationError
from metrics.query.catalog import MetricInfo
from metrics.query.question import Query


def waits(metrics: Mapping[str, tuple[str, ...]]) -> MetricWaitingError:
    """The refusal of metrics that have no number, by the name they were asked with."""
    return MetricWaitingError(
        "; ".join(f"'{name}' waits for {', '.join(lacks)}" for name, lacks in metrics.items())
        + ".",
        "Load the data and build again, or leave the metric out.",
    )


def check_names(query: Query, dimensions: Mapping[str, object]) -> None:
    """Refuse dimensions nobody declared. Raises UnknownNameError with the nearest names."""
    for name in (*query.by, *(name for name, _ in query.where)):
        if name not in dimensions:
            raise UnknownNameError("dimension", name, dimensions)


def check_split(info: MetricInfo, query: Query) -> None:
    """Refuse a split or filter that the metric does not have, or that has no data here.

    Raises UnsafeAggregationError.
    """
    for name in dict.fromkeys((*query.by, *(name for name, _ in query.where))):
        if name in info.lost_dimensions:
            raise UnsafeAggregationError(
                f"'{info.name}' cannot be split or filtered by {name} here.",
                f"The warehouse lacks {', '.join(info.lost_dimensions[name])}.",
            )
        if name not in info.dimensions:
            allowed = ", ".join(info.dimensions) or "none"
            raise UnsafeAggregationError(
                f"'{info.name}' cannot be split or filtered by {name}.",
                f"Its dimensions are: {allowed}.",
            )


def check_grouping(info: MetricInfo, query: Query) -> None:
    """Refuse to put members together as "other" where they have no number together.

    Raises UnsafeAggregationError.
    """
    if query.top is None or not query.other:
        return
    for name in query.by:
        if name not in info.grouped_over:
            raise UnsafeAggregationError(
                f"'{info.name}' has no number for several members of {name} together.",
                "Ask for the largest without the others.",
            )


def check_shares(info: MetricInfo, query: Query) -> None:
    """Refuse shares of what is no sum of its members. Raises UnsafeAggregationError."""
    if not query.share:
        return
    for name in query.by:
        if name not in info.additive_over:
            allowed = ", ".join(info.additive_over) or "none"
            raise UnsafeAggregationError(
                f"Members of {name} do not add up to '{info.name}', so they are no shares of it.",
                f"Dimensions whose members do: {allowed}.",
            )
