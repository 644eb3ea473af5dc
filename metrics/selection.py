"""What `--select` means: terms such as `domain:sales` or `metric:win_rate+`, resolved on the graph.

The graph runs from sources to facts, metrics and published models. A `+` before a term takes in
everything it needs, one behind it everything built on it. Terms joined by a comma must all hold,
several selections add up:

    domain:sales                  metrics (and models) of a domain; `tier:1` and `tag:x` alike
    metric:win_rate+  win_rate+   a metric and all that is built on it
    +model:metrics_sales          a model and all it needs, down to the sources
    fact:deals+,tier:1            metrics of tier 1 that rest on a fact
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from metrics.definitions.model import Metric
from metrics.errors import QueryError, UnknownNameError
from metrics.lineage.available import Available
from metrics.lineage.chain import Chains
from metrics.models.spec import published_models
from metrics.parts.model import Model
from metrics.sources.contract import check, declared

Kind = Literal["source", "fact", "metric", "model"]
NAMED: tuple[Kind, ...] = ("metric", "fact", "model", "source")
LABELS = ("domain", "tier", "tag", "owner")
METHODS = (*NAMED, *LABELS)


class Node(NamedTuple):
    """A thing that can be selected."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Graph:
    """What needs what. `needs` has every node; `labels` are texts such as `domain:sales`.

    `aliases` are other names of metrics; one may mean several.
    """

    needs: Mapping[Node, frozenset[Node]]
    labels: Mapping[Node, frozenset[str]]
    aliases: Mapping[str, frozenset[str]]

    def below(self, nodes: Iterable[Node]) -> frozenset[Node]:
        """Some nodes and everything they need."""
        return _closure(nodes, self.needs)

    def above(self, nodes: Iterable[Node]) -> frozenset[Node]:
        """Some nodes and everything built on them."""
        built: dict[Node, set[Node]] = {node: set() for node in self.needs}
        for node, needed in self.needs.items():
            for other in needed:
                built[other].add(node)
        return _closure(nodes, built)


@dataclass(frozen=True)
class Selection:
    """What was selected, by name."""

    metrics: frozenset[str]
    facts: frozenset[str]
    models: frozenset[str]
    sources: frozenset[str]


def graph_of(model: Model) -> Graph:
    """The graph of a model's definitions and queries, with the models they are published in."""
    definitions = model.definitions
    needs: dict[Node, set[Node]] = {Node("source", name): set() for name in model.queries.sources}
    labels: dict[Node, frozenset[str]] = {}
    aliases: dict[str, frozenset[str]] = {}
    for name, fact in model.queries.facts.items():
        below = [model.queries.reads[file.path] for file in fact.files]
        needs[Node("fact", name)] = {
            *(Node("fact", other) for reads in below for other in reads.facts),
            *(Node("source", other) for reads in below for other in reads.sources),
        }
        entities = (one for reads in below for one in reads.entities)
        needs[Node("fact", name)] |= _sources(model, (f"entity.{one}" for one in entities))
    chains = Chains(Available(model, check(model.queries, declared(model.queries))))
    for name, metric in definitions.metrics.items():
        queries = chains.queries(name)
        operands = [one for one in chains.operands(metric) if one in definitions.metrics]
        needs[Node("metric", name)] = {
            *(Node("fact", one[5:]) for one in queries if one.startswith("fact.")),
            *(Node("metric", other) for other in operands),
            *_sources(model, (one for one in queries if one.startswith("entity."))),
        }
        tiers = {metric.tier, *metric.tiers.values()}
        labels[Node("metric", name)] = frozenset(
            [
                *(f"domain:{domain}" for domain in metric.domains),
                *(f"tier:{tier}" for tier in tiers),
                *(f"tag:{tag}" for tag in metric.tags),
                f"owner:{metric.owner}",
            ]
        )
        for alias in metric.aliases:
            aliases[alias] = aliases.get(alias, frozenset()) | {name}
    for name, spec in published_models().items():
        shown = {one for text in spec.metrics for one in _meant(text, definitions.metrics, aliases)}
        needs[Node("model", name)] = {
            Node("metric", one)
            for one, metric in definitions.metrics.items()
            if (one in shown if spec.metrics else spec.domain in (None, *metric.domains))
        }
        tags = {f"tag:{tag}" for tag in spec.tags} | ({f"domain:{spec.domain}"} - {"domain:None"})
        labels[Node("model", name)] = frozenset(tags)
    return Graph({node: frozenset(found) for node, found in needs.items()}, labels, aliases)


