"""The metrics layer: definitions in, numbers with their stamp out."""

from metrics.layer import Layer, Pinned, open_layer
from metrics.query.question import Query
from metrics.result import Result, Stamp

__all__ = ["Layer", "Pinned", "Query", "Result", "Stamp", "open_layer"]
