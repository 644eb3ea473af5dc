"""The metrics layer: definitions in, numbers with their stamp out."""

from metrics.layer import Layer, Pinned, open_layer
from metrics.lineage.chain import Chain, Step
from metrics.lineage.impact import Impact
from metrics.query.catalog import DOMAINS, Catalog, DimensionInfo, MetricInfo
from metrics.query.cohorts import Cohorts
from metrics.query.explain import Explanation
from metrics.query.happened import Happening
from metrics.query.history import BuildRun
from metrics.query.known import Attributes, Target, target_on
from metrics.query.makeup import MadeOf, Makeup
from metrics.query.quality import Quality, SourceInfo
from metrics.query.question import Query
from metrics.query.rows import FactRows, Operand
from metrics.query.top import OTHER
from metrics.query.wanted import Wanted
from metrics.query.worsened import Worse
from metrics.result import Result, Stamp
from metrics.sources.contract import Lack
from metrics.store.info import BuildInfo, CheckInfo

__all__ = [
    "DOMAINS",
    "OTHER",
    "Attributes",
    "BuildInfo",
    "BuildRun",
    "Catalog",
    "Chain",
    "CheckInfo",
    "Cohorts",
    "DimensionInfo",
    "Explanation",
    "FactRows",
    "Happening",
    "Impact",
    "Lack",
    "Layer",
    "MadeOf",
    "Makeup",
    "MetricInfo",
    "Operand",
    "Pinned",
    "Quality",
    "Query",
    "Result",
    "SourceInfo",
    "Stamp",
    "Step",
    "Target",
    "Wanted",
    "Worse",
    "open_layer",
    "target_on",
]