def _meant(
    text: str, metrics: Mapping[str, Metric], aliases: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Metrics that `domain.name` may stand for."""
    name = text.rpartition(".")[2]
    return frozenset({name}) if name in metrics else aliases.get(name, frozenset())


def _sources(model: Model, entities: Iterable[str]) -> set[Node]:
    """Sources that entities are made of, by any of their files."""
    return {
        Node("source", source)
        for entity in entities
        for below in model.queries.below(entity)
        for file in model.queries.query(below).files
        for source in model.queries.reads[file.path].sources
    }


def select(texts: Iterable[str], graph: Graph) -> Selection:
    """What some selections stand for together.

    Raises QueryError for a term that is not written well, UnknownNameError with the nearest names.
    """
    found: set[Node] = set()
    for text in texts:
        for union in text.split():
            found |= frozenset.intersection(*[_term(term, graph) for term in union.split(",")])
    return Selection(
        **{
            f"{kind}s": frozenset(node.name for node in found if node.kind == kind)
            for kind in NAMED
        }
    )


def parts_of(selection: Selection, model: Model, graph: Graph) -> frozenset[str]:
    """Parts of a build to make anew for a selection: all those of the facts it needs.

    Selected models are published from the parts there are; `+model:x` selects those, too.
    """
    chosen = [
        *(Node("metric", name) for name in selection.metrics),
        *(Node("fact", name) for name in selection.facts),
    ]
    facts = {node.name for node in graph.below(chosen) if node.kind == "fact"}
    return frozenset(
        part.name for part in model.parts if facts & set(model.facts_of(part.measures[0]))
    )


def _term(term: str, graph: Graph) -> frozenset[Node]:
    body = term.removeprefix("+").removesuffix("+")
    method, colon, value = body.partition(":")
    if not colon:
        method, value = "metric", body
    if not value or "+" in body:
        raise QueryError(
            f"'{term}' is no selection.",
            "Write a kind and a name, such as metric:win_rate+ or domain:sales.",
        )
    if method not in METHODS:
        raise UnknownNameError("kind of selection", method, METHODS)
    nodes = _labelled(method, value, graph) if method in LABELS else _named(method, value, graph)
    found = frozenset(nodes)
    if term.startswith("+"):
        found = found | graph.below(nodes)
    if term.endswith("+"):
        found = found | graph.above(nodes)
    return found


def _named(kind: str, name: str, graph: Graph) -> set[Node]:
    known = {node.name: node for node in graph.needs if node.kind == kind}
    names = {name}
    if kind == "metric" and name not in known:
        names = set(graph.aliases.get(name, ()))
    if not names & known.keys():
        raise UnknownNameError(kind, name, [*known, *(graph.aliases if kind == "metric" else ())])
    return {known[one] for one in names}


def _labelled(method: str, value: str, graph: Graph) -> set[Node]:
    wanted = f"{method}:{value}"
    nodes = {node for node, labels in graph.labels.items() if wanted in labels}
    if not nodes:
        labels = {label for found in graph.labels.values() for label in found}
        known = sorted(
            text for kind, _, text in (label.partition(":") for label in labels) if kind == method
        )
        raise UnknownNameError(method, value, known)
    return nodes


def _closure(nodes: Iterable[Node], next_to: Mapping[Node, Iterable[Node]]) -> frozenset[Node]:
    found = list(dict.fromkeys(nodes))
    seen = set(found)
    for node in found:
        for other in next_to[node]:
            if other not in seen:
                seen.add(other)
                found.append(other)
    return frozenset(found)
