"""Which metrics cannot do without a table, read off the files with nothing of the layer.

SQL is searched for `source.x`, `fact.x` and `entity.x`, definitions for every name they mention. It
is blunter than the layer's own lineage on purpose, so that the two can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

READS = re.compile(r"\b(source|entity|fact)\.(\w+)")
COMMENT = re.compile(r"--[^\n]*")
OPERANDS = ("measure", "denominator", "score")
NO_OPERANDS = frozenset({"by", "across", "dimensions", "where"})
FORMS = frozenset(
    """measure ratio expression growth change offset composite movement entities lifecycle quantile
    cohort score mean_age mean_ahead since_last time_in key_days share_of_total""".split()
)


class Files:
    """Queries and definitions as plain data, and what follows when some sources are gone."""

    def __init__(self, queries: Path, definitions: Path) -> None:
        self.sources = yaml.safe_load((queries / "sources.yml").read_text("utf-8"))["sources"]
        schema = yaml.safe_load((queries / "schema.yml").read_text("utf-8"))
        self.entities: dict[str, Any] = schema["entities"]
        self.facts: dict[str, Any] = schema["facts"]
        self.reads = {
            path.relative_to(queries).with_suffix("").as_posix(): _read_by(path)
            for folder in ("entities", "facts")
            for path in (queries / folder).glob("*.sql")
        }
        self.measures: dict[str, Any] = {}
        self.scores: dict[str, Any] = {}
        self.metrics: dict[str, Any] = {}
        self.dimensions: dict[str, Any] = {}
        for path in sorted(definitions.glob("*.yml")):
            declared = yaml.safe_load(path.read_text("utf-8"))
            for section in ("measures", "scores", "metrics", "dimensions"):
                getattr(self, section).update(declared.get(section) or {})

    def waiting(self, gone: Iterable[str]) -> set[str]:
        """Metrics that have no number without these sources."""
        world = _Without(self, frozenset(gone))
        return {name for name in self.metrics if not world.has_number(name)}

    def touched(self, source: str) -> set[str]:
        """Metrics that a source has any part in, be it one that can be done without."""
        return {name for name in self.metrics if source in self._all_sources[name]}

    @cached_property
    def _all_sources(self) -> dict[str, set[str]]:
        return {name: set(self._sources_of_metric(name)) for name in self.metrics}

    def _sources_of_metric(self, name: str) -> Iterator[str]:
        queries = {query for leaf in self.leaves(name) for query in self._queries_of(leaf)}
        queries |= {f"entity.{entity}" for entity in self.entities_filtering(name)}
        for query in queries:
            yield from self._sources_of_query(query, frozenset())

    def _queries_of(self, name: str) -> Iterator[str]:
        if name in self.measures:
            measure = self.measures[name]
            yield f"fact.{measure['fact']}"
            if "anchor" in measure:
                yield f"fact.{measure['anchor']['fact']}"
            yield from (f"entity.{entity}" for entity in self.entities_behind(measure))
            return
        score = self.scores[name]
        yield f"entity.{score['entity']}"
        for below in parts_of_score(score, everything=True):
            yield from self._queries_of(below)

    def _sources_of_query(self, query: str, seen: frozenset[str]) -> Iterator[str]:
        for file in self.files_of(query):
            for kind, name in self.reads[file]:
                if kind == "source":
                    yield name
                elif f"{kind}.{name}" not in seen:
                    yield from self._sources_of_query(f"{kind}.{name}", seen | {query})

    def files_of(self, query: str) -> list[str]:
        """A query's own file and its alternatives, without their ending."""
        kind, _, name = query.partition(".")
        section = self.entities if kind == "entity" else self.facts
        folder = "entities" if kind == "entity" else "facts"
        names = [name, *section[name].get("alternatives", [])]
        return [f"{folder}/{one}" for one in names]

    def leaves(self, name: str) -> set[str]:
        """Measures and scores below a metric."""
        found: set[str] = set()
        for other in self.operands(name):
            found |= self.leaves(other) if other in self.metrics else {other}
        return found

    def operands(self, name: str) -> set[str]:
        """Names of metrics, measures and scores in a metric's form."""
        metric = self.metrics[name]
        form = {key: value for key, value in metric.items() if key in FORMS}
        words = {word for text in _texts(form) for word in re.findall(r"\w+", text)}
        return words & {*self.metrics, *self.measures, *self.scores} - {name}

    def entities_behind(self, measure: Mapping[str, Any]) -> set[str]:
        """Entities that hold a column a measure needs and its fact does not have."""
        own = set(self.facts[measure["fact"]]["columns"])
        names = {*measure.get("where", {}), *measure.get("key", []), measure.get("value")} - {None}
        found: set[str] = set()
        for name in names - own:
            dimension = self.dimensions.get(name, {})
            history = dimension.get("as_of")  # told by an entity that changes, by the key it has
            column = self.entities[history]["key"] if history else dimension.get("column", name)
            found |= {*self.way_to(column, own), *([history] if history else [])}
        return found

    def entities_filtering(self, metric: str) -> set[str]:
        """Entities that the filters of a metric, and of those it is made of, look at."""
        found = {
            entity
            for name in self.operands(metric) & self.metrics.keys()
            for entity in self.entities_filtering(name)
        }
        wanted = self.metrics[metric].get("where", {})
        for leaf in self.leaves(metric) & self.measures.keys() if wanted else ():
            found |= self.entities_behind({**self.measures[leaf], "where": wanted})
        return found

    def way_to(self, column: str, known: set[str]) -> tuple[str, ...]:
        """The fewest entities to go through, by equal names of keys, to reach a column."""
        if column in known:
            return ()
        ways: list[tuple[set[str], tuple[str, ...]]] = [(known, ())]
        seen: set[str] = set()
        while ways:
            columns, way = ways.pop(0)
            for name, entity in self.entities.items():
                if name in seen or entity["key"] not in columns or "valid_from" in entity:
                    continue
                seen.add(name)
                if column in entity["columns"]:
                    return (*way, name)
                ways.append((set(entity["columns"]), (*way, name)))
        return ()  # one of the names every row has, such as `hour`


