"""The metrics layer: definitions in, numbers with their stamp out."""

from metrics.layer import Layer, Pinned, open_layer
from metrics.lineage.chain import Chain, Step
from metrics.lineage.impact import Impact
from metrics.query.catalog import DOMAINS, Catalog, DimensionInfo, MetricInfo
from metrics.query.explain import Explanation
from metrics.query.history import BuildRun
from metrics.query.quality import Quality, SourceInfo
from metrics.query.question import Query
from metrics.query.rows import FactRows, Operand
from metrics.query.top import OTHER
from metrics.query.wanted import Wanted
from metrics.result import Result, Stamp
from metrics.sources.contract import Lack
from metrics.store.info import BuildInfo, CheckInfo

__all__ = [
    "DOMAINS",
    "OTHER",
    "BuildInfo",
    "BuildRun",
    "Catalog",
    "Chain",
    "CheckInfo",
    "DimensionInfo",
    "Explanation",
    "FactRows",
    "Impact",
    "Lack",
    "Layer",
    "MetricInfo",
    "Operand",
    "Pinned",
    "Quality",
    "Query",
    "Result",
    "SourceInfo",
    "Stamp",
    "Step",
    "Wanted",
    "open_layer",
]
