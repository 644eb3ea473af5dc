"""The metrics layer: definitions in, numbers with their stamp out."""

from metrics.layer import Layer, Pinned, open_layer
from metrics.query.catalog import DOMAINS, Catalog, DimensionInfo, MetricInfo
from metrics.query.quality import Quality, SourceInfo
from metrics.query.question import Query
from metrics.result import Result, Stamp
from metrics.store.info import BuildInfo, CheckInfo

__all__ = [
    "DOMAINS",
    "BuildInfo",
    "Catalog",
    "CheckInfo",
    "DimensionInfo",
    "Layer",
    "MetricInfo",
    "Pinned",
    "Quality",
    "Query",
    "Result",
    "SourceInfo",
    "Stamp",
    "open_layer",
]
