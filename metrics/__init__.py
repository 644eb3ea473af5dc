"""The metrics layer: definitions in, numbers with their stamp out."""

from metrics.layer import Layer, Pinned, open_layer
from metrics.lineage.chain import Chain, Step
from metrics.lineage.impact import Impact
from metrics.query.catalog import DOMAINS, Catalog, DimensionInfo, MetricInfo
from metrics.query.question import Query
from metrics.query.wanted import Wanted
from metrics.result import Result, Stamp
from metrics.sources.contract import Lack
from metrics.store.info import BuildInfo

__all__ = [
    "DOMAINS",
    "BuildInfo",
    "Catalog",
    "Chain",
    "DimensionInfo",
    "Impact",
    "Lack",
    "Layer",
    "MetricInfo",
    "Pinned",
    "Query",
    "Result",
    "Stamp",
    "Step",
    "Wanted",
    "open_layer",
]