class _Without:
    """The files in a warehouse that lacks some sources."""

    def __init__(self, files: Files, gone: frozenset[str]) -> None:
        self.files = files
        self.gone = gone
        self._known: dict[str, bool] = {}

    def has_number(self, metric: str) -> bool:
        """Whether all that a metric is made of is there."""
        operands = self.files.operands(metric)
        if not operands:
            needs = self.files.metrics[metric].get("needs", [])
            return not needs  # a placeholder
        if "composite" in self.files.metrics[metric]:
            return self.enough_parts_are_left(self.files.metrics[metric]["composite"])
        return self._all(self.files.entities_filtering(metric)) and all(
            self.has_number(name) if name in self.files.metrics else self.is_there(name)
            for name in operands
        )

    def enough_parts_are_left(self, composite: Mapping[str, Any]) -> bool:
        """Whether the parts that have a number reach the composite's floor."""
        parts = composite["parts"].values()
        left = sum(part["weight"] for part in parts if self.has_number(part["metric"]))
        floor = composite.get("minimum_weight", 0.6) * sum(part["weight"] for part in parts)
        return left >= floor - 1e-9

    def is_there(self, name: str) -> bool:
        """Whether a measure, or what a score cannot do without, is there."""
        if name in self.files.measures:
            measure = self.files.measures[name]
            facts = [measure["fact"], *([measure["anchor"]["fact"]] if "anchor" in measure else [])]
            made = all(self.is_made(f"fact.{fact}") for fact in facts)
            return made and self._all(self.files.entities_behind(measure))
        score = self.files.scores[name]
        needed = all(self.is_there(below) for below in parts_of_score(score, everything=False))
        return needed and self.enough_is_left(score)

    def enough_is_left(self, score: Mapping[str, Any]) -> bool:
        """Whether the inputs that are there reach the score's floor."""
        weights = {
            name: part.get("weight", 1.0)
            for name, part in score["inputs"].items()
            if all(self.is_there(part[one]) for one in OPERANDS if one in part)
        }
        total = sum(part.get("weight", 1.0) for part in score["inputs"].values())
        floor = score.get("minimum_weight", 0.6) if score.get("blend", "mean") == "mean" else 0
        return bool(weights) and sum(weights.values()) >= floor * total - 1e-9

    def is_made(self, query: str) -> bool:
        """Whether one of a query's files has all it reads."""
        if query not in self._known:
            self._known[query] = any(
                all(self._has(kind, name) for kind, name in self.files.reads[file])
                for file in self.files.files_of(query)
            )
        return self._known[query]

    def _has(self, kind: str, name: str) -> bool:
        return name not in self.gone if kind == "source" else self.is_made(f"{kind}.{name}")

    def _all(self, entities: Iterable[str]) -> bool:
        return all(self.is_made(f"entity.{entity}") for entity in entities)


def parts_of_score(score: Mapping[str, Any], everything: bool) -> Iterator[str]:
    """Measures and scores of a score: all of them, or those it has no value without."""
    yield score["population"]
    yield from score.get("sums", [])
    needed = list(score.get("requires", {}).values())
    if everything or score.get("blend") == "all":
        needed += score["inputs"].values()
    for part in needed:
        yield from (part[name] for name in OPERANDS if name in part)


def _read_by(path: Path) -> set[tuple[str, str]]:
    return set(READS.findall(COMMENT.sub("", path.read_text("utf-8"))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in NO_OPERANDS:
                yield from _texts(one)
